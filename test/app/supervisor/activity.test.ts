import { spawn } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Claims, renderLeases } from "../../../lib/core/session/leases.ts";
import { emptySession } from "../../../lib/core/session/status.ts";
import { formatTime } from "../../../lib/core/text/time.ts";
import { identityOf, signal } from "../../../lib/io/process/process.ts";
import { aborted, completed, meta, said, started, told } from "../../../rig/rollouts.ts";
import { answering, failing, LIMITS } from "../../../rig/fake_spawn.ts";
import { eventually, put, type Root, root, type RunOptions } from "./supervised.ts";
import { inTime, locks } from "./threads.ts";

const SEC = 1000;
const MIN = 60 * SEC;
const HOUR = 60 * MIN;

/** A world with these aliases, whose service is out of order: what is known of limits comes from rollouts. */
function world(...aliases: string[]) {
  const made = root();
  const lock = locks();
  for (const alias of aliases) made.behaviours.set(made.add(alias), failing(-32603, "error sending request"));
  const run = (options: RunOptions = {}) => made.run({ lockHolders: lock.holders, ...options });
  const activity = (alias = "a") => made.session(alias).activity;
  return { made, lock, run, activity, now: () => made.clock.now() };
}

/** What the service says from now on, to app-servers that run already, too. */
function answers(made: Root, alias: string, limits: unknown): void {
  made.behaviours.set(made.home(alias), answering(limits));
  for (const child of made.spawned.in(made.home(alias))) child.behave = answering(limits);
}

/** Claims of sessions, as commands write them down. */
function claim(made: Root, claims: Readonly<Record<string, Partial<Claims>>>): void {
  const leases = Object.entries(claims).map(([alias, given]): [string, Claims] => [
    alias,
    { leases: [], reservations: [], ...given },
  ]);
  put(made.layout.leases, renderLeases(new Map(leases)));
}

const leaseOf = (pid: number) => ({ ...identityOf(pid)!, atMs: 0 });

describe("a turn of somebody else's Codex", () => {
  it("is under way from its start to its end, and its session is open as long as its lock is held", async () => {
    const { made, lock, run, activity, now } = world("a");
    run();
    await made.clock.advance(3 * SEC);
    expect(activity()).toEqual({ activeTurns: 0, turns: 0, openThreads: 0 });
    const thread = lock.thread(made, "a");
    thread.open();
    await inTime(made, () => activity().openThreads === 1, "an open thread");
    expect(activity()).toEqual({ activeTurns: 0, turns: 0, openThreads: 1 });
    const began = now();
    thread.write(meta(began, "acct-a"), started(began));
    await inTime(made, () => activity().turns === 1, "the turn");
    expect(activity()).toEqual({
      activeTurns: 1,
      turns: 1,
      openThreads: 1,
      lastActivityAt: formatTime(began),
    });
    const ended = now();
    thread.write(said(ended, "hm"), completed(ended));
    await inTime(made, () => activity().turns === 0, "its end");
    thread.write(started(now()), aborted(now()));
    await made.clock.advance(3 * SEC);
    expect(activity().turns).toBe(0);
    thread.close();
    await inTime(made, () => activity().openThreads === 0, "the end of the session");
    expect(activity().activeTurns).toBe(0);
  });

  it("is seen to begin without any time passing", async () => {
    const { made, lock, run, activity, now } = world("a");
    mkdirSync(join(made.home("a"), "thread-writer-locks"));
    run({ env: { AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0" } });
    await made.clock.advance(5 * SEC);
    const thread = lock.thread(made, "a");
    thread.write(meta(now(), "acct-a"), started(now()));
    thread.open();
    await eventually(() => activity().turns === 1, "the turn");
  });

  it("is seen to end as soon, though its file is read four times a second at most", async () => {
    const { made, lock, run, activity, now } = world("a");
    const thread = lock.thread(made, "a");
    thread.write(meta(now(), "acct-a"), started(now()));
    thread.open();
    run({ env: { AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0" } });
    await inTime(made, () => activity().turns === 1, "the turn");
    await made.clock.advance(SEC);
    await made.clock.advance(250);
    thread.write(completed(now()));
    await eventually(() => activity().turns === 0, "its end");
  });

  it("that was killed is under way no more, though nothing says so", async () => {
    const { made, lock, run, activity, now } = world("a");
    run();
    const thread = lock.thread(made, "a");
    thread.open();
    thread.write(started(now()));
    await inTime(made, () => activity().turns === 1, "the turn");
    thread.close("killed");
    await inTime(made, () => activity().turns === 0, "its end");
    // Its lock is there, and nobody holds it; somebody goes on with it later.
    await made.clock.advance(MIN);
    thread.open();
    thread.write(started(now()));
    await inTime(made, () => activity().turns === 1, "the next turn");
  });

  it("that was under way before the supervisor was is, too", async () => {
    const { made, lock, run, activity, now } = world("a");
    // Begun days ago: its file is in the folder of that day.
    const thread = lock.thread(made, "a", now() - 5 * 24 * HOUR);
    thread.write(meta(now(), "acct-a"), started(now() - HOUR));
    for (let line = 0; line < 300; line++) thread.write(said(now(), "x".repeat(1000)));
    thread.open();
    run();
    await inTime(made, () => activity().turns === 1, "the turn");
  });

  it("is not looked for in any file but its own", async () => {
    const { made, lock, run, activity, now } = world("a");
    const thread = lock.thread(made, "a");
    thread.open();
    thread.write();
    // What stands there would make a turn of it, and opening a pipe would stop everything.
    const other = join(made.home("a"), "sessions", "2026", "11", "02");
    mkdirSync(other, { recursive: true });
    writeFileSync(join(other, `rollout-${thread.id}.jsonl`), started(now()));
    writeFileSync(thread.file.replace(thread.id, "another"), `${started(now())}\n`);
    run();
    await made.clock.advance(MIN);
    expect(activity()).toMatchObject({ turns: 0, openThreads: 1 });
  });

  it("is known again after its file was replaced or cut", async () => {
    const { made, lock, run, activity, now } = world("a");
    run();
    const thread = lock.thread(made, "a");
    thread.open();
    thread.write(started(now()));
    await inTime(made, () => activity().turns === 1, "the turn");
    put(thread.file, `${meta(now(), "acct-a")}\n`);
    await inTime(made, () => activity().turns === 0, "what the new file says");
    truncateSync(thread.file, 0);
    thread.write(started(now()));
    await inTime(made, () => activity().turns === 1, "what the cut file says");
    rmSync(thread.file);
    appendFileSync(thread.file, `${started(now())}\n${completed(now())}\n`);
    await inTime(made, () => activity().turns === 0, "what the file says that came back");
  });

  it("goes on while all that is seen of a huge file is what came after its start", async () => {
    const { made, lock, run, activity, now } = world("a");
    const thread = lock.thread(made, "a");
    thread.write(meta(now(), "acct-a"), started(now()), said(now(), ""));
    const filler = `${said(now(), "x".repeat(1000))}\n`.repeat(9000);
    appendFileSync(thread.file, filler);
    expect(statSync(thread.file).size).toBeGreaterThan(9e6);
    thread.open();
    run();
    await inTime(made, () => activity().turns === 1, "the turn");
  });

  it("in a home that can't be read does not hide the others", async () => {
    const { made, lock, run, activity, now } = world("a", "b");
    const [thread, other] = [lock.thread(made, "a"), lock.thread(made, "b")];
    mkdirSync(dirname(dirname(thread.file)), { recursive: true });
    writeFileSync(dirname(thread.file), "no folder");
    for (const each of [thread, other]) each.open();
    other.write(started(now()));
    run();
    await inTime(made, () => activity("b").turns === 1, "the turn");
    expect(made.notes.map(({ what }) => what)).toContain("cannot read a rollout");
  });
});

describe("a session that was given away", () => {
  it("is at work as long as the process is that it was given to, if no thread is open for that", async () => {
    const { made, run, activity } = world("a", "b");
    run({ env: { AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0" } });
    await made.clock.advance(3 * SEC);
    const stranger = { ...leaseOf(process.pid), startTime: "another" };
    claim(made, { a: { leases: [leaseOf(process.pid)] }, b: { leases: [stranger] } });
    await eventually(() => activity().activeTurns === 1, "the lease");
    expect(activity()).toEqual({ activeTurns: 1, turns: 0, openThreads: 0 });
    expect(activity("b").activeTurns).toBe(0);
    claim(made, {});
    await eventually(() => activity().activeTurns === 0, "its end");
  });

  it.runIf(existsSync("/proc/self/stat"))(
    "counts with its threads once one is open for it, also of a child of that process",
    async () => {
      const { made, lock, run, activity, now } = world("a");
      const child = spawn("/bin/sh", ["-c", "sleep 1000; :"], { stdio: "ignore" });
      onTestFinished(() => void signal(child.pid!, "SIGKILL"));
      run();
      claim(made, { a: { leases: [leaseOf(process.pid)] } });
      await inTime(made, () => activity().activeTurns === 1, "the lease");
      const thread = lock.thread(made, "a");
      thread.open(child.pid);
      await inTime(made, () => activity().openThreads === 1, "the thread");
      expect(activity()).toEqual({ activeTurns: 0, turns: 0, openThreads: 1, leased: [process.pid] });
      thread.write(started(now()));
      await inTime(made, () => activity().turns === 1, "a turn");
      expect(activity()).toMatchObject({ activeTurns: 1, leased: [process.pid] });
      const mine = lock.thread(made, "a");
      mine.open(1);
      await inTime(made, () => activity().openThreads === 2, "a thread of somebody else");
      expect(activity()).toMatchObject({ activeTurns: 1, leased: [process.pid] });
      thread.close();
      await inTime(made, () => activity().openThreads === 1, "the end of the thread");
      expect(activity()).toMatchObject({ activeTurns: 1, turns: 0 });
      expect(activity()).not.toHaveProperty("leased");
    },
  );

  it("to whoever reads what was printed is at work for a minute, or until a thread is opened", async () => {
    const { made, lock, run, activity, now } = world("a");
    run();
    await made.clock.advance(3 * SEC);
    const before = lock.thread(made, "a");
    before.open();
    await inTime(made, () => activity().openThreads === 1, "a thread from before");
    await made.clock.advance(SEC);
    const first = now();
    claim(made, { a: { reservations: [first, first + 1] } });
    await inTime(made, () => activity().activeTurns === 2, "the reservations");
    const thread = lock.thread(made, "a");
    thread.open();
    await inTime(made, () => activity().openThreads === 2, "the thread");
    expect(activity()).toMatchObject({ activeTurns: 1, redeemed: [first] });
    thread.close();
    await inTime(made, () => activity().openThreads === 1, "its end");
    expect(activity()).toMatchObject({ activeTurns: 1, redeemed: [first] });
    await made.clock.advance(first + MIN - 3 * SEC - now());
    expect(activity().activeTurns).toBe(1);
    await inTime(made, () => activity().activeTurns === 0, "the end of the reservations");
    expect(now() - first).toBeGreaterThanOrEqual(MIN);
    await inTime(made, () => activity().redeemed === undefined, "nothing left of them");
    expect(activity()).toEqual({ activeTurns: 0, turns: 0, openThreads: 1 });
  });

  it("is all that is known of it where nobody can see who has a thread open", async () => {
    const { made, lock, run, activity } = world("a", "b");
    lock.canSee = false;
    run();
    lock.thread(made, "a").open(process.pid);
    claim(made, { a: { leases: [leaseOf(process.pid)] } });
    await inTime(made, () => activity().activeTurns === 1, "the lease");
    expect(activity()).toEqual({ activeTurns: 1, turns: 0 });
    // It is at work, so its app-server stays.
    await inTime(made, () => made.session("a").appServer.state === "running", "an app-server");
    claim(made, {});
    await inTime(made, () => activity().activeTurns === 0, "its end");
    expect(activity("b")).toEqual({ activeTurns: 0, turns: 0 });
  });
});

describe("limits that a turn was told", () => {
  const window = (used: number, resets = 4_102_444_800) => ({ used, minutes: 300, resets });

  it("are a reading of its account, as of then", async () => {
    const { made, lock, run, now } = world("a");
    run();
    const thread = lock.thread(made, "a");
    thread.open();
    await made.clock.advance(10 * SEC);
    const at = now() - 2 * SEC;
    thread.write(
      meta(at, "acct-a", "user-a"),
      started(at),
      told(at, {
        primary: window(33.3),
        secondary: { used: 99.9, minutes: 10_080 },
        more: { credits: { has_credits: true, unlimited: false, balance: "5" } },
      }),
    );
    await inTime(made, () => made.session("a").lastRateLimitUpdateAt !== "", "a reading");
    expect(made.session("a")).toMatchObject({
      lastRateLimitUpdateAt: formatTime(at),
      lastProbeResult: "no network",
      usageLeftPercent: 1,
      rateLimits: {
        limitId: "codex",
        primary: { usedPercent: 34, windowDurationMins: 300, resetsAt: 4_102_444_800 },
        secondary: { usedPercent: 99, windowDurationMins: 10_080 },
      },
      allowance: { credits: { hasCredits: true, unlimited: false, balance: "5" } },
    });
  });

  it("of a thread that came and went unseen are, too", async () => {
    const { made, lock, run, now } = world("a");
    mkdirSync(join(made.home("a"), "thread-writer-locks"));
    run();
    await made.clock.advance(5 * SEC);
    const thread = lock.thread(made, "a");
    thread.write(
      meta(now(), "acct-a"),
      started(now()),
      told(now(), { primary: window(50) }),
      completed(now()),
    );
    thread.open();
    thread.close();
    await eventually(() => made.session("a").rateLimits.primary?.usedPercent === 50, "the reading");
    await made.clock.advance(5 * SEC);
    expect(made.session("a").activity).toMatchObject({ turns: 0, openThreads: 0 });
  });

  it("are no news after a newer reading, and none from the future", async () => {
    const { made, lock, run, now } = world("a");
    made.behaviours.set(made.home("a"), answering());
    run();
    await made.clock.advance(2 * SEC);
    expect(made.session("a").rateLimits.primary?.usedPercent).toBe(25);
    const thread = lock.thread(made, "a");
    thread.open();
    const other = { limit: "codex_other", primary: window(7) };
    thread.write(
      meta(now(), "acct-a"),
      started(now() - MIN),
      told(now() - MIN, { primary: window(1) }),
      told(now() - MIN, other),
      told(now() + HOUR, { primary: window(2) }),
    );
    await inTime(made, () => made.session("a").activity.turns === 1, "the turn");
    await made.clock.advance(5 * SEC);
    expect(made.session("a").rateLimits.primary?.usedPercent).toBe(25);
    expect(made.session("a").allowance).toBeUndefined();
    thread.write(told(now(), other), told(now(), { primary: window(3) }));
    await inTime(made, () => made.session("a").rateLimits.primary?.usedPercent === 3, "the newer one");
    expect(made.session("a").allowance?.others).toEqual([{
      limitId: "codex_other",
      primary: { usedPercent: 7, windowDurationMins: 300, resetsAt: 4_102_444_800 },
      secondary: null,
    }]);
  });

  it("of another limit leave the account's own windows and their age as they are", async () => {
    const { made, lock, run, now } = world("a");
    run();
    const thread = lock.thread(made, "a");
    thread.open();
    thread.write(
      meta(now(), "acct-a"),
      started(now()),
      told(now(), { limit: "codex_other", primary: window(100) }),
    );
    await inTime(made, () => made.session("a").allowance !== undefined, "the other limit");
    expect(made.session("a")).toMatchObject({
      rateLimits: { limitId: "codex", primary: null },
      lastRateLimitUpdateAt: "",
    });
    thread.write(completed(now(), "usage_limit_exceeded"));
    await made.clock.advance(5 * SEC);
    expect(made.session("a").exhaustedUntil).toBeUndefined();
  });

  it("hold for all aliases of the account, and for nobody else", async () => {
    const { made, lock, run, now } = world("a", "copy", "other");
    made.login("copy", { user: "user-a", workspace: "acct-a" });
    made.login("other", { user: "user-other", workspace: "acct-a" });
    run();
    const thread = lock.thread(made, "a");
    thread.open();
    thread.write(meta(now(), "acct-a", "user-a"), started(now()), told(now(), { primary: window(50) }));
    await inTime(made, () => made.session("a").rateLimits.primary !== null, "the reading");
    expect(made.session("copy").rateLimits.primary?.usedPercent).toBe(50);
    expect(made.session("other").rateLimits.primary).toBeNull();
    expect(made.session("copy").account).toBe(made.session("a").account);
    expect(made.session("other").account).not.toBe(made.session("a").account);
    thread.write(completed(now(), "usage_limit_exceeded"));
    await inTime(made, () => made.session("a").exhaustedUntil !== undefined, "the mark");
    expect([made.session("copy").exhaustedUntil, made.session("other").exhaustedUntil]).toEqual([
      made.session("a").exhaustedUntil,
      undefined,
    ]);
  });

  it.each([
    ["another workspace", "acct-before", "user-a"],
    ["another user of the workspace", "acct-a", "user-before"],
    ["nobody knows whom", "", "user-a"],
  ])("of a session that was begun as %s are not this login's", async (_, workspace, user) => {
    const { made, lock, run, now } = world("a");
    run();
    const thread = lock.thread(made, "a");
    thread.open();
    thread.write(meta(now(), workspace, user), started(now()), told(now(), { primary: window(50) }));
    await inTime(made, () => made.session("a").activity.turns === 1, "the turn");
    await made.clock.advance(3 * SEC);
    expect(made.session("a").rateLimits.primary).toBeNull();
  });
});

describe("a turn that is refused because a limit is used up", () => {
  const full = { used: 100, minutes: 300, resets: 1_795_190_400 };
  const week = { used: 12, minutes: 10_080, resets: 1_795_428_915 };

  /** A session whose turn was refused, and what the service told with that. */
  async function refused(limits: Parameters<typeof told>[1] | undefined) {
    const found = world("a");
    const { made, lock, run, now } = found;
    run();
    const thread = lock.thread(made, "a");
    thread.open();
    thread.write(meta(now(), "acct-a"), started(now()));
    if (limits) thread.write(told(now(), limits));
    thread.write(completed(now(), "usage_limit_exceeded"));
    await inTime(made, () => made.session("a").exhaustedUntil !== undefined, "the mark");
    return { ...found, thread };
  }

  it("marks the account until the full window resets, and no longer", async () => {
    const { made } = await refused({ primary: week, secondary: full });
    expect(made.session("a").exhaustedUntil).toBe(formatTime(full.resets * SEC));
    made.clock.jump(full.resets * SEC - made.clock.now());
    await made.clock.advance(35 * SEC);
    expect(made.session("a").exhaustedUntil).toBeUndefined();
  });

  it.each([["no limits", undefined], ["limits that are not used up", { primary: week }]])(
    "with %s marks it for ten minutes, whatever readings show meanwhile",
    async (_, limits) => {
      const { made } = await refused(limits);
      const { refusedAt = "", exhaustedUntil = "" } = made.session("a");
      expect(Date.parse(exhaustedUntil) - Date.parse(refusedAt)).toBe(10 * MIN);
      answers(made, "a", LIMITS);
      await inTime(made, () => made.session("a").lastProbeResult === "ok", "a reading");
      expect(made.session("a").exhaustedUntil).toBe(exhaustedUntil);
      await made.clock.advance(11 * MIN);
      expect(made.session("a").exhaustedUntil).toBeUndefined();
    },
  );

  it("stays marked after a reading that shows the same, and after one of a turn from before", async () => {
    const { made, lock, now } = await refused({ primary: full });
    const used = {
      ...LIMITS.rateLimits,
      primary: { usedPercent: 100, windowDurationMins: 300, resetsAt: full.resets },
    };
    answers(made, "a", { rateLimits: used });
    await inTime(made, () => made.session("a").lastProbeResult === "ok", "a reading");
    expect(made.session("a").exhaustedUntil).toBe(formatTime(full.resets * SEC));
    const other = lock.thread(made, "a");
    other.open();
    await made.clock.advance(SEC);
    other.write(
      meta(now(), "acct-a"),
      started(now() - 10 * MIN),
      told(now(), { primary: { ...full, used: 97 } }),
    );
    await inTime(made, () => made.session("a").rateLimits.primary?.usedPercent === 97, "what it told");
    expect(made.session("a").exhaustedUntil).toBe(formatTime(full.resets * SEC));
    other.write(
      completed(now()),
      started(now() + SEC),
      told(now() + SEC, { primary: { ...full, used: 98 } }),
    );
    await made.clock.advance(2 * SEC);
    expect(made.session("a").exhaustedUntil).toBe(formatTime(full.resets * SEC));
    other.write(completed(now()));
    await inTime(
      made,
      () => made.session("a").rateLimits.primary?.usedPercent === 98,
      "what the next turn told",
    );
    await inTime(made, () => made.session("a").exhaustedUntil === undefined, "the end of the mark");
  });

  it("stays marked over a restart, and does not come back when it was lifted", async () => {
    const { made, lock, run, now } = world("a");
    const before = {
      ...emptySession(),
      lastRateLimitUpdateAt: formatTime(now() - MIN),
      exhaustedUntil: formatTime(now() + HOUR),
      account: "of somebody else",
    };
    const thread = lock.thread(made, "a");
    thread.open();
    thread.write(
      meta(now(), "acct-a"),
      started(now() - 5 * MIN),
      completed(now() - 5 * MIN, "usage_limit_exceeded"),
    );
    const { account: _, ...own } = before;
    const running = run({ sessions: new Map([["a", own]]) });
    await made.clock.advance(3 * SEC);
    expect(made.session("a").exhaustedUntil).toBe(before.exhaustedUntil);
    await running.stop();
    // What was known of another login says nothing of this one.
    run({ sessions: new Map([["a", { ...before, lastSelectedAt: formatTime(now()) }]]) });
    await made.clock.advance(3 * SEC);
    expect(made.session("a").lastRateLimitUpdateAt).not.toBe(before.lastRateLimitUpdateAt);
    expect(made.session("a").lastSelectedAt).not.toBe("");
  });
});
