import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test, vi } from "vitest";
import { renderChildren } from "../../lib/core/session/app_server_record.ts";
import { TREE } from "../../rig/codex.ts";
import { sandbox } from "../../rig/in_test.ts";
import { commandOf } from "../../rig/program.ts";
import { finished } from "../../rig/result.ts";
import { until } from "../../rig/until.ts";
import { daemonsOf } from "./support/daemons.ts";
import { login } from "./support/login.ts";
import { publish } from "./support/published.ts";
import { fillTeam, runWords } from "./support/skill.ts";

// What Deno must allow, as the heads of scripts/{agentlb,cap,clb}.ts and the page of platforms tell it.

// Each test starts many programs, on a machine that may be at work with other things.
vi.setConfig({ testTimeout: 180_000 });

const READ = "--allow-read";
const WRITE = "--allow-write";
const ENV = "--allow-env";
const UID = "--allow-sys=uid";
const RUN = "--allow-run";
const PICK = [READ, WRITE, ENV, UID];
const ALONE = { AGENTLB_SUPERVISOR_DISABLED: "1" };
const WORKER = ["--worker", "w", "--base", "b"];

type Forms = (program: string) => string;
const FORMS: readonly (readonly [name: string, path: Forms])[] = [
  ["from the sources", (program) => `scripts/${program}.ts`],
  ["in one file", (program) => `dist/js/${program}.js`],
];

/** Deno, asked for nothing and allowed only what is listed. */
function denoWords(path: string, allowed: readonly string[], args: readonly string[]): string[] {
  const libraries = "--node-modules-dir=manual"; // what npm installed, nothing fetched
  return [commandOf("deno")[0], "run", "--no-prompt", libraries, ...allowed, join(TREE, path), ...args];
}

/** The one way in which a missing permission is told of. */
function missing(program: string, option: string): RegExp {
  const [, name] = /--allow-(\w+)/.exec(option) ?? [];
  return new RegExp(
    `^(agentlb: using .*\n)?${program}: error: Not allowed: ${name} access to ".*"\n` +
      `${program}: hint: run it with: deno run --allow-${name} …\n$`,
  );
}

describe.each(FORMS)("on Deno, %s,", (_, pathOf) => {
  describe.each(["cap", "clb"] as const)("%s", (pool) => {
    const prefix = pool.toUpperCase();
    const COUNTED = [["pick", ...WORKER], ["pick-auth", ...WORKER], ["reset-state"]];
    const ALL = [
      ...COUNTED,
      ["list"],
      ["where"],
      ...pool === "cap" ? [["auth-current"], ["auth-advance"]] : [],
    ];

    function stage() {
      const user = sandbox();
      const team = join(user.home, "team");
      fillTeam(team, ["a", "b"]);
      mkdirSync(join(user.home, ".codex"));
      const env = {
        [`${prefix}_AUTH_TEAM_DIR`]: team,
        [`${prefix}_STATE_FILE`]: join(user.home, "state.json"),
        CAP_TWF: join(TREE, "rig/twf/twf.sh"),
      };
      const run = (allowed: readonly string[], args: readonly string[]) =>
        runWords(user, denoWords(pathOf(pool), allowed, args), { env });
      return { user, team, env, run, state: env[`${prefix}_STATE_FILE`]! };
    }

    test("picks, counts and turns with what is documented", async () => {
      const { run } = stage();
      for (const args of ALL) {
        expect(await run(PICK, args), args[0]).toMatchObject({ code: 0, stderr: "" });
      }
    });

    test.each([READ, WRITE, ENV])("says that %s is missing, and does nothing", async (option) => {
      const { run, state } = stage();
      for (const args of COUNTED) {
        const { code, stdout, stderr } = await run(PICK.filter((each) => each !== option), args);
        expect({ code, stdout }, stderr).toEqual({ code: 1, stdout: "" });
        expect(stderr).toMatch(missing(pool, option));
      }
      expect(existsSync(state)).toBe(false);
    });

    test("needs sys=uid only to find the home of a user who has no HOME", async () => {
      const { user, run, env } = stage();
      const less = [READ, WRITE, ENV];
      for (const args of ALL) expect(await run(less, args), args[0]).toMatchObject({ code: 0, stderr: "" });
      const homeless = (allowed: readonly string[], command: string) =>
        runWords(user, ["env", "-u", "HOME", ...denoWords(pathOf(pool), allowed, [command])], {
          env: { ...env, [`${prefix}_STATE_FILE`]: "~/state.json" },
        });
      expect((await homeless(PICK, "where")).stdout).toContain(
        `state_file: ${userInfo().homedir}/state.json\n`,
      );
      expect(await homeless(less, "list")).toMatchObject({
        code: 1,
        stdout: "",
        stderr: expect.stringMatching(/^❌ no valid sources .*Default fallback missing: \/\.codex\n$/s),
      });
    });

    test("lists and picks by hash without leave to write", async () => {
      const { user, env } = stage();
      const hash = { env: { ...env, [`${prefix}_STRATEGY`]: "hash" } };
      for (const args of [["list"], ["where"], ["pick", ...WORKER]]) {
        expect(await runWords(user, denoWords(pathOf(pool), [READ, ENV], args), hash)).toMatchObject({
          code: 0,
          stderr: "",
        });
      }
    });

    test("looks at limits with run, and says so without", async () => {
      const { user, run, team } = stage();
      const limits = { result: { rateLimits: { primary: { usedPercent: 30, windowDurationMins: 300 } } } };
      user.fake.tellAll({ appServer: { limits } });
      const status = ["status", team, "--via", "app-server", "--json", "--timeout", "60"];
      const { code, stdout, stderr } = await run([...PICK, RUN], status);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(JSON.parse(stdout).accounts).toMatchObject([{ limits: [{ leftPercent: 70 }] }, {
        result: "limits",
      }]);
      if (pool === "cap") {
        const registry = join(user.home, "registry.json");
        writeFileSync(registry, JSON.stringify({ version: 1, members: [{ full: "w", base: "w" }] }));
        const watch = ["watch-team", team, "--once", "--registry", registry, "--via", "app-server"];
        expect(await run([...PICK, RUN], watch)).toMatchObject({ code: 0, stdout: "" });
        expect((await run(PICK, watch)).stderr).toMatch(missing(pool, RUN));
      }
      const refused = await run(PICK, status);
      expect(refused).toMatchObject({ code: 1, stdout: "" });
      expect(refused.stderr).toMatch(missing(pool, RUN));
    });
  });

  describe("agentlb", () => {
    function stage() {
      const user = sandbox();
      for (const alias of ["a", "b"]) user.addAlias(alias, { authFile: login(alias) });
      publish(user, { a: { used: [80, 10] }, b: { used: [20, 30] } });
      const run = (
        allowed: readonly string[],
        args: readonly string[],
        env: Record<string, string> = ALONE,
      ) => runWords(user, denoWords(pathOf("agentlb"), allowed, args), { env });
      return { user, run };
    }

    const LOOKS: readonly (readonly [args: string, stdout: RegExp])[] = [
      ["status", /\nselected session: b\n$/],
      ["pick", /^b\t/],
      ["--print-command", /^CODEX_HOME=\S+ codex\n$/],
      ["rr --print-command", /^CODEX_HOME=\S+ codex\n$/],
      ["config init --force", /config\.toml\n$/],
    ];

    test("looks and picks with what is documented, sys=uid or not", async () => {
      const { user, run } = stage();
      for (const allowed of [PICK, [READ, WRITE, ENV]]) {
        for (const [args, stdout] of LOOKS) {
          const result = await run(allowed, args.split(" "));
          expect(result, args).toMatchObject({ code: 0, stdout: expect.stringMatching(stdout) });
        }
      }
      rmSync(user.root, { recursive: true });
      // The owner of a file just created is who we are.
      expect(await run([READ, WRITE, ENV], ["status"])).toMatchObject({ code: 0 });
    });

    test.each([READ, WRITE, ENV])("says that %s is missing, and does nothing", async (option) => {
      const { user, run } = stage();
      for (const [args] of LOOKS) {
        const { code, stdout, stderr } = await run(PICK.filter((each) => each !== option), args.split(" "));
        expect({ code, stdout }, `${args}: ${stderr}`).toEqual({ code: 1, stdout: "" });
        expect(stderr).toMatch(missing("agentlb", option));
      }
      expect(existsSync(join(user.root, "state"))).toBe(false);
    });

    test("runs Codex and logs in with run, and says so without", async () => {
      const { user, run } = stage();
      user.fake.tellAll({ run: { stdout: "hi\n" }, login: { authFile: login("c") } });
      expect(await run([...PICK, RUN], ["rr"])).toMatchObject({ code: 0, stdout: "hi\n" });
      expect(await run([...PICK, RUN], ["new", "c"])).toMatchObject({ code: 0, stdout: "hi\n" });
      expect(await run([...PICK, RUN], ["login", "c"])).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('agentlb: logged in to "c"'),
      });
      for (const args of [["rr"], ["new", "d"], ["login", "a"]]) {
        const { code, stdout, stderr } = await run(PICK, args);
        expect({ code: code === 0, stdout }, stderr).toEqual({ code: false, stdout: "" });
        expect(stderr).toMatch(/Requires run access to ".*codex", run again with the --allow-run flag/);
        expect(stderr).not.toMatch(/\n {4}at /);
      }
      expect(existsSync(user.homeOf("d"))).toBe(false);
    });

    test("has a supervisor with run, believes in it without leave to see it, and ends it with all", async () => {
      const { user, run } = stage();
      const warned = await run(PICK, ["pick"], {});
      expect(warned).toMatchObject({ code: 0, stdout: expect.stringMatching(/^b\t/) });
      expect(warned.stderr).toMatch(
        /^agentlb: warning: Cannot start the supervisor: Requires run access to ".*", run again with the --allow-run flag\nagentlb: using b /,
      );
      expect(await run([...PICK, RUN], ["pick"], {})).toMatchObject({ code: 0 });
      await until(() => daemonsOf(user).length === 1, "a supervisor runs");
      expect((await run(PICK, ["pick"], {})).stderr).toMatch(/^agentlb: using \w .*\n$/);
      expect((await run(PICK, ["status"], {})).stderr).toBe("");
      for (const args of [["supervisor", "stop"], ["supervisor", "start", "--background"], ["rm", "a"]]) {
        const { code, stdout, stderr } = await run([...PICK, RUN], args, {});
        expect({ code, stdout }, stderr).toEqual({ code: 1, stdout: "" });
        expect(stderr).toMatch(missing("agentlb", "--allow-all"));
      }
      expect(daemonsOf(user)).toHaveLength(1);
      expect(existsSync(user.homeOf("a"))).toBe(true);
      expect(await run(["--allow-all"], ["supervisor", "stop"], {})).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/\nsupervisor stopped\n$/),
      });
    });

    test("runs nothing beside a renewal that it may not see", async () => {
      const { user } = stage();
      const file = join(user.root, "state", "children.json");
      mkdirSync(join(file, ".."), { recursive: true, mode: 0o700 });
      const renewal = {
        pid: process.pid,
        startTime: "1",
        bootId: "b",
        startedAt: Date.now(),
        mayRenew: true,
      };
      const children = ["a", "b"].map((alias) => ({
        ...renewal,
        alias,
        auth: join(user.homeOf(alias), "auth.json"),
      }));
      writeFileSync(file, renderChildren(children));
      const [program = "", ...args] = denoWords(pathOf("agentlb"), [...PICK, RUN], ["rr"]);
      const child = spawn(program, args, { env: { ...user.env, ...ALONE }, cwd: user.cwd, detached: true });
      let said = "";
      child.stderr.on("data", (part) => said += part);
      const end = finished(child, 30_000);
      await until(() => said.includes("waiting for the login of"), "it waits");
      expect(user.fake.started()).toEqual([]);
      writeFileSync(file, renderChildren([]));
      expect(await end).toMatchObject({ code: 0 });
      expect(user.fake.started()).toHaveLength(1);
    });
  });
});

test("the heads of the entries and the page of platforms tell it so", () => {
  const read = (path: string) => readFileSync(join(TREE, path), "utf8");
  for (const pool of ["cap", "clb"]) {
    expect(read(`scripts/${pool}.ts`)).toMatch(
      new RegExp(`^#!/usr/bin/env -S deno run --no-prompt ${PICK.join(" ")}\n`),
    );
  }
  for (const option of [...PICK, RUN, "--allow-all"]) {
    for (const path of ["docs/platforms.md", "scripts/agentlb.ts"]) {
      expect(read(path), path).toContain(option);
    }
  }
  expect(read("docs/platforms.md")).toContain(`\`${PICK.join(" ")}\``);
});

test("what may not be seen is taken for alive, and this process is known by its number", async () => {
  const user = sandbox();
  const probe = join(user.dir, "probe.ts");
  writeFileSync(
    probe,
    `import { identityOf, isAlive, mayBeAlive, ownIdentity } from ${
      JSON.stringify(pathToFileURL(join(TREE, "lib/io/process/process.ts")).href)
    };
    const refused = (look: () => unknown) => { try { look(); } catch (error) { return (error as Error).name; } };
    const nobody = { pid: 999999999, startTime: "1", bootId: "b" };
    const { startTime, bootId } = ownIdentity();
    console.log(JSON.stringify([
      refused(() => identityOf(nobody.pid)), refused(() => isAlive(nobody)), mayBeAlive(nobody), startTime, bootId,
    ]));`,
  );
  const run = async (option: string) =>
    (await runWords(user, [commandOf("deno")[0], "run", "--no-prompt", "--no-check", option, probe])).stdout;
  expect(JSON.parse(await run(READ))).toEqual(["NotCapable", "NotCapable", true, "", ""]);
  expect(JSON.parse(await run("--allow-all"))).toEqual([
    null,
    null,
    false,
    expect.stringMatching(/\d/),
    expect.any(String),
  ]);
});

test("an entry is the program that it is called after, on Bun too", async () => {
  const user = sandbox();
  mkdirSync(join(user.home, ".codex"));
  const said = async (program: string, args: readonly string[]) =>
    (await runWords(user, [commandOf("bun")[0], join(TREE, `scripts/${program}.ts`), ...args])).stdout;
  expect(await said("agentlb", ["--version"])).toMatch(/^agentlb \d/);
  expect(await said("cap", ["where"])).toContain(`config:     ${TREE}/scripts/cap_config.yaml\n`);
  expect(await said("clb", ["where"])).toContain(`config:     ${TREE}/scripts/clb_config.yaml\n`);
});

describe("one file for every runtime", () => {
  const PATH = join(TREE, "dist/js/agentlb.js");

  test("imports nothing before its first line, then modules of Node alone; what one runtime has is named at run time", () => {
    expect(importsOf(PATH).filter((name) => !name.startsWith("node:"))).toEqual([]);
    const text = readFileSync(PATH, "utf8");
    expect(text).not.toMatch(/^import\b/m);
    const taken = [...text.matchAll(/\bbuiltin\("([^"]*)"\)/g)].map(([, name]) => name);
    expect(taken.filter((name) => !name?.startsWith("node:") && name !== "bun:ffi")).toEqual([]);
    expect(taken).toEqual(expect.arrayContaining(["node:fs", "node:path", "node:process"]));
    expect(text).toContain('"bun:ffi"');
    expect(text).toContain("Deno");
  });

  test("a planted import is seen", () => {
    const user = sandbox();
    const planted = join(user.dir, "planted.js");
    writeFileSync(planted, 'import { dlopen } from "bun:ffi";\nawait import("left-pad");\nrequire("fs");\n');
    expect(importsOf(planted).filter((name) => !name.startsWith("node:")).sort()).toEqual([
      "bun:ffi",
      "fs",
      "left-pad",
    ]);
  });

  test.each(["node", "deno", "bun"] as const)("starts on %s without leave for anything", async (runtime) => {
    const user = sandbox();
    const words = runtime === "deno"
      ? denoWords("dist/js/agentlb.js", [], [])
      : [commandOf(runtime)[0], PATH];
    expect(await runWords(user, [...words, "--version"])).toMatchObject({ code: 0, stderr: "" });
  });

  test("is the same under each of the three names", () => {
    for (const name of ["cap", "clb"]) {
      expect(readFileSync(join(TREE, `dist/js/${name}.js`)).equals(readFileSync(PATH))).toBe(true);
    }
  });
});

/** All that a script imports or requires by a name that can be read, as two parsers see it. */
function importsOf(path: string): string[] {
  const info = JSON.parse(told(commandOf("deno")[0], ["info", "--json", "--no-config", path]));
  const byDeno = info.modules.flatMap((module: { dependencies?: { specifier: string }[] }) =>
    (module.dependencies ?? []).map(({ specifier }) => specifier)
  );
  const scan =
    'console.log(JSON.stringify(new Bun.Transpiler({loader:"js"}).scanImports((await Bun.file(process.argv[1]).text()).replace(/^#!.*/,""))))';
  const byBun = JSON.parse(told(commandOf("bun")[0], ["-e", scan, path])) as { path: string }[];
  return [...new Set<string>([...byDeno, ...byBun.map(({ path }) => path)])];
}

function told(file: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: "utf8", maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${file} ${args.join(" ")}: ${stderr}`);
  return stdout;
}
