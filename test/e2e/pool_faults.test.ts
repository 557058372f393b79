import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import { commandOf, ways } from "../../rig/program.ts";
import { finished } from "../../rig/result.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { describeWith } from "../../rig/tools.ts";
import { startShell } from "./support/shell.ts";
import { fillTeam, makeSkill, runWords, shellPath, type Skill } from "./support/skill.ts";

const WORKER = ["--worker", "w", "--base", "b"];

interface Stage {
  readonly user: Sandbox;
  readonly skill: Skill;
  readonly team: string;
  readonly files: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  state(): ReturnType<typeof JSON.parse>;
}

function stage(names: readonly string[] = ["a", "b"]): Stage {
  const user = sandbox();
  const skill = makeSkill(user);
  const team = join(user.home, "team");
  const files = fillTeam(team, names);
  mkdirSync(join(user.home, "source"));
  const env = { CAP_AUTH_TEAM_DIR: team, CAP_SOURCES: join(user.home, "source") };
  return { user, skill, team, files, env, state: () => JSON.parse(readFileSync(skill.stateFile, "utf8")) };
}

const words = (way: typeof ways[number], { skill }: Stage, ...args: string[]) => [
  ...commandOf(way),
  "cap",
  "--from",
  skill.scripts,
  ...args,
];

describe.each(ways)("started by %s", (way) => {
  test("an argument or a file name that is no text is an answer, not a crash", async () => {
    const made = stage();
    const { user, team, files, env } = made;
    const script = 'w=$1; shift; "$@" --worker "$(printf "$w")" --base b';
    const argument = await finished(
      startShell(user, script, ["\\377", ...words(way, made, "pick-auth")], {
        shell: shellPath("bash"),
        env,
      }),
      20_000,
    );
    expect(argument).toMatchObject({ code: 1, stdout: "" });
    // Deno does not even start with it.
    expect(argument.stderr).toMatch(
      way === "deno" ? /invalid UTF-8/ : /^❌ an argument is not valid UTF-8\n$/,
    );
    await finished(
      startShell(user, 'cp "$1" "$2/$(printf "x\\377")"', [files[0]!, team], { shell: shellPath("bash") }),
      20_000,
    );
    for (let n = 0; n < 4; n++) {
      const { code, stdout, stderr } = await runWords(user, words(way, made, "pick-auth", ...WORKER), {
        env,
      });
      expect([code, files.includes(stdout.trim())]).toEqual([0, true]);
      expect(stderr).toMatch(/^(⚠️ left out: the name of .* is not valid UTF-8\n)?$/);
    }
  });

  test("files are ours alone whatever the umask, and what belongs to others is not touched", async () => {
    const made = stage();
    const { user, skill, env } = made;
    const open = 'umask 0; exec "$@"';
    for (let n = 0; n < 2; n++) {
      const run = startShell(user, open, words(way, made, "pick-auth", ...WORKER), { env });
      expect(await finished(run, 20_000)).toMatchObject({ code: 0 });
    }
    const share = join(skill.dir, "share");
    const modes = readdirSync(share).map((name) => (statSync(join(share, name)).mode & 0o777).toString(8));
    expect(modes).toEqual(["600", "600", "600"]);
  });

  test("a lock that somebody holds is waited for", async () => {
    const made = stage();
    const { user, skill, env } = made;
    mkdirSync(join(skill.dir, "share"));
    const lock = `${skill.stateFile}.lock`;
    writeFileSync(lock, "");
    const holder = spawn("flock", [lock, "sh", "-c", "echo held; cat"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    onTestFinished(() => void holder.kill("SIGKILL"));
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    const [file = "", ...args] = words(way, made, "pick", ...WORKER);
    const sources = `${env.CAP_SOURCES},/no/such`;
    const child = spawn(file, args, {
      env: { ...user.env, CAP_SOURCES: sources },
      cwd: user.cwd,
      detached: true,
      stdio: "pipe",
    });
    const end = finished(child, 30_000);
    // The last that it says before it wants the lock.
    await new Promise((resolve) => child.stderr.once("data", resolve));
    writeFileSync(skill.stateFile, '{"counter": 5}');
    holder.stdin.end();
    expect(await end).toMatchObject({ code: 0, stdout: `${env.CAP_SOURCES}\n` });
    expect(made.state().counter).toBe(6);
  });
});

describe.runIf(ways.includes("compiled"))("the compiled program behind its shim", () => {
  const behindShim = (made: Stage, ...args: string[]) => {
    if (!existsSync(join(made.skill.scripts, "cap.bin"))) made.skill.put("cap.bin", "compiled");
    return ["bash", join(made.skill.scripts, "cap"), ...args];
  };

  describeWith(["xargs", "bash"], "called as twf calls it", () => {
    test("gives a directory and a file", async () => {
      const made = stage();
      const script = `set -euo pipefail
cmd=$1
src="$(bash "$cmd" pick --worker "w-20261120-120000-7" --base "w")"
src="$(echo "$src" | tail -n 1 | xargs)"
[ -d "$src" ]
auth="$(env CAP_AUTH_TEAM_DIR="$2" CAP_AUTH_TEAM_GLOB='*' CAP_AUTH_STRATEGY=team_cycle bash "$cmd" pick-auth --worker w --base w)"
auth="$(echo "$auth" | tail -n 1 | xargs)"
cp -f "$auth" "$HOME/auth.json"
if bash "$cmd" reset-state >/dev/null 2>&1; then echo reset; fi
if bash "$cmd" pick --worker "" --base x 2>/dev/null; then echo no; fi`;
      const [, shim = ""] = behindShim(made);
      const child = startShell(made.user, script, [shim, made.team], {
        shell: "bash",
        env: { CAP_SOURCES: made.env.CAP_SOURCES! },
      });
      expect(await finished(child, 20_000)).toMatchObject({ code: 0, stdout: "reset\n", stderr: "" });
      expect(readFileSync(join(made.user.home, "auth.json"), "utf8")).toBe(
        readFileSync(made.files[0]!, "utf8"),
      );
    });
  });

  test("a disk without room is an error, and the state stays as it was", async () => {
    const made = stage();
    const { user, skill, env } = made;
    await runWords(user, behindShim(made, "pick-auth", ...WORKER), { env });
    const before = readFileSync(skill.stateFile, "utf8");
    // Two blocks of 512 or 1024 bytes: the new state is cut off in the middle.
    writeFileSync(skill.stateFile, before.replace("{", `{\n  "long": "${"x".repeat(5000)}",`));
    const long = readFileSync(skill.stateFile, "utf8");
    const run = startShell(user, 'ulimit -f 2; exec "$@"', behindShim(made, "pick-auth", ...WORKER), {
      shell: "bash",
      env,
    });
    const { code, stdout, stderr } = await finished(run, 20_000);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^❌ Cannot write \S+\/state\.json: .*EFBIG/);
    expect(readFileSync(skill.stateFile, "utf8")).toBe(long);
    expect(readdirSync(join(skill.dir, "share")).sort()).toEqual(["state.json", "state.json.lock"]);
  });

  test("a link in the place of a temporary file, or of the lock, is not followed", async () => {
    const made = stage();
    const { user, skill, env } = made;
    const victim = join(user.home, "victim");
    writeFileSync(victim, "precious");
    mkdirSync(join(skill.dir, "share"));
    symlinkSync(victim, `${skill.stateFile}.tmp`);
    symlinkSync(victim, `${skill.stateFile}.prev`);
    for (let n = 0; n < 2; n++) {
      expect(await runWords(user, behindShim(made, "pick-auth", ...WORKER), { env })).toMatchObject({
        code: 0,
        stderr: "",
      });
    }
    expect(readFileSync(victim, "utf8")).toBe("precious");
  });

  test("files of the folder where the user stands change nothing", async () => {
    const made = stage();
    const { user, skill, env } = made;
    writeFileSync(join(user.cwd, ".env"), "CAP_STATE_FILE=/tmp/wrong.json\nCAP_AUTH_TEAM_DIR=/wrong\n");
    writeFileSync(join(user.cwd, "bunfig.toml"), 'preload = ["./evil.ts"]\n');
    writeFileSync(join(user.cwd, "evil.ts"), "process.exit(99);\n");
    writeFileSync(
      join(user.cwd, "tsconfig.json"),
      '{"compilerOptions":{"baseUrl":".","paths":{"*":["./evil.ts"]}}}',
    );
    writeFileSync(join(user.cwd, "deno.json"), '{"imports":{"node:fs":"./evil.ts"}}');
    const said: string[] = [];
    for (const runtime of ["compiled", "bun", "deno", "node"] as const) {
      const other = makeSkill(user, `skill-${runtime}`);
      if (runtime === "compiled") other.put("cap.bin", "compiled");
      else other.put("cap.js", "script");
      const path = runtime === "compiled" ? other.bin() : other.bin(runtime);
      const { code, stdout } = await runWords(user, [shellPath("sh"), join(other.scripts, "cap"), "where"], {
        env: { PATH: path, CAP_SOURCES: env.CAP_SOURCES! },
      });
      expect([runtime, code]).toEqual([runtime, 0]);
      said.push(stdout.replaceAll(other.dir, "<skill>"));
    }
    expect(new Set(said).size).toBe(1);
    expect(said[0]).toContain("state_file: <skill>/share/state.json\n");
    expect(skill.dir).toBeTruthy();
  });
});

test.runIf(ways.includes("deno"))("Deno needs no more than a few permissions for a pick", async () => {
  const made = stage();
  const [deno, , , , libraries, file] = commandOf("deno");
  const allowed = ["--allow-read", "--allow-write", "--allow-env"];
  for (const more of [["--allow-sys=uid,umask,homedir"], []]) {
    for (const command of ["pick", "pick-auth"]) {
      const line = [
        deno,
        "run",
        "--no-prompt",
        libraries!,
        ...allowed,
        ...more,
        file!,
        "cap",
        "--from",
        made.skill.scripts,
        command,
        ...WORKER,
      ];
      expect(await runWords(made.user, line, { env: made.env })).toMatchObject({ code: 0, stderr: "" });
    }
  }
  expect(made.state().counter).toBe(2);
});
