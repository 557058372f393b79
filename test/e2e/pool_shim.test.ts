import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TREE } from "../../rig/codex.ts";
import { sandbox } from "../../rig/in_test.ts";
import { commandOf, ways } from "../../rig/program.ts";
import { toolPath } from "../../rig/tools.ts";
import { makeSkill, runWords, shellPath } from "./support/skill.ts";

/** A program that tells what it was started with. */
const TELLER = '#!/bin/sh\necho "$0: $*"\n';

function place(path: string, text = TELLER): string {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

function stage() {
  const user = sandbox();
  const skill = makeSkill(user);
  const path = skill.bin();
  const start = (words: readonly string[], env: Record<string, string> = {}) =>
    runWords(user, words, { env: { PATH: path, ...env } });
  return { user, skill, path, start };
}

test("the two shims are one text but for their name", () => {
  const text = (name: string) => readFileSync(join(TREE, "scripts", name), "utf8");
  expect(text("clb").replace("name=clb", "name=cap").replace("CLB_BIN", "CAP_BIN")).toBe(text("cap"));
});

describe.each(["bash", "sh"] as const)("under %s the shim", (name) => {
  const shell = shellPath(name);

  test("finds what is beside it, wherever it was linked from, and says where it lies", async () => {
    const { user, skill, start } = stage();
    const program = place(join(skill.scripts, "cap.bin"));
    const links = join(user.home, "some links");
    mkdirSync(links);
    symlinkSync(join(skill.scripts, "cap"), join(links, "far"));
    symlinkSync("far", join(links, "near"));
    symlinkSync(skill.dir, join(user.home, "linked"));
    const answer = `${program}: --from ${skill.scripts} pick --worker a b\n`;
    for (
      const shim of [join(skill.scripts, "cap"), join(links, "near"), join(user.home, "linked/scripts/cap")]
    ) {
      expect(await start([shell, shim, "pick", "--worker", "a b"])).toMatchObject({
        code: 0,
        stdout: answer,
        stderr: "",
      });
    }
    const inside = await runWords(user, [shell, "cap", "pick", "--worker", "a b"], { cwd: skill.scripts });
    expect(inside.stdout).toBe(answer);
  });

  test("starts the program in / when the current folder was deleted", async () => {
    const { user, skill, start } = stage();
    place(join(skill.scripts, "cap.bin"), "#!/bin/sh\npwd\n");
    const script =
      `/bin/mkdir "$HOME/gone" && cd "$HOME/gone" && /bin/rmdir "$HOME/gone" && exec "$0" "$1" where`;
    const { code, stdout } = await start([
      shellPath("bash"),
      "-c",
      script,
      shell,
      join(skill.scripts, "cap"),
    ]);
    expect([code, stdout]).toEqual([0, "/\n"]);
    expect((await start([shell, join(skill.scripts, "cap")])).stdout).toBe(`${user.cwd}\n`);
  });

  test("takes the first of what it looks for", async () => {
    const { user, skill, path, start } = stage();
    const said = async (env?: Record<string, string>) =>
      (await start([shell, join(skill.scripts, "cap"), "x"], env)).stdout.split(": ")[0];
    // Beside the agentlb of PATH, links resolved.
    const real = join(user.dir, "real");
    mkdirSync(real);
    place(join(real, "agentlb"));
    symlinkSync(join(real, "agentlb"), join(path, "agentlb"));
    expect(await start([shell, join(skill.scripts, "cap")])).toMatchObject({ code: 127 });
    // Another package's program of that name is not asked for an account.
    place(join(real, "cap"), '#!/bin/sh\necho "$0 [-f rakefile] {options} targets..."\n');
    expect(await start([shell, join(skill.scripts, "cap")])).toMatchObject({ code: 127, stdout: "" });
    place(join(real, "agentlb"), '#!/bin/sh\n[ "$1" = --version ] && echo agentlb 1.0.0 || echo "$0: $*"\n');
    expect(await said()).toBe(join(real, "agentlb"));
    const beside = place(
      join(real, "cap"),
      '#!/bin/sh\n[ "$1" = -h ] && echo "usage: cap [-h]" || echo "$0: $*"\n',
    );
    expect(await said()).toBe(beside);
    const bin = place(join(skill.scripts, "cap.bin"));
    expect(await said()).toBe(bin);
    const systems = [
      "linux-x64",
      "linux-x64-musl",
      "linux-arm64",
      "linux-arm64-musl",
      "darwin-arm64",
      "darwin-x64",
    ];
    for (const system of systems) place(join(skill.scripts, `cap-${system}`));
    expect(await said()).toMatch(/\/cap-(linux|darwin)-(x64|arm64)(-musl)?$/);
    const named = place(join(user.dir, "my own"));
    expect(await said({ CAP_BIN: named })).toBe(named);
    expect(await said({ CLB_BIN: named })).not.toBe(named);
    place(join(user.dir, "agentlb"));
    expect(
      (await start([shell, join(skill.scripts, "cap"), "x"], { CAP_BIN: join(user.dir, "agentlb") })).stdout,
    ).toBe(
      `${join(user.dir, "agentlb")}: cap --from ${skill.scripts} x\n`,
    );
  });

  test("gives a script to the first runtime there is, and its name where only the program knows it", async () => {
    const { user, skill, path, start } = stage();
    const shim = join(skill.scripts, "cap");
    const script = join(skill.scripts, "cap.js");
    const bundle = join(user.dir, "agentlb.js");
    writeFileSync(script, "");
    writeFileSync(bundle, "");
    const from = `--from ${skill.scripts} x y`;
    for (const runtime of ["node", "bun", "deno"]) {
      place(join(path, runtime));
      const { stdout } = await start([shell, shim, "x", "y"]);
      expect(stdout.startsWith(`${path}/${runtime}: `)).toBe(true);
      expect(stdout.endsWith(`${script} ${from}\n`)).toBe(true);
      // Of what is called otherwise, or linked to that, the program is asked for by name.
      expect((await start([shell, shim, "x", "y"], { CAP_BIN: bundle })).stdout).toMatch(
        new RegExp(` ${bundle} cap ${from}\n$`),
      );
      rmSync(script);
      symlinkSync(bundle, script);
      expect((await start([shell, shim, "x", "y"])).stdout).toMatch(new RegExp(` ${bundle} cap ${from}\n$`));
      rmSync(script);
      writeFileSync(script, "");
    }
  });

  test("says in one line what is missing, and exits with 127", async () => {
    const { user, skill, path, start } = stage();
    for (const pool of ["cap", "clb"]) {
      const { code, stdout, stderr } = await start([shell, join(skill.scripts, pool), "pick"]);
      expect([code, stdout]).toEqual([127, ""]);
      expect(stderr).toMatch(new RegExp(`^${pool}: no program found: install agentlb.*${pool}\\.bin\\n$`));
    }
    const wrong = await start([shell, join(skill.scripts, "cap")], { CAP_BIN: "/no/such" });
    expect(wrong).toMatchObject({
      code: 127,
      stdout: "",
      stderr: "cap: /no/such, which the environment names, is no program\n",
    });
    writeFileSync(join(skill.scripts, "cap.js"), "");
    const lonely = await start([shell, join(skill.scripts, "cap")]);
    expect(lonely).toMatchObject({
      code: 127,
      stderr: `cap: ${skill.scripts}/cap.js needs deno, bun or node on PATH\n`,
    });
    // A shim beside agentlb, or the shim itself on PATH, does not start itself for ever.
    rmSync(join(skill.scripts, "cap.js"));
    place(join(path, "agentlb"));
    symlinkSync(join(skill.scripts, "cap"), join(path, "cap"));
    expect(await start([shell, join(skill.scripts, "cap")])).toMatchObject({ code: 127 });
    rmSync(join(path, "cap"));
    copyFileSync(join(skill.scripts, "cap"), join(path, "cap"));
    chmodSync(join(path, "cap"), 0o755);
    expect(await start([shell, join(skill.scripts, "cap")])).toMatchObject({ code: 127 });
    expect(user.home).toBeTruthy();
  });

  test("names what is there and can't run, with its cure, when nothing else can", async () => {
    const { skill, start } = stage();
    const shim = join(skill.scripts, "cap");
    const bin = join(skill.scripts, "cap.bin");
    const said = async () => {
      const { code, stdout, stderr } = await start([shell, shim, "pick"]);
      expect([code, stdout]).toEqual([126, ""]);
      return stderr.split("\n").at(-2);
    };
    writeFileSync(bin, TELLER, { mode: 0o644 });
    expect(await said()).toBe(`cap: ${bin} is not executable: chmod +x "${bin}"`);
    place(bin, "");
    expect(await said()).toBe(`cap: ${bin} is empty: put it there again`);
    rmSync(bin);
    for (const other of ["cap-linux-riscv64", "cap-windows-x64"]) {
      place(join(skill.scripts, other));
      expect(await said()).toMatch(
        new RegExp(`^cap: .*/${other} is for another machine; this one needs .*/cap-`),
      );
      rmSync(join(skill.scripts, other));
    }
    // Whatever can run is better than words.
    writeFileSync(join(skill.scripts, "cap.js"), "");
    writeFileSync(bin, TELLER, { mode: 0o644 });
    place(join(skill.bin(), "node"));
    expect(await start([shell, shim, "x"])).toMatchObject({ code: 0, stderr: "" });
  });

  test.runIf(process.platform === "linux")(
    "names the machine that a program was made for, once the system has refused it",
    async () => {
      const { skill, start } = stage();
      const bin = join(skill.scripts, "cap.bin");
      const said = async () => {
        const { code, stdout, stderr } = await start([shell, join(skill.scripts, "cap"), "pick"]);
        expect([code, stdout]).toEqual([126, ""]);
        return stderr.split("\n").at(-2);
      };
      const machine = process.arch === "arm64" ? 0x3e : 0xb7;
      const elf = Buffer.alloc(4096, 0);
      elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
      elf.set([2, 0, machine, 0], 16);
      const tools = ["head", "od", "tr", "grep"].map((name) => toolPath(name));
      for (const [at, name] of ["head", "od", "tr", "grep"].entries()) {
        symlinkSync(tools[at]!, join(skill.bin(), name));
      }
      writeFileSync(bin, elf);
      chmodSync(bin, 0o755);
      expect(await said()).toMatch(
        /^cap: .*\/cap\.bin is made for Linux \w+, and this is Linux \w+: put the program of this/,
      );
      elf.set([0xcf, 0xfa, 0xed, 0xfe]);
      writeFileSync(bin, elf);
      expect(await said()).toContain("is made for Darwin, and this is Linux");
      writeFileSync(bin, Buffer.alloc(5000));
      expect(await said()).toBe(`cap: ${bin} does not start, perhaps it was cut short: put it there again`);
    },
  );

  test("takes an agentlb alone, beside it or on PATH, once that says that it is this one", async () => {
    const { user, skill, path, start } = stage();
    const shim = join(skill.scripts, "cap");
    const ours = '#!/bin/sh\nif [ "$1" = --version ]; then echo "agentlb 1.0.0"; else echo "$0: $*"; fi\n';
    // The one before it takes no such option, and would take a pool's words for others.
    const older = '#!/bin/sh\necho "$*" >> "$0.heard"\necho "error: unexpected argument" >&2\nexit 2\n';
    for (const folder of [skill.scripts, path]) {
      const agentlb = place(join(folder, "agentlb"), older);
      expect(await start([shell, shim, "x"])).toMatchObject({ code: 127, stdout: "" });
      expect(readFileSync(`${agentlb}.heard`, "utf8")).toBe("--version\n");
      place(agentlb, ours);
      expect((await start([shell, shim, "x"])).stdout).toBe(`${agentlb}: cap --from ${skill.scripts} x\n`);
      rmSync(agentlb);
    }
    expect(user.home).toBeTruthy();
  });

  test("goes on to the runtimes that are left when one says that it is too old", async () => {
    const { skill, path, start } = stage();
    writeFileSync(join(skill.scripts, "cap.js"), "");
    const shim = join(skill.scripts, "cap");
    const tells = '#!/bin/sh\necho "${0##*/}: $AGENTLB_ELSE"\n';
    for (const runtime of ["deno", "bun", "node"]) place(join(path, runtime), tells);
    expect((await start([shell, shim, "x"])).stdout).toBe("deno:  bun node\n");
    expect((await start([shell, shim, "--else", " bun node", "x"])).stdout).toBe("bun:  node\n");
    expect((await start([shell, shim, "--else", " node", "x"])).stdout).toBe("node: \n");
  });

  test("hands the exit code on, and all words as they are", async () => {
    const { skill, start } = stage();
    place(
      join(skill.scripts, "cap.bin"),
      '#!/bin/sh\nshift 2\nfor word in "$@"; do printf "<%s>" "$word"; done\nexit 7\n',
    );
    const words = ["", "a  b", "*", "$HOME", "'", "-n", "--", "\\"];
    const { code, stdout } = await start([shell, join(skill.scripts, "cap"), ...words]);
    expect([code, stdout]).toEqual([7, words.map((word) => `<${word}>`).join("")]);
  });
});

test.runIf(ways.includes("compiled"))("variables of Bun make the compiled program nothing else", async () => {
  const { user } = stage();
  const evil = join(user.dir, "evil.js");
  writeFileSync(evil, `require("node:fs").writeFileSync(${JSON.stringify(join(user.dir, "ran"))}, "");`);
  const [program = ""] = commandOf("compiled");
  for (
    const env of [
      { BUN_BE_BUN: "1" },
      { BUN_OPTIONS: `--version` },
      { BUN_OPTIONS: `--preload=${evil}` },
      { BUN_INSPECT: "127.0.0.1:0?break=1" },
      { BUN_INSPECT_PRELOAD: evil, BUN_INSPECT: "127.0.0.1:0" },
      { BUN_INSPECT_CONNECT_TO: "ws://127.0.0.1:1/x" },
      { BUN_INSPECT_NOTIFY: `unix://${join(user.dir, "socket")}` },
    ] as readonly Record<string, string>[]
  ) {
    const ended = await runWords(user, [program, "cap", "-h"], { env });
    expect(ended, JSON.stringify(env)).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringMatching(/^usage: cap /),
    });
  }
  expect(existsSync(join(user.dir, "ran"))).toBe(false);
});

test.runIf(ways.includes("compiled"))(
  "the compiled program goes by its own name and place when nobody tells it",
  async () => {
    const { user, skill } = stage();
    const program = skill.put("cap.bin", "compiled");
    expect((await runWords(user, [program, "where"])).stdout).toContain(
      `config:     ${skill.scripts}/cap_config.yaml\n`,
    );
    mkdirSync(join(user.home, "bin"));
    symlinkSync(program, join(user.home, "bin", "clb"));
    const { stdout } = await runWords(user, ["clb", "where"], { env: { PATH: join(user.home, "bin") } });
    expect(stdout).toContain(`config:     ${skill.scripts}/clb_config.yaml\n`);
    expect(stdout).not.toContain("auth_strategy");
    renameSync(program, join(user.home, "bin", "cap-linux-x64"));
    const elsewhere = await runWords(user, [join(user.home, "bin", "cap-linux-x64"), "where"]);
    expect(elsewhere.stdout).toContain(`config:     ${user.home}/.config/agentlb/cap_config.yaml\n`);
    expect(elsewhere.stdout).toContain(`state_file: ${user.home}/.local/state/agentlb/cap.json\n`);
  },
);

describe.each(ways)("the program started by %s", (way) => {
  test("is cap or clb when the first word says so, and then belongs to no skill", async () => {
    const user = sandbox();
    const env = { XDG_CONFIG_HOME: join(user.home, "c"), XDG_STATE_HOME: "relative" };
    const { stdout } = await user.run(way, ["clb", "where"], { env });
    expect(stdout).toContain(`config:     ${user.home}/c/agentlb/clb_config.yaml\n`);
    expect(stdout).toContain(`state_file: ${user.home}/.local/state/agentlb/clb.json\n`);
    const skill = makeSkill(user);
    const told = await user.run(way, ["cap", "--from", skill.scripts, "where"]);
    expect(told.stdout).toContain(`skill_dir:  ${skill.dir}\n`);
  });
});

test("the built programs of both names are one file each", () => {
  const inode = (path: string) => readFileSync(join(TREE, "dist", path)).length;
  expect(inode("cap")).toBe(inode("agentlb"));
  expect(inode("js/clb.js")).toBe(inode("js/agentlb.js"));
  expect(toolPath("bash")).toBeDefined();
});
