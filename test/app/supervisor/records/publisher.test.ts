import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { knownIn, publishKnown } from "../../../../lib/app/session/readings_file.ts";
import { Publisher } from "../../../../lib/app/supervisor/records/publisher.ts";
import { layoutOf } from "../../../../lib/core/system/layout.ts";
import { emptySession, parseStatus, type SessionStatus } from "../../../../lib/core/session/status.ts";
import { FakeClock, settle } from "../../../../rig/clock.ts";
import { until } from "../../../../rig/until.ts";

function published() {
  const root = mkdtempSync(join(tmpdir(), "agentlb-publisher-"));
  onTestFinished(() => {
    chmodSync(root, 0o700);
    rmSync(root, { recursive: true, force: true });
  });
  const layout = layoutOf(root);
  const clock = new FakeClock();
  const notes: string[] = [];
  const journal = { note: (what: string) => void notes.push(what) };
  const daemon = { pid: 4242, startedAt: "2026-11-20T12:00:00Z" };
  const publisher = new Publisher({
    layout,
    host: { clock, random: () => 0.5 },
    journal,
    daemon,
    mayWrite: () => true,
    flushMs: 2000,
  });
  return {
    layout,
    clock,
    notes,
    publisher,
    seen: () => parseStatus(readFileSync(layout.status, "utf8")),
    print: () => statSync(layout.status, { bigint: true }).ino,
  };
}

function sessions(result: string): Map<string, SessionStatus> {
  return new Map([["a", { ...emptySession(), lastProbeResult: result }]]);
}

it("the first change is published at once, later ones once per interval", async () => {
  const { publisher, clock, seen } = published();
  const result = () => seen().sessions.get("a")?.lastProbeResult;
  expect(publisher.publish(sessions("one"))).toBe(Infinity);
  expect(result()).toBe("one");
  await clock.advance(500);
  expect(publisher.publish(sessions("two"))).toBe(1500);
  expect(result()).toBe("one");
  await clock.advance(1000);
  expect(publisher.publish(sessions("three"))).toBe(500);
  await clock.advance(500);
  expect(publisher.publish(sessions("three"))).toBe(Infinity);
  expect(result()).toBe("three");
  await clock.advance(10_000);
  publisher.publish(sessions("four"));
  expect(result()).toBe("four");
});

it("what is urgent does not wait", () => {
  const { publisher, seen } = published();
  publisher.publish(sessions("one"));
  expect(publisher.publish(sessions("two"), true)).toBe(Infinity);
  expect(seen().sessions.get("a")?.lastProbeResult).toBe("two");
});

it("nothing is written that did not change", async () => {
  const { publisher, clock, print, seen } = published();
  publisher.publish(sessions("one"));
  const first = print();
  for (let i = 0; i < 5; i++) {
    await clock.advance(60_000);
    expect(publisher.publish(sessions("one"), true)).toBe(Infinity);
  }
  expect(print()).toBe(first);
  expect(seen()).toMatchObject({ updatedAt: "2026-11-20T12:00:00Z", version: 1, daemon: { pid: 4242 } });
});

it("a file that can't be written is said once, tried again every five seconds, and said again only after it worked", async () => {
  const { publisher, clock, notes, layout, seen } = published();
  mkdirSync(layout.status);
  expect(publisher.publish(sessions("one"))).toBe(5000);
  for (let i = 0; i < 40; i++) {
    await clock.advance(5000);
    expect(publisher.publish(sessions("one"))).toBe(5000);
  }
  await clock.advance(1000);
  expect(publisher.publish(sessions("one"))).toBe(4000);
  expect(notes).toEqual(["cannot write status.json"]);
  rmSync(layout.status, { recursive: true });
  await clock.advance(4000);
  expect(publisher.publish(sessions("one"))).toBe(Infinity);
  expect(seen().sessions.size).toBe(1);
  rmSync(layout.status);
  mkdirSync(layout.status);
  await clock.advance(5000);
  publisher.publish(sessions("two"));
  expect(notes).toHaveLength(2);
});

it("a folder that may not be written to leaves the file as it was", (context) => {
  const { publisher, layout, seen } = published();
  publisher.publish(sessions("one"));
  chmodSync(layout.root, 0o500);
  if (process.getuid?.() === 0) context.skip("root may write everywhere");
  expect(publisher.publish(sessions("two"), true)).toBe(5000);
  expect(seen().sessions.get("a")?.lastProbeResult).toBe("one");
  expect(readdirSync(layout.root)).toEqual(["status.json"]);
});

describe("programs that only pick", () => {
  const account = "0123456789abcdef";
  const read = (used: number, turns = 0): Map<string, SessionStatus> =>
    new Map([["a", {
      ...emptySession(),
      account,
      rateLimits: {
        limitId: "codex",
        primary: { usedPercent: used, windowDurationMins: 300 },
        secondary: null,
      },
      activity: { activeTurns: turns, turns },
      lastRateLimitUpdateAt: "2026-11-20T12:00:00Z",
      lastProbeAt: "2026-11-20T12:00:00Z",
      lastProbeResult: "ok",
    }]]);

  it("are told by account what status.json says, the last word too when words come quickly", async () => {
    const { publisher, clock, layout } = published();
    for (let turns = 0; turns < 9; turns++) publisher.publish(read(40, turns), true);
    const known = () => knownIn(layout, clock.now()).get(account);
    await until(() => known()?.activity.turns === 8, "the last word is told");
    expect(known()).toMatchObject({ rateLimits: { primary: { usedPercent: 40 } }, lastSelectedAt: "" });
    expect(statSync(layout.readings).mode & 0o777).toBe(0o600);
  });

  it("are told nothing while nobody knows whose logins they are", async () => {
    const { publisher, layout, notes } = published();
    publisher.publish(sessions("token refused"));
    await settle();
    expect(notes).toEqual([]);
    expect(readdirSync(layout.root)).toEqual(["status.json"]);
  });

  it("learn nothing when that can't be written, which the log says", async () => {
    const { publisher, layout, notes } = published();
    mkdirSync(layout.readings);
    publisher.publish(read(40));
    await until(() => notes.length > 0, "it is noted");
    expect(notes).toEqual(["cannot write readings.json"]);
  });

  it("keep what others have told", async () => {
    const { publisher, clock, layout } = published();
    const host = { clock, random: () => 0.5 };
    await publishKnown(host, layout, new Map([["other", { ...read(7).get("a")!, lastProbeAt: "" }]]));
    publisher.publish(read(40));
    await until(() => knownIn(layout, clock.now()).size === 3, "all is known");
    expect(knownIn(layout, clock.now()).get("other")?.rateLimits.primary?.usedPercent).toBe(7);
    writeFileSync(layout.readings, "cut o");
    expect(knownIn(layout, clock.now()).size).toBe(0);
    publisher.publish(read(50), true);
    await until(() => knownIn(layout, clock.now()).size === 2, "it is written anew");
  });
});
