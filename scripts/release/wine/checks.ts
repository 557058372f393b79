/** The checks of the program for Windows under wine; each continues from the state of the previous one. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { powershellCommand } from "../../../lib/core/shell/quote_powershell.ts";
import { argumentsOf, legacyLine, literalsOf } from "../../../test/core/shell/powershell.ts";
import { login } from "../../../test/e2e/support/login.ts";
import { until } from "../../../rig/until.ts";
import type { Answer, Prefix } from "./prefix.ts";

interface Account {
  readonly name: string;
  readonly email: string;
  readonly limits: readonly { readonly leftPercent: number }[];
}

interface Check {
  readonly what: string;
  run(windows: Prefix): Promise<void>;
}

const AT_ONCE = 10;
const ALONE = { AGENTLB_SUPERVISOR_DISABLED: "1" };
/** Arguments that a Windows command line could misinterpret. */
const WORDS = [
  "plain",
  "",
  "two words",
  'say "hi"',
  "a\\",
  "a b\\",
  'a\\\\"b',
  "%PATH%",
  "^&|<>",
  "é 漢字 \u{1f600}",
  "--",
  "-n",
  "a\nb",
];

export const CHECKS: readonly Check[] = [
  check("--version, --help", async (windows) => {
    match((await good(windows, ["--version"])).stdout, /^agentlb \d+\.\d+\.\d+\r?\n$/);
    match((await good(windows, ["--help"])).stdout, /usage:[^]*exit codes:/);
  }),
  check("status without sessions", async (windows) => {
    match((await good(windows, ["status"])).stderr, /the supervisor is not running/);
    strictEqual(existsSync(join(windows.profile, ".agentlb/locks")), true);
  }),
  check("--print-command for each shell", async (windows) => {
    const home = homeOf(windows, "a");
    const print = async (...more: string[]) =>
      (await good(windows, ["new", "a", "--print-command", ...more, "--", "it's", "a b"], ALONE)).stdout;
    strictEqual(await print(), `${powershellCommand(home, ["codex", "it's", "a b"])}\n`);
    strictEqual(await print("--shell", "sh"), `CODEX_HOME='${home}' codex 'it'"'"'s' 'a b'\n`);
    const doubled = home.replaceAll("\\", "\\\\");
    strictEqual(await print("--shell", "fish"), `CODEX_HOME='${doubled}' codex 'it\\'s' 'a b'\n`);
  }),
  check("aliases without case", async (windows) => {
    const { stderr } = await good(windows, ["new", "A", "--print-command"], ALONE);
    match(stderr, /using a\n/);
    strictEqual((await windows.run(["new", "a:b", "--print-command"], ALONE)).code, 2);
  }),
  check("codex with every word, byte for byte", async (windows) => {
    const { stdout } = await good(windows, ["rr", "--", ...WORDS], ALONE);
    deepStrictEqual(JSON.parse(stdout), [homeOf(windows, "a"), ...WORDS]);
  }),
  check("exit codes of 32 bits", async (windows) => {
    const said = await commandLine(windows, "C:\\bin\\agentlb.exe rr -- exit 3221225786", ALONE);
    match(said, /code 3221225786\r?\n$/);
  }),
  check("the command lines that PowerShell makes of what is printed for it", async (windows) => {
    const [, , , ...given] = literalsOf(powershellCommand("C:\\h", ["codex", ...WORDS]));
    const line = `C:\\bin\\codex.exe ${legacyLine(given, "5.1")}`;
    const [json = ""] = (await commandLine(windows, line)).split(/\r?\n/);
    deepStrictEqual(JSON.parse(json), ["", ...WORDS]);
    deepStrictEqual(argumentsOf(line).slice(1), WORDS);
  }),
  check("new, with a login", async (windows) => {
    const { stdout } = await good(windows, ["new", "b", "--", "go"], ALONE);
    deepStrictEqual(JSON.parse(stdout), [homeOf(windows, "b"), "go"]);
    strictEqual(existsSync(fileIn(windows, "sessions/b/auth.json")), true);
  }),
  check(`${AT_ONCE} picks at once, every one counted`, async (windows) => {
    const before = state(windows).pick_seq;
    await Promise.all(times(AT_ONCE, () => good(windows, ["rr", "--print-command"], ALONE)));
    strictEqual(state(windows).pick_seq, before + AT_ONCE);
  }),
  check("pick --json", async (windows) => {
    const { alias, home } = JSON.parse((await good(windows, ["pick", "--json"], ALONE)).stdout);
    strictEqual(home, homeOf(windows, alias));
  }),
  check("rm, refused while agentlb runs a Codex there", async (windows) => {
    const flag = join(windows.drive, "go");
    const running = windows.run(["new", "b", "--", "until", "C:\\go"], ALONE);
    const runs = fileIn(windows, "state/runs");
    await until(
      () => existsSync(runs) && readdirSync(runs).some((name) => /^\d/.test(name)),
      "it runs",
      60_000,
    );
    match((await windows.run(["rm", "b"], ALONE)).stderr, /in use by codex \(pid \d+\)/);
    writeFileSync(flag, "");
    strictEqual((await running).code, 0);
    match((await good(windows, ["rm", "b"], ALONE)).stdout, /removed session: b/);
  }),
  check("cap where, list", async (windows) => {
    furnishPool(windows);
    const { stdout } = await good(windows, ["cap", "where"]);
    const roaming = `${windows.windowsProfile}\\AppData\\Roaming\\agentlb`;
    match(stdout, literally(`config:     ${roaming}\\cap_config.yaml\n`));
    match(stdout, literally(`state_file: ${windows.windowsProfile}\\AppData\\Local\\agentlb\\cap.json\n`));
    deepStrictEqual(lines(await good(windows, ["cap", "list"])), [`${windows.windowsProfile}\\s1`, "C:\\s2"]);
  }),
  check(`${AT_ONCE} cap pick and ${AT_ONCE} cap pick-auth at once, every one counted`, async (windows) => {
    const pick = (command: string) => async (n: number) =>
      lines(await good(windows, ["cap", command, "--worker", `w-${n}`, "--base", "w"]))[0];
    const [sources, files] = await Promise.all([
      Promise.all(times(AT_ONCE, pick("pick"))),
      Promise.all(times(AT_ONCE, pick("pick-auth"))),
    ]);
    const { counter, auth_counts: counts } = JSON.parse(
      readFileSync(join(windows.profile, "AppData/Local/agentlb/cap.json"), "utf8"),
    );
    strictEqual(counter, AT_ONCE);
    deepStrictEqual(new Set(sources).size, 2);
    deepStrictEqual(Object.keys(counts).sort(), ["a", "b", "c"].map((name) => `C:\\team\\${name}.json`));
    deepStrictEqual(Object.values(counts).sort(), [3, 3, 4]);
    for (const [path, count] of Object.entries(counts)) {
      strictEqual(files.filter((file) => file === path).length, count);
    }
  }),
  check("cap status, by way of an app-server", async (windows) => {
    const { stdout } = await good(windows, ["cap", "status", "C:\\team", "--json"]);
    const { accounts } = JSON.parse(stdout) as { accounts: Account[] };
    deepStrictEqual(
      accounts.map(({ name, email, limits }) => [name, email, limits.map(({ leftPercent }) => leftPercent)]),
      ["a", "b", "c"].map((name) => [`${name}.json`, `${name}@example.test`, [75, 50]]),
    );
  }),
  check("a supervisor that starts, reads limits, is killed, is replaced, and stops", async (windows) => {
    writeFileSync(fileIn(windows, "sessions/a/auth.json"), login("a"));
    match((await good(windows, ["supervisor", "start", "--background"])).stdout, /started supervisor/);
    await eligible(windows, "a");
    const { alias, reason, terms } = JSON.parse((await good(windows, ["pick", "--json"])).stdout);
    // The earlier picks count as turns for a minute, which lowers the score.
    deepStrictEqual([alias, reason, terms.usage], ["a", "most left", 65]);
    const pid = readFileSync(fileIn(windows, "supervisor.pid"), "utf8").trim();
    await windows.start("taskkill", ["/f", "/pid", pid]);
    match((await windows.run(["status"])).stderr, /the supervisor is not running/);
    await good(windows, ["pick"]);
    match((await good(windows, ["supervisor", "restart"])).stdout, /supervisor restarted/);
    match((await good(windows, ["supervisor", "stop"])).stdout, /supervisor stopped/);
    for (const name of ["supervisor.pid", "supervisor.stop"]) {
      strictEqual(existsSync(fileIn(windows, name)), false, `${name} is still there`);
    }
  }),
  check("the codex.exe behind npm's codex.cmd", async (windows) => {
    const batch = furnishNpm(windows);
    writeFileSync(fileIn(windows, "config.toml"), `[runner]\ndefault_command = '${batch}'\n`);
    rmSync(join(windows.drive, "bin/codex.exe"));
    rmSync(fileIn(windows, "status.json"));
    await good(windows, ["supervisor", "start", "--background"]);
    await eligible(windows, "a");
    await good(windows, ["supervisor", "stop"]);
    const { code, stderr } = await windows.run(["rr"], ALONE);
    deepStrictEqual([code, /it needs node, which is not on PATH/.test(stderr)], [1, true]);
  }),
];

function check(what: string, run: Check["run"]): Check {
  return { what, run };
}

/** Runs the program; throws with its output if it fails. */
async function good(
  windows: Prefix,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const answer = await windows.run(args, env);
  const { code, stdout, stderr } = answer;
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
  return answer;
}

/** Starts a whole command line, as Windows programs do, and returns its output and exit code. */
async function commandLine(
  windows: Prefix,
  line: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  writeFileSync(join(windows.drive, "line.txt"), line);
  const { stdout } = await windows.start("C:\\bin\\codex.exe", ["run", "C:\\line.txt"], env);
  return stdout;
}

async function eligible(windows: Prefix, alias: string): Promise<void> {
  await until(
    async () => {
      const { stdout } = await windows.run(["status", "--json"]);
      const { sessions } = JSON.parse(stdout) as { sessions: { alias: string; eligible: boolean }[] };
      return sessions.some((session) => session.alias === alias && session.eligible);
    },
    `a reading of ${alias}`,
    60_000,
  );
}

function furnishPool({ drive, profile }: Prefix): void {
  for (const folder of [join(profile, "s1"), join(drive, "s2"), join(drive, "team")]) mkdirSync(folder);
  for (const name of ["a", "b", "c"]) writeFileSync(join(drive, "team", `${name}.json`), login(name));
  const config = join(profile, "AppData/Roaming/agentlb");
  mkdirSync(config, { recursive: true });
  const text = ["sources: ~/s1, C:\\s2", "auth_team_dir: c:/team", "auth_team_glob: '*.json'", ""];
  writeFileSync(join(config, "cap_config.yaml"), text.join("\r\n"));
}

/** Puts the puppet where npm puts Codex, and returns the batch file that stands for it. */
function furnishNpm({ drive }: Prefix): string {
  const codex = join(drive, "npm/node_modules/@openai/codex");
  const vendor = join(codex, "node_modules/@openai/codex-win32-x64/vendor/x86_64-pc-windows-msvc/bin");
  for (const folder of [join(codex, "bin"), vendor]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(codex, "bin/codex.js"), "");
  writeFileSync(join(vendor, "codex.exe"), readFileSync(join(drive, "bin/codex.exe")));
  writeFileSync(
    join(drive, "npm/codex.cmd"),
    [
      "@ECHO off",
      'IF EXIST "%dp0%\\node.exe" (',
      '  SET "_prog=%dp0%\\node.exe"',
      ") ELSE (",
      '  SET "_prog=node"',
      ")",
      'endLocal & goto #_undefined_# 2>NUL || title %COMSPEC% & "%_prog%"  "%dp0%\\node_modules\\@openai\\codex\\bin\\codex.js" %*',
      "",
    ].join("\r\n"),
  );
  return "C:\\npm\\codex.cmd";
}

function fileIn({ profile }: Prefix, path: string): string {
  return join(profile, ".agentlb", path);
}

function homeOf({ windowsProfile }: Prefix, alias: string): string {
  return `${windowsProfile}\\.agentlb\\sessions\\${alias}`;
}

function state(windows: Prefix): { pick_seq: number } {
  return JSON.parse(readFileSync(fileIn(windows, "state/global.json"), "utf8"));
}

function lines({ stdout }: Answer): string[] {
  return stdout.trimEnd().split("\n");
}

function literally(text: string): RegExp {
  return new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
}

function times<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}
