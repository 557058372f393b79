/** Whatever lies where the user stands is data, not settings or code of ours. */
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { COMPILE } from "../../scripts/compile_flags.ts";
import { sandbox } from "../../rig/in_test.ts";
import { commandOf } from "../../rig/program.ts";
import { finished, type Result } from "../../rig/result.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { login } from "./support/login.ts";
import { publish, published } from "./support/published.ts";
import { fillTeam, runWords } from "./support/skill.ts";

/** Files by which one runtime or another lets a folder decide what a program does. */
const SETTINGS = [
  ".env",
  ".env.local",
  ".env.production",
  ".env.production.local",
  ".env.development",
  ".env.development.local",
  "bunfig.toml",
  ".bunfig.toml",
  "tsconfig.json",
  "jsconfig.json",
  "package.json",
  "deno.json",
  "deno.jsonc",
  ".npmrc",
  ".node_repl_history",
  "node_modules",
];
const LIBRARIES = ["re2js", "smol-toml", "string-width", "yaml"];

/** A user who stands in a folder that is out to harm; so are HOME and agentlb's own root, where the supervisor stands. */
function victim(): Sandbox & { readonly marks: string; readonly stolen: string } {
  const user = sandbox({ codex: "none" });
  const marks = join(user.dir, "marks");
  const stolen = join(user.dir, "stolen");
  mkdirSync(marks);
  user.addAlias("a", { authFile: login("a") });
  for (const folder of [user.cwd, user.home, user.root]) infest(folder, { marks, stolen });
  const codex = join(user.bin, "codex");
  writeFileSync(codex, "#!/bin/sh\nexport -p\n");
  chmodSync(codex, 0o755);
  return { ...user, marks, stolen };
}

function infest(
  folder: string,
  { marks, stolen }: { readonly marks: string; readonly stolen: string },
): void {
  const evil = `require("node:fs").writeFileSync(${JSON.stringify(join(marks, "ran"))}, "");\n`;
  const variables = [`HOSTILE=1`, `AGENTLB_HOME=${stolen}`, `XDG_CONFIG_HOME=${stolen}`, `PATH=${stolen}`];
  const put = (path: string, text: string) => writeFileSync(join(folder, path), text);
  for (const name of SETTINGS.filter((name) => name.startsWith(".env"))) put(name, variables.join("\n"));
  put("evil.js", evil);
  for (const name of ["bunfig.toml", ".bunfig.toml"]) {
    put(name, `preload = ["./evil.js"]\n[define]\n"process.env.HOSTILE" = "'1'"\n`);
  }
  const paths = Object.fromEntries([...LIBRARIES, "node:fs"].map((name) => [name, ["./evil.js"]]));
  for (const name of ["tsconfig.json", "jsconfig.json"]) {
    put(name, JSON.stringify({ compilerOptions: { baseUrl: ".", paths } }));
  }
  put("package.json", JSON.stringify({ type: "commonjs", main: "evil.js", browser: { fs: "./evil.js" } }));
  for (const name of ["deno.json", "deno.jsonc"]) {
    put(name, JSON.stringify({ imports: Object.fromEntries(LIBRARIES.map((name) => [name, "./evil.js"])) }));
  }
  put(".npmrc", `script-shell=${join(folder, "evil.js")}\n`);
  for (const name of LIBRARIES) {
    mkdirSync(join(folder, "node_modules", name), { recursive: true });
    put(join("node_modules", name, "index.js"), evil);
  }
}

/** The words that write to `log` every path which a program and its children hand to the kernel. */
function traced(log: string, words: readonly string[]): string[] {
  return ["strace", "-f", "-qq", "-s", "4096", "-e", "trace=%file", "-e", "signal=none", "-o", log, ...words];
}

/** Which of the files are named in what `traced` wrote, at any place of a path. */
function touched(log: string): string[] {
  const paths = [...readFileSync(log, "utf8").matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, path = ""]) => path);
  const names = new Set(paths.flatMap((path) => path.split("/")));
  expect(names.size, "the trace tells something").toBeGreaterThan(10);
  return SETTINGS.filter((name) => names.has(name));
}

async function runTraced(user: Sandbox, words: readonly string[]): Promise<Result & { touched: string[] }> {
  const log = join(user.dir, "trace");
  const ended = await runWords(user, traced(log, words), { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
  return { ...ended, touched: touched(log) };
}

describeWith(["strace"], "the compiled program in a folder that is out to harm", () => {
  test.each([
    "--version",
    "status",
    "rr --print-command",
    "pick --json",
    "new b --print-command",
    "config init --force",
    "cap where",
    "cap pick --worker w-1 --base w",
    "cap pick-auth --worker w-1 --base w",
    "clb where",
    "clb pick-auth --worker w-1 --base w",
  ])("asks for none of its files and believes nothing of them: agentlb %s", async (line) => {
    const user = victim();
    const team = join(user.home, "team");
    const logins = fillTeam(team, ["one", "two"]);
    mkdirSync(join(user.home, "source"));
    const config = join(user.home, ".config/agentlb");
    mkdirSync(config, { recursive: true });
    for (const pool of ["cap", "clb"]) {
      // A list in lines is what only the library for YAML can read.
      const text = `sources:\n  - ${
        join(user.home, "source")
      }\nauth_team_dir: ${team}\nauth_team_glob: "*"\n`;
      writeFileSync(join(config, `${pool}_config.yaml`), text);
    }
    writeFileSync(join(user.root, "config.toml"), "[sessions]\nstale_sec = 600\n");

    const ended = await runTraced(user, [...commandOf("compiled"), ...line.split(" ")]);
    expect(ended).toMatchObject({ code: 0, touched: [] });
    expect(ended.stdout + ended.stderr).not.toContain(user.stolen);
    expect(existsSync(user.stolen)).toBe(false);
    expect(existsSync(join(user.marks, "ran"))).toBe(false);
    if (line.includes("pick-auth")) expect(logins).toContain(ended.stdout.trimEnd());
  });

  test("gives Codex no variable of them", async () => {
    const user = victim();
    publish(user, { a: {} });
    const ended = await runTraced(user, [...commandOf("compiled"), "rr", "--", "exec"]);
    expect(ended).toMatchObject({ code: 0, touched: [] });
    expect(ended.stdout).toContain(`CODEX_HOME='${user.homeOf("a")}'`);
    expect(ended.stdout).not.toMatch(/HOSTILE|stolen/);
  });

  test("does so as the supervisor too", async () => {
    const user = victim();
    const log = join(user.dir, "trace");
    const [file = "", ...words] = traced(log, [...commandOf("compiled"), "supervisor", "daemon"]);
    const daemon = spawn(file, words, { env: user.env, cwd: user.cwd, detached: true, stdio: "pipe" });
    const end = finished(daemon, 60_000);
    await until(() => published(user) !== undefined, "the supervisor has published");
    await user.run("compiled", ["supervisor", "stop"]);
    await end;
    expect(touched(log)).toEqual([]);
    expect(existsSync(user.stolen)).toBe(false);
    expect(existsSync(join(user.marks, "ran"))).toBe(false);
  });

  /** What it takes from a folder, program by program: the watcher sees each. */
  test.each([
    ["the settings of Bun", "--no-compile-autoload-bunfig", "bunfig.toml", ""],
    ["variables", "--no-compile-autoload-dotenv", ".env", ""],
    ["the settings of TypeScript", "", "tsconfig.json", "--compile-autoload-tsconfig"],
    ["the manifest", "", "package.json", "--compile-autoload-package-json"],
  ])("a program that reads %s there is found out", async (_, without, name, more) => {
    const user = victim();
    const folder = join(user.dir, "planted");
    mkdirSync(folder);
    writeFileSync(
      join(folder, "planted.ts"),
      `
      await import(process.argv[2] ?? "yaml").catch(() => {});
      console.log(process.env.HOSTILE ?? "unharmed");
    `,
    );
    const flags = [...COMPILE.filter((flag) => flag !== without), ...more === "" ? [] : [more]];
    const words = ["build", ...flags, "--external=yaml", "planted.ts", "--outfile=planted"];
    const built = await runWords(user, [commandOf("bun")[0], ...words], { cwd: folder });
    expect(built).toMatchObject({ code: 0 });
    const ended = await runTraced(user, [join(folder, "planted")]);
    expect(ended.touched).toContain(name);
    if (name === ".env") expect(ended.stdout).toBe("1\n");
    if (name === "bunfig.toml") expect(existsSync(join(user.marks, "ran"))).toBe(true);
  });
});
