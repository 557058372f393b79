import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { Publisher } from "../../lib/app/publisher.ts";
import { layoutOf } from "../../lib/core/layout.ts";
import { emptySession, parseStatus, type SessionStatus } from "../../lib/core/status.ts";
import { FakeClock } from "../rig/clock.ts";

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
  const publisher = new Publisher({ layout, clock, journal, daemon, flushMs: 2000 });
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
