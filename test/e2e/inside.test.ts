import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import { commandOf, ways } from "../../rig/program.ts";
import { finished } from "../../rig/result.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { login } from "./support/login.ts";
import { inShell } from "./support/shell.ts";
import { openTerminal } from "./support/terminal.ts";

const ALONE = { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } };

/** What a shell says of its environment. */
const SAYS =
  'printf "%s|%s|%s|%s\\n" "$CODEX_HOME" "${OPENAI_API_KEY-none}" "${CODEX_SQLITE_HOME-none}" "${MINE-none}"';

function two(): Sandbox {
  const user = sandbox(ALONE);
  for (const alias of ["a", "b"]) user.addAlias(alias, { authFile: login(alias) });
  return user;
}

/** The processes with a lease of an alias, as the state has them. */
function leasesOf(user: Sandbox, alias: string): number[] {
  const { aliases } = JSON.parse(readFileSync(join(user.root, "state/leases.json"), "utf8"));
  return (aliases[alias]?.leases ?? []).map(({ pid }: { pid: number }) => pid);
}

describe("path", () => {
  test.each(ways)("prints the home of a session, one line and nothing else: %s", async (way) => {
    const user = two();
    const printed = await user.run(way, ["path", "a@example.test"]);
    expect(printed).toEqual({ code: 0, signal: null, stdout: `${user.homeOf("a")}\n`, stderr: "" });
    const gone = await inShell(user, 'cd "$("$@")" && pwd', way, ["path", "a"]);
    expect(gone.stdout).toBe(`${user.homeOf("a")}\n`);
    const json = JSON.parse((await user.run(way, ["path", "a", "--json"])).stdout);
    expect(json).toEqual({ schema: "agentlb.path/1", alias: "a", home: user.homeOf("a") });
    expect(await user.run(way, ["path", "c"])).toMatchObject({ code: 2, stdout: "" });
    expect(existsSync(join(user.root, "state/global.json")), "nothing is counted").toBe(false);
  });
});

describe("exec", () => {
  test.each(ways)("runs a command with the environment of a run: %s", async (way) => {
    const user = two();
    const env = { OPENAI_API_KEY: "k", CODEX_SQLITE_HOME: "/x", MINE: "m", CODEX_HOME: "/elsewhere" };
    const said = await user.run(way, ["exec", "a", "--", "sh", "-c", SAYS, "sh", "--", "-x"], { env });
    expect(said).toMatchObject({ code: 0, stdout: `${user.homeOf("a")}|none|none|m\n` });
    writeFileSync(join(user.root, "config.toml"), '[runner]\npass_env = ["OPENAI_API_KEY"]\n');
    const passed = await user.run(way, ["exec", "a", "--", "sh", "-c", SAYS], { env });
    expect(passed.stdout).toBe(`${user.homeOf("a")}|k|none|m\n`);
  });

  test.each(ways)("ends as the command ends, and gives it every word as it is: %s", async (way) => {
    const user = two();
    const exec = (...words: string[]) => user.run(way, ["exec", "a", "--", ...words]);
    expect(await exec("sh", "-c", "exit 7")).toMatchObject({ code: 7 });
    expect(await exec("sh", "-c", "kill -TERM $$")).toMatchObject({ code: null, signal: "SIGTERM" });
    const words = ["", "a b", "--json", "--", "$x", "'"];
    expect((await exec("sh", "-c", 'printf "[%s]" "$@"', "sh", ...words)).stdout)
      .toBe(words.map((word) => `[${word}]`).join(""));
    const piped = await user.run(way, ["exec", "a", "--", "cat"], { input: "in" });
    expect(piped.stdout).toBe("in");
    const missing = await exec("no-such-program");
    expect(missing).toMatchObject({ code: 1, stdout: "" });
    expect(missing.stderr).toContain('Cannot start "no-such-program"');
    expect(await user.run(way, ["exec", "a"])).toMatchObject({ code: 2 });
    expect(await user.run(way, ["exec", "c", "--", "true"])).toMatchObject({ code: 2 });
  });

  test.each(ways)("counts as a run while it lives, and a signal reaches the command: %s", async (way) => {
    const user = two();
    const child = user.start(way, ["exec", "a", "--", "sh", "-c", "echo here; exec sleep 100"]);
    const end = finished(child, 60_000);
    let out = "";
    child.stdout?.on("data", (chunk) => out += chunk);
    await until(() => out === "here\n", "it runs");
    expect(leasesOf(user, "a")).toEqual([child.pid]);
    const refused = await user.run("compiled", ["rename", "a", "c"]);
    expect(refused.stderr).toContain(`Cannot rename "a": in use by a run (pid ${child.pid})`);
    child.kill("SIGTERM");
    expect(await end).toMatchObject({ code: null, signal: "SIGTERM" });
    expect((await user.run("compiled", ["rename", "a", "c"])).code).toBe(0);
  });

  test("stays within a bound folder", async () => {
    const user = two();
    await user.run("compiled", ["bind", "b", "--here"]);
    const refused = await user.run("compiled", ["exec", "a", "--", "true"]);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain("is bound to b");
    expect((await user.run("compiled", ["exec", "a", "--unbound", "--", "true"])).code).toBe(0);
  });
});

describe("shell", () => {
  test.each(ways)("is the user's shell with the environment of a run: %s", async (way) => {
    const user = two();
    const env = { SHELL: "/bin/sh", OPENAI_API_KEY: "k", MINE: "m" };
    const shell = await user.run(way, ["shell", "a"], { env, input: `${SAYS}\nexit 5\n` });
    expect(shell).toMatchObject({ code: 5, stdout: `${user.homeOf("a")}|none|none|m\n` });
    expect(shell.stderr).toContain('agentlb: sh for session "a"; leave it with: exit\n');
    const inner = await user.run(way, ["shell", "b"], {
      env: { ...env, CODEX_HOME: user.homeOf("a") },
      input: 'echo "$CODEX_HOME"\n',
    });
    expect(inner.stdout).toBe(`${user.homeOf("b")}\n`);
    expect(inner.stderr).toContain(
      'agentlb: sh for session "b", inside the one of "a"; leave it with: exit\n',
    );
  });

  test("that does not exist is said before anything is counted", async () => {
    const user = two();
    const refused = await user.run("compiled", ["shell", "a"], { env: { SHELL: "/no/such/shell" } });
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('Cannot start "/no/such/shell": no such program');
    expect(existsSync(join(user.root, "state/leases.json"))).toBe(false);
  });
});

describeWith(["tmux"], "a shell in a terminal", () => {
  test.each(ways)("works as any other, with Ctrl-C, and is a run until it ends: %s", async (way) => {
    const user = two();
    const out = join(user.dir, "out");
    const script = join(user.dir, "program");
    const words = commandOf(way).map((word) => `'${word}'`).join(" ");
    writeFileSync(script, `exec ${words} "$@"\n`);
    const terminal = openTerminal(user, { SHELL: "/bin/sh", OUT: out });
    terminal.type(`sh ${script} shell a`);
    await until(() => terminal.screen().includes('sh for session "a"'), "the shell starts");
    terminal.type('echo "$CODEX_HOME" > "$OUT"');
    await until(() => existsSync(out) && readFileSync(out, "utf8") !== "", "it answers");
    expect(readFileSync(out, "utf8")).toBe(`${user.homeOf("a")}\n`);
    expect(leasesOf(user, "a")).toHaveLength(1);
    terminal.type("sleep 1000; echo not here");
    await until(() => terminal.screen().includes("sleep 1000; echo"), "it is typed");
    terminal.press("C-c");
    terminal.type('echo still here > "$OUT"');
    await until(() => readFileSync(out, "utf8") === "still here\n", "the shell goes on");
    terminal.type("exit");
    terminal.type('echo "[${CODEX_HOME-outside}]" > "$OUT"');
    await until(() => readFileSync(out, "utf8") === "[outside]\n", "it is left");
    expect((await user.run("compiled", ["rename", "a", "c"])).code, "nothing has it any more").toBe(0);
  });
});

describe("supervisor logs", () => {
  const lineOf = (n: number, more = {}) =>
    `${JSON.stringify({ t: "2026-11-30T19:00:00.000Z", what: `note ${n}`, ...more })}\n`;

  test.each(ways)("prints the end of the log, for people and as it is: %s", async (way) => {
    const user = two();
    const log = join(user.root, "supervisor.log");
    writeFileSync(`${log}.1`, lineOf(1) + lineOf(2));
    writeFileSync(log, lineOf(3, { pid: 7, why: 'it is "so"\u001b' }) + "no json\n");
    const shown = await user.run(way, ["supervisor", "logs"]);
    expect(shown).toMatchObject({
      code: 0,
      stderr: "",
      stdout: "2026-11-30T19:00:00.000Z  note 1\n2026-11-30T19:00:00.000Z  note 2\n" +
        '2026-11-30T19:00:00.000Z  note 3  pid=7  why="it is \\"so\\"\\u{1b}"\nno json\n',
    });
    const last = await user.run(way, ["supervisor", "logs", "--lines", "2", "--json"]);
    expect(last.stdout).toBe(readFileSync(log, "utf8"));
    expect(await user.run(way, ["supervisor", "logs", "--lines", "some"])).toMatchObject({ code: 2 });
  });

  test.each(ways)("follows the log over its renaming, and ends when nobody reads: %s", async (way) => {
    const user = two();
    const log = join(user.root, "supervisor.log");
    writeFileSync(log, lineOf(1));
    const child = user.start(way, ["supervisor", "logs", "--follow"]);
    const end = finished(child, 60_000);
    let out = "";
    child.stdout?.on("data", (chunk) => out += chunk);
    const seen = () => [...out.matchAll(/note (\d+)/g)].map(([, n]) => Number(n));
    await until(() => seen().length === 1, "it has begun");
    writeFileSync(log, lineOf(2) + lineOf(3).slice(0, 20), { flag: "a" });
    await until(() => seen().length === 2, "a new line is there");
    writeFileSync(log, lineOf(3).slice(20) + lineOf(4), { flag: "a" });
    renameSync(log, `${log}.1`);
    writeFileSync(log, lineOf(5));
    await until(() => seen().includes(5), "the new log is read");
    expect(seen()).toEqual([1, 2, 3, 4, 5]);
    child.stdout?.destroy();
    await until(() => {
      writeFileSync(log, lineOf(6), { flag: "a" });
      return child.exitCode !== null || child.signalCode !== null;
    }, "it ends");
    await end;
  });

  test("says so when there is none", async () => {
    const user = two();
    const shown = await user.run("compiled", ["supervisor", "logs"]);
    expect(shown).toMatchObject({ code: 0, stdout: "" });
    expect(shown.stderr).toBe("agentlb: the supervisor has written no log here\n");
  });
});
