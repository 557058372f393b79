import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { appendEvents, keptEvents, noteEvent } from "../../../lib/app/event/log.ts";
import { EventRecorder } from "../../../lib/app/event/recorder.ts";
import { eventIn, eventLine } from "../../../lib/core/event/event.ts";
import { parseTold, renderTold } from "../../../lib/core/event/marks_file.ts";
import { homeOf, type Layout, layoutOf } from "../../../lib/core/system/layout.ts";
import { emptySession, type SessionStatus } from "../../../lib/core/session/status.ts";
import { formatTime } from "../../../lib/core/text/time.ts";
import { FakeClock } from "../../../rig/clock.ts";

const HOUR = 3_600_000;

interface Root {
  readonly layout: Layout;
  readonly clock: FakeClock;
  readonly notes: string[];
  mayWrite: boolean;
  /** Another supervisor, which knows only the files. */
  recorder(): EventRecorder;
  /** The kept events: what happened to whom. */
  told(): string[];
}

function root(...aliases: string[]): Root {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-events-")));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const layout = layoutOf(join(dir, "root"));
  for (const folder of [layout.state, layout.locks, ...aliases.map((alias) => homeOf(layout, alias))]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  const clock = new FakeClock();
  const made: Root = {
    layout,
    clock,
    notes: [],
    mayWrite: true,
    recorder: () =>
      new EventRecorder({
        layout,
        host: { clock, random: () => 0.5 },
        journal: { note: (what) => void made.notes.push(what) },
        mayWrite: () => made.mayWrite,
        appended() {},
      }),
    told: () =>
      keptEvents(layout).flatMap((line) => {
        const event = eventIn(line);
        return event === undefined ? [] : `${event.alias} ${event.kind}`;
      }),
  };
  return made;
}

/** A session with so much used of a window that resets in an hour. */
function session(clock: FakeClock, usedPercent: number, more: Partial<SessionStatus> = {}): SessionStatus {
  const now = formatTime(clock.now());
  return {
    ...emptySession(),
    account: "0123",
    rateLimits: {
      limitId: "codex",
      primary: { usedPercent, windowDurationMins: 300, resetsAt: (clock.now() + HOUR) / 1000 },
      secondary: null,
    },
    lastRateLimitUpdateAt: now,
    lastProbeAt: now,
    lastProbeResult: "ok",
    ...more,
  };
}

describe("a supervisor's events", () => {
  it("are written once, also by the next supervisor, and a reset without any change", async () => {
    const { layout, clock, recorder, told } = root("a", "b");
    let now = recorder();
    const look = async (sessions: Record<string, SessionStatus>) => {
      const waitMs = now.note(new Map(Object.entries(sessions)), 10);
      await now.settled();
      return waitMs;
    };
    const [used, fresh] = [session(clock, 100), session(clock, 20)];
    expect(await look({ a: used, b: fresh })).toBe(HOUR);
    expect(told()).toEqual(["a exhausted"]);
    expect(statSync(layout.events).mode & 0o777).toBe(0o600);
    now = recorder();
    const again = new Map(Object.entries({ a: used, b: fresh }));
    expect(now.note(again, 10)).toBe(HOUR);
    await clock.advance(HOUR);
    expect(now.note(again, 10)).toBe(Infinity);
    await now.settled();
    expect(told()).toEqual(["a exhausted", "a reset"]);
    now = recorder();
    await look({ a: used, b: fresh });
    expect(told()).toEqual(["a exhausted", "a reset"]);
  });

  it("are each there once, whenever the supervisor is killed", async () => {
    const { layout, clock, recorder, told } = root("a");
    const sessions = new Map([["a", session(clock, 100)]]);
    const first = recorder();
    first.note(sessions, 10);
    const saved = readFileSync(layout.eventMarks, "utf8");
    expect(parseTold(saved).pending).toHaveLength(1);
    await first.settled();
    const line = readFileSync(layout.events, "utf8");
    const done = readFileSync(layout.eventMarks, "utf8");
    expect(parseTold(done).pending).toEqual([]);
    const instants: Record<string, readonly [marks: string, events: string]> = {
      "before anything is saved": ["", ""],
      "before the line is appended": [saved, ""],
      "while it is appended": [saved, line.slice(0, 40)],
      "after it was appended": [saved, line],
      "after all": [done, line],
    };
    for (const [instant, [marks, events]] of Object.entries(instants)) {
      for (const [path, text] of [[layout.eventMarks, marks], [layout.events, events]] as const) {
        rmSync(path, { force: true });
        if (text !== "") writeFileSync(path, text, { mode: 0o600 });
      }
      for (let n = 0; n < 2; n++) {
        const next = recorder();
        next.note(sessions, 10);
        await next.settled();
        expect(told(), instant).toEqual(["a exhausted"]);
      }
    }
  });

  it("wait for a disk that is full, and are then written in their order", async () => {
    const made = root("a");
    const { clock, notes, recorder, told } = made;
    const now = recorder();
    made.mayWrite = false;
    const used = session(clock, 100);
    expect(now.note(new Map([["a", used]]), 10)).toBe(5000);
    await clock.advance(HOUR);
    expect(now.note(new Map([["a", used]]), 10)).toBe(5000);
    expect(notes).toEqual(["cannot write events", "cannot write events"]);
    expect(told()).toEqual([]);
    made.mayWrite = true;
    await clock.advance(5000);
    now.note(new Map([["a", used]]), 10);
    await now.settled();
    expect(told()).toEqual(["a exhausted", "a reset"]);
  });

  it("forget a removed session, and one that was removed while none ran", async () => {
    const { layout, clock, recorder, told } = root("a");
    const now = recorder();
    const used = session(clock, 100);
    now.note(new Map([["a", used]]), 10);
    now.note(new Map(), 10);
    await now.settled();
    expect(parseTold(readFileSync(layout.eventMarks, "utf8")).marks.size).toBe(0);
    const marks = new Map([["gone", { exhausted: clock.now() + HOUR }]]);
    writeFileSync(layout.eventMarks, renderTold({ marks, pending: [] }));
    const next = recorder();
    next.note(new Map([["gone", used]]), 10);
    await next.settled();
    expect(told()).toEqual(["a exhausted", "gone exhausted"]);
  });

  it("begin anew after a broken file of marks", async () => {
    const { layout, clock, recorder, told } = root("a");
    writeFileSync(layout.eventMarks, "{");
    const now = recorder();
    now.note(new Map([["a", session(clock, 95)]]), 10);
    await now.settled();
    expect(told()).toEqual(["a limit-near"]);
    // Another setting applies at once.
    now.note(new Map([["a", session(clock, 85)]]), 5);
    now.note(new Map([["a", session(clock, 85)]]), 20);
    await now.settled();
    expect(told()).toEqual(["a limit-near", "a limit-near"]);
  });
});

describe("the file of events", () => {
  it("keeps one older file beside one of a megabyte", async () => {
    const { layout, clock } = root();
    const host = { clock, random: () => 0.5 };
    const long = (n: number) => eventLine({ kind: "rotated", team: `${n} ${"x".repeat(100_000)}` }, n);
    for (let n = 0; n < 30; n++) await appendEvents(host, layout, [long(n)]);
    const sizes = [layout.events, `${layout.events}.1`].map((path) => statSync(path).size);
    expect(sizes[0]).toBeLessThan(1.2 * 1024 * 1024);
    expect(sizes[1]).toBeLessThan(1.2 * 1024 * 1024);
    const kept = keptEvents(layout).map((line) => Number.parseInt(eventIn(line)?.team ?? "", 10));
    expect(kept).toEqual(Array.from(kept, (_, at) => 30 - kept.length + at));
    expect(kept.length).toBeGreaterThan(10);
  });

  it("ends a line that was cut off", async () => {
    const { layout, clock } = root();
    writeFileSync(layout.events, '{"schema":"agentlb.ev');
    const host = { clock, random: () => 0.5 };
    const warned: string[] = [];
    const warn = (why: string) => void warned.push(why);
    await noteEvent(host, () => layout, { kind: "went-on", alias: "a", thread: "1" }, warn);
    expect(warned).toEqual([]);
    const lines = keptEvents(layout);
    expect(lines.map((line) => eventIn(line)?.kind)).toEqual([undefined, "went-on"]);
  });

  it("is not made where agentlb is not in use, and a failure is only a warning", async () => {
    const { layout, clock } = root();
    const host = { clock, random: () => 0.5 };
    rmSync(layout.state, { recursive: true });
    const warned: string[] = [];
    const note = (layoutHere: () => Layout) =>
      noteEvent(host, layoutHere, { kind: "went-on", thread: "1" }, (why) => void warned.push(why));
    await note(() => layout);
    expect(keptEvents(layout)).toEqual([]);
    expect(warned).toEqual([]);
    await note(() => {
      throw new Error("no HOME");
    });
    mkdirSync(layout.events, { recursive: true });
    await note(() => layout);
    expect(warned).toEqual(["no HOME", expect.stringContaining("events.jsonl: it is a folder")]);
  });
});
