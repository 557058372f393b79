import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { TREE } from "../../rig/codex.ts";
import { sandbox } from "../../rig/in_test.ts";
import { commandOf } from "../../rig/program.ts";
import { until } from "../../rig/until.ts";
import { fillTeam, runWords } from "./support/skill.ts";
import { openTerminal } from "./support/terminal.ts";

// The program where it was not installed: from an address, from another folder, beside files of others.

vi.setConfig({ testTimeout: 120_000 });

const [DENO] = commandOf("deno");

/** Serves the tree as a web server does; returns its address. */
async function served(): Promise<string> {
  const types: Record<string, string> = { ts: "text/typescript", js: "text/javascript" };
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(request.url ?? "/"));
    try {
      const body = readFileSync(join(TREE, path));
      response.writeHead(200, { "content-type": types[path.split(".").at(-1) ?? ""] ?? "text/plain" }).end(
        body,
      );
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("from an address it is the program that the address names, and belongs to no skill", async () => {
  const user = sandbox();
  const base = await served();
  const run = (path: string, ...args: string[]) =>
    runWords(user, [DENO, "run", "-A", "--no-prompt", `${base}/${path}`, ...args]);
  for (const path of ["scripts/cap.ts", "dist/js/cap.js", "scripts/clb.ts", "dist/js/clb.js"]) {
    const pool = path.slice(-6, -3);
    expect((await run(path, "where")).stdout, path).toContain(
      `config:     ${user.home}/.config/agentlb/${pool}_config.yaml\n`,
    );
  }
  for (const path of ["cli.ts", "scripts/agentlb.ts", "dist/js/agentlb.js"]) {
    expect((await run(path, "--version")).stdout, path).toMatch(/^agentlb \d/);
  }
});

test("from a folder that knows nothing of it, the library asks for its own libraries by their address", async () => {
  const user = sandbox();
  const file = join(user.cwd, "outside.ts");
  writeFileSync(
    file,
    `import { parseStatus } from ${JSON.stringify(join(TREE, "mod.ts"))};\nparseStatus("{}");`,
  );
  const words = [DENO, "run", "-A", "--no-prompt", "--no-config", "--no-lock", file];
  // Nothing can be fetched here; `npm run runtimes` sees it fetched.
  const { stderr } = await runWords(user, words, { env: { DENO_DIR: join(user.dir, "empty") } });
  expect(stderr).toMatch(/ for package "smol-toml"/);
  expect(stderr).not.toContain("not a dependency");
});

test.each(["node", "deno", "bun"] as const)(
  "on %s one file runs beside any package.json, or none",
  async (runtime) => {
    const user = sandbox();
    mkdirSync(join(user.home, ".codex"));
    const words = runtime === "deno" ? [DENO, "run", "-A", "--no-prompt"] : [commandOf(runtime)[0]];
    for (const type of ["module", "commonjs", "", undefined]) {
      const folder = join(user.dir, `beside-${type}`);
      mkdirSync(folder);
      if (type !== undefined) {
        writeFileSync(
          join(folder, "package.json"),
          JSON.stringify(type === "" ? {} : { type }),
        );
      }
      copyFileSync(join(TREE, "dist/js/cap.js"), join(folder, "cap.js"));
      expect(await runWords(user, [...words, join(folder, "cap.js"), "list"]), String(type)).toMatchObject({
        code: 0,
        stdout: `${user.home}/.codex\n`,
        stderr: "",
      });
    }
  },
);

/** Variables that a pick reads; Deno may be told them by name. */
const NAMES = "HOME,COLUMNS,TZ,AUTH_TEAM_DIR,AGENTLB_HOME,CAP_*";

test("on a terminal nobody is asked for more than is documented", async () => {
  const user = sandbox();
  mkdirSync(join(user.home, ".codex"));
  user.addAlias("a");
  const terminal = openTerminal(user, { AGENTLB_SUPERVISOR_DISABLED: "1" });
  const libraries = "--node-modules-dir=manual";
  const less = ["--allow-read", "--allow-write"];
  const lines = [
    [...less, "--allow-env", join(TREE, "dist/js/cap.js"), "pick --worker a --base b"],
    [...less, `'--allow-env=${NAMES}'`, join(TREE, "scripts/cap.ts"), "pick --worker a --base b"],
    [...less, "--allow-env", "--allow-sys=uid", join(TREE, "scripts/agentlb.ts"), "pick"],
    [...less, "--allow-env", "--allow-sys=uid", join(TREE, "scripts/agentlb.ts"), "status"],
  ];
  for (const [at, words] of lines.entries()) {
    terminal.type(`clear; ${DENO} run ${libraries} ${words.join(" ")} >/dev/null; echo "end"${at} $?`);
    await until(() => new RegExp(`Allow\\?|end${at} `).test(terminal.screen()), "it ended, or asks");
    expect(terminal.screen()).not.toContain("Allow?");
    expect(terminal.screen()).toContain(`end${at} 0`);
  }
});

test("the heads of the entries name those variables", () => {
  for (const pool of ["cap", "clb"]) {
    const names = NAMES.replace("CAP_", `${pool.toUpperCase()}_`);
    expect(readFileSync(join(TREE, `scripts/${pool}.ts`), "utf8")).toContain(`--allow-env=${names}`);
  }
});

test("what a user outside of a skill is to set is named by the file that `where` names", async () => {
  const user = sandbox();
  const run = (...args: string[]) =>
    runWords(user, [commandOf("node")[0], join(TREE, "dist/js/cap.js"), ...args]);
  const file = /^config: +(.*)$/m.exec((await run("where")).stdout)?.[1];
  expect(file).toBe(`${user.home}/.config/agentlb/cap_config.yaml`);
  expect(await run("list")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`   Set \`sources:\` in ${file} (or env CAP_SOURCES).\n`),
  });
});

test.each(["interval", "grace", "max-retries"])("watch-team --%s x is wrong usage", async (option) => {
  const user = sandbox();
  const words = [
    commandOf("node")[0],
    join(TREE, "dist/js/cap.js"),
    "watch-team",
    user.home,
    `--${option}`,
    "x",
  ];
  expect(await runWords(user, words)).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(new RegExp(`^❌ --${option} must be a number of \\w+, not 'x'\n$`)),
  });
});

test("on a terminal `status` says how far it is, and takes that away; elsewhere it says nothing of it", async () => {
  const user = sandbox();
  mkdirSync(join(user.home, ".codex"));
  const team = join(user.home, "team");
  fillTeam(team, ["a.json", "b.json"]);
  const words = [commandOf("node")[0], join(TREE, "dist/js/cap.js"), "status", team, "--via", "app-server"];
  const seen = await runWords(user, ["script", "-qec", words.join(" "), "/dev/null"]);
  const said = seen.stdout;
  expect(said).toContain("\r\u001b[Kasking accounts: 0 of 2 done");
  expect(said).toContain("\r\u001b[Kasking accounts: 2 of 2 done\r\u001b[K--- a.json ---");
  expect((await runWords(user, words)).stderr).not.toContain("asking");
});
