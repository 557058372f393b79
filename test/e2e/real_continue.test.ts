import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startCodex } from "../../rig/codex.ts";
import { patience } from "../../rig/patience.ts";
import { finished, killGroup } from "../../rig/result.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { figure, isRunning, WAY } from "./real_world.ts";
import { openTerminal } from "./support/terminal.ts";
import { commandOf } from "../../rig/program.ts";
import {
  counts,
  DONE,
  EXEC,
  FREE,
  type Limited,
  limited,
  REFUSES,
  rolloutsIn,
  usedUp,
} from "./support/limited.ts";

// With the real Codex: what its tool did is counted, and every effect must be there once.

const LIMIT_MS = patience(60_000);
const HOUR_SEC = 3600;
/** So many seconds of a machine of its own, longer on a busy one. */
const seconds = (count: number) => Math.round(patience(count * 250) / 1000);

interface Waiting {
  readonly thread: string;
  readonly alias?: string;
  readonly state: string;
  readonly pid: number;
  readonly until?: string;
}

async function waiting(user: Limited): Promise<Waiting[]> {
  const { code, stdout } = await user.agentlb(["waiting", "--json"]);
  expect(code).toBe(0);
  return JSON.parse(stdout).promises;
}

/** A tool that counts, and then runs on until the file `stop` is there. */
const LONG = { command: "echo 1 >> count; while [ ! -e stop ]; do sleep 0.1; done" };

describe("going on with a thread", () => {
  test("that a limit ended before anything ran: each effect happens once", async (context) => {
    const user = await limited(context, { AGENTLB_PROBE_INTERVAL_SEC: "1" });
    user.says(usedUp(HOUR_SEC), REFUSES);
    expect((await user.begin()).code).toBe(1);
    const told = await user.agentlb(["continue", "--last"]);
    expect(told).toMatchObject({ code: 4, stdout: "" });
    expect(told.stderr).toContain(`nothing is left for thread ${user.thread()} of "a" (do it): it resets`);
    const going = finished(user.start(["continue", "--wait"]), 120_000);
    await until(async () => (await waiting(user))[0]?.state === "waiting", "it waits");
    const before = user.requests().length;
    // An early reset: the next reading shows it.
    user.says(FREE, counts(1), counts(2), DONE);
    expect(await going).toMatchObject({ code: 0, stdout: "all done\n" });
    expect(user.requests().length).toBe(before + 3);
    expect(user.count()).toBe("1 2");
    expect(user.prompts()).toEqual(["do it", "continue"]);
    const again = await user.agentlb(["continue", user.thread()]);
    expect(again).toMatchObject({ code: 0, stdout: "" });
    expect(again.stderr).toContain("nothing to go on with");
    expect(user.count()).toBe("1 2");
  }, LIMIT_MS);

  test(
    "that a limit ended after a tool: at the reset it is on its way, in the same sandbox",
    async (context) => {
      const user = await limited(context);
      const resetSec = Math.floor(Date.now() / 1000) + seconds(20);
      user.says({ primary: { usedPercent: 100, windowSec: 18_000, resetAt: resetSec } }, counts(1), REFUSES);
      expect((await user.begin()).code).toBe(1);
      expect(user.count()).toBe("1");
      user.service.set("a", { responses: { steps: [counts(2), DONE] } });
      const before = user.requests().length;
      const going = user.start(["continue", "--last", "--wait", "--json"]);
      const end = finished(going, 60_000);
      await until(async () => (await waiting(user))[0]?.state === "waiting", "it waits");
      expect(await waiting(user)).toMatchObject([{
        thread: user.thread(),
        alias: "a",
        pid: going.pid,
        until: new Date(resetSec * 1000).toISOString().replace(".000", ""),
      }]);
      const second = await user.agentlb(["continue", "--wait"]);
      expect(second).toMatchObject({ code: 1, stdout: "" });
      expect(second.stderr).toContain(`agentlb (pid ${going.pid}) waits for it already`);
      expect(user.requests()).toHaveLength(before);
      // The service gives again at its reset.
      await until(() => Date.now() >= resetSec * 1000, "the reset", 60_000);
      user.service.set("a", { usage: FREE });
      const { code, stdout, stderr } = await end;
      expect(code).toBe(0);
      expect(stderr).toContain("sandbox: danger-full-access");
      expect(stderr).not.toContain("\r");
      const [, result] = stdout.trimEnd().split("\n");
      expect(JSON.parse(result!)).toMatchObject({
        schema: "agentlb.continue/1",
        result: "went on",
        exitCode: 0,
      });
      const lateMs = user.requests()[before]!.at - resetSec * 1000;
      figure("from the reset to the first request of the thread", lateMs);
      expect(lateMs).toBeGreaterThanOrEqual(0);
      expect(lateMs).toBeLessThan(patience(5000));
      expect(user.count()).toBe("1 2");
      expect(user.prompts()).toEqual(["do it", "continue"]);
      expect(await waiting(user)).toEqual([]);
    },
    LIMIT_MS,
  );

  test("with --on-limit wait in the same call", async (context) => {
    const user = await limited(context);
    user.says(usedUp(seconds(6)), counts(1), REFUSES, counts(2), DONE);
    const { code, stdout, stderr } = await user.agentlb(["--on-limit", "wait", "--", ...EXEC]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "all done\n" });
    expect(stderr).toContain("then: agentlb continue --last; to wait for it: agentlb continue --last --wait");
    expect(stderr).toContain(`agentlb: waiting: thread ${user.thread()} of "a" (do it) goes on at `);
    expect(user.count()).toBe("1 2");
    expect(user.prompts()).toEqual(["do it", "continue"]);
    expect(await waiting(user)).toEqual([]);
  }, LIMIT_MS);

  test("that refuses again at each reset: three tries, then the words", async (context) => {
    const user = await limited(context);
    user.says(usedUp(seconds(4)), counts(1), ...Array(12).fill(REFUSES));
    expect((await user.begin()).code).toBe(1);
    const before = user.requests().length;
    const { code, stderr } = await user.agentlb(["continue", "--wait"]);
    expect(code).toBe(1);
    expect(stderr).toContain("3 tries in a row got nothing done");
    expect(user.requests()).toHaveLength(before + 3);
    expect(user.prompts()).toEqual(["do it", "continue", "continue", "continue"]);
    expect(user.count()).toBe("1");
    expect(await waiting(user)).toEqual([]);
  }, LIMIT_MS);
});

describe("what can't be known", () => {
  test(
    "a Codex killed in the middle of a tool: it is asked, and nothing runs again by itself",
    async (context) => {
      const user = await limited(context);
      user.says(FREE, LONG, DONE);
      const codex = startCodex(user.home, EXEC, { cwd: user.user.cwd });
      codex.stdin?.end();
      context.onTestFinished(() => {
        writeFileSync(join(user.user.cwd, "stop"), "");
        killGroup(codex.pid);
      });
      await until(() => user.count() === "1", "the tool runs");
      const open = await user.agentlb(["continue", user.thread()]);
      expect(open).toMatchObject({ code: 1, stdout: "" });
      expect(open.stderr).toContain("a Codex has it open");
      codex.kill("SIGKILL");
      await until(() => !isRunning(codex.pid!), "Codex is gone");
      const before = user.requests().length;
      const asked = await user.agentlb(["continue", "--wait"]);
      expect(asked).toMatchObject({ code: 1, stdout: "" });
      expect(asked.stderr).toContain("its last turn was cut off: what it was running may have happened");
      expect(asked.stderr).toContain("agentlb continue --last --yes");
      expect(user.requests()).toHaveLength(before);
      user.says(FREE, DONE);
      const answered = await user.agentlb(["continue", "--yes"]);
      expect(answered).toMatchObject({ code: 0, stdout: "all done\n" });
      expect(user.count()).toBe("1");
    },
    LIMIT_MS,
  );

  test("agentlb killed while it waits: nothing goes on until the user says so", async (context) => {
    const user = await limited(context);
    user.says(usedUp(seconds(8)), REFUSES);
    expect((await user.begin()).code).toBe(1);
    user.says(FREE, counts(1), DONE);
    const going = user.start(["continue", "--wait"]);
    const end = finished(going, 60_000);
    await until(async () => (await waiting(user))[0]?.state === "waiting", "it waits");
    going.kill("SIGKILL");
    await end;
    expect(await waiting(user)).toMatchObject([{ state: "interrupted", thread: user.thread() }]);
    const before = user.requests().length;
    const untilMs = Date.parse((await waiting(user))[0]!.until!);
    await until(() => Date.now() > untilMs + 3000, "the reset has passed", 30_000);
    expect(user.requests()).toHaveLength(before);
    const { code, stdout } = await user.agentlb(["continue", "--wait"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "all done\n" });
    expect(user.count()).toBe("1");
    expect(await waiting(user)).toEqual([]);
  }, LIMIT_MS);

  test(
    "agentlb killed while Codex works: Codex goes on, and is not started beside itself",
    async (context) => {
      const user = await limited(context);
      user.says(usedUp(1), REFUSES);
      expect((await user.begin()).code).toBe(1);
      user.says(FREE, LONG, DONE);
      const going = user.start(["continue", "--wait"]);
      const end = finished(going, 60_000);
      await until(() => user.count() === "1", "the tool runs", 30_000);
      expect(await waiting(user)).toMatchObject([{ state: "running", pid: going.pid }]);
      process.kill(going.pid!, "SIGKILL");
      await until(() => !isRunning(going.pid!), "agentlb is gone");
      const open = await user.agentlb(["continue", "--wait"]);
      expect(open.stderr).toContain("a Codex has it open");
      writeFileSync(join(user.user.cwd, "stop"), "");
      await end; // its output is closed when Codex has ended
      const after = await user.agentlb(["continue", "--wait"]);
      expect(after).toMatchObject({ code: 0, stdout: "" });
      expect(after.stderr).toContain("nothing to go on with");
      expect(user.count()).toBe("1");
      expect(await waiting(user)).toEqual([]);
    },
    LIMIT_MS,
  );
});

describe("switched off", () => {
  test.for(
    [
      ["by the environment", { AGENTLB_NO_CONTINUE: "1" }, ""],
      ["by the settings", {}, "[runner]\ncontinue = false\n"],
    ] as const,
  )("%s, it does nothing", { timeout: LIMIT_MS }, async ([_how, env, config], context) => {
    const user = await limited(context);
    user.says(usedUp(1), REFUSES);
    await user.begin();
    writeFileSync(join(user.user.root, "config.toml"), config);
    const before = user.requests().length;
    const { code, stdout, stderr } = await user.agentlb(["continue", "--wait"], env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("Going on with threads is switched off");
    expect(user.requests()).toHaveLength(before);
    expect(existsSync(join(user.user.root, "state", "promises"))).toBe(false);
  });
});

describeWith(["tmux"], "a thread of a terminal", () => {
  test("is opened in this one after a countdown, and goes on", async (context) => {
    const user = await limited(context);
    const { cwd } = user.user;
    const config = join(user.home, "config.toml");
    const options = 'approval_policy = "never"\nsandbox_mode = "danger-full-access"\n';
    writeFileSync(config, options + readFileSync(config, "utf8"));
    appendFileSync(config, `\n[projects."${cwd}"]\ntrust_level = "trusted"\n`);
    const terminal = openTerminal(user.user);
    const program = commandOf(WAY).join(" ");
    const ended = (end: string) =>
      rolloutsIn(user.home).some((path) => readFileSync(path, "utf8").includes(end));
    const hasEndedTurn = (words: string) =>
      rolloutsIn(user.home).some((path) => {
        const text = readFileSync(path, "utf8");
        const at = text.indexOf(words);
        return at >= 0 && text.slice(text.lastIndexOf("\n", at) + 1).includes('"task_complete"');
      });
    // A terminal asks the model for more than its turns: only what comes next is told by steps.
    user.says(FREE, LONG);
    terminal.type(`${program} --on-limit off -- 'do it'`);
    await until(() => user.count() === "1", () => `the tool runs:\n${terminal.screen()}`, 60_000);
    user.service.set("a", { usage: usedUp(seconds(15)), responses: { mode: "usage_limit" } });
    writeFileSync(join(cwd, "stop"), "");
    await until(() => ended("usage_limit_exceeded"), () => `the limit:\n${terminal.screen()}`, 60_000);
    await leave();
    user.service.set("a", { responses: { mode: "ok", text: "all done", steps: [counts(2)] } });
    terminal.type(`clear; ${program} continue --wait`);
    await until(
      () => /agentlb: \d+s left/.test(terminal.screen()),
      () => `a countdown:\n${terminal.screen()}`,
    );
    await until(
      () => terminal.screen().includes("all done"),
      () => `it goes on:\n${terminal.screen()}`,
      60_000,
    );
    // Ctrl-C between the last words and the end of the turn would interrupt it.
    await until(() => hasEndedTurn("all done"), "the end of the turn", 60_000);
    expect(user.count()).toBe("1 2");
    expect(user.prompts()).toEqual(["do it", "continue"]);
    await leave();
    expect(terminal.screen()).not.toContain("s left");
    expect(await waiting(user)).toEqual([]);

    /** Ends the Codex in the terminal: a key more than it needs would reach whatever comes after it. */
    async function leave(): Promise<void> {
      const isLeft = () => /\n[#$][^\n]*\n*$/.test(terminal.screen());
      for (let key = 0; key < 5 && !isLeft(); key++) {
        terminal.press("C-c");
        await until(isLeft, "the prompt", 3000).catch(() => undefined);
      }
      await until(isLeft, () => `Codex ends:\n${terminal.screen()}`);
    }
  }, LIMIT_MS);
});
