import { describe, expect, it } from "vitest";
import { afterCrash, type Crashes, NO_CRASHES, recent } from "../../../lib/core/supervisor/crashes.ts";

/** Crashes a child at once after each start, so many times; returns the waits in seconds and what is remembered. */
function loop(
  times: number,
  chance: number,
  mostIn5m = 1000,
): { waits: number[]; crashes: Crashes; now: number } {
  let [crashes, now] = [NO_CRASHES, 0];
  const waits: number[] = [];
  for (let i = 0; i < times; i++) {
    now = Math.max(now, crashes.nextStartAt);
    crashes = afterCrash(crashes, now, 50, mostIn5m, chance);
    waits.push((crashes.nextStartAt - now) / 1000);
  }
  return { waits, crashes, now };
}

describe("a child that crashes at every start", () => {
  it("waits 1, 2, 4, 8, 16, 30, 60 s, half of it at least", () => {
    expect(loop(9, 1).waits).toEqual([1, 2, 4, 8, 16, 30, 60, 60, 60]);
    expect(loop(8, 0).waits).toEqual([0.5, 1, 2, 4, 8, 15, 30, 30]);
  });

  it("is kept down for five minutes after more than ten crashes in five", () => {
    const { waits, crashes, now } = loop(11, 0, 10);
    expect(waits.slice(0, 10).every((wait) => wait <= 30)).toBe(true);
    expect(waits[10]).toBe(300);
    expect(crashes.guardedUntil).toBe(now + 300_000);
  });

  it("is kept down again when the next start fails too", () => {
    const { crashes } = loop(11, 0, 10);
    const later = crashes.guardedUntil + 5000;
    expect(afterCrash(crashes, later, 4000, 10, 0).guardedUntil).toBe(later + 300_000);
  });

  it("is trusted again after a minute of health", () => {
    const { crashes } = loop(11, 0, 10);
    const later = crashes.guardedUntil + 70_000;
    const healthy = afterCrash(crashes, later, 60_000, 10, 1);
    expect(healthy.guardedUntil).toBe(0);
    expect(healthy.nextStartAt).toBe(later + 1000);
  });
});

describe("crashes", () => {
  it("are forgiven after a minute of health and not for a start", () => {
    const { crashes, now } = loop(5, 1);
    expect(afterCrash(crashes, now + 90_000, 59_999, 10, 1).nextStartAt).toBe(now + 90_000 + 30_000);
    expect(afterCrash(crashes, now + 90_000, 60_000, 10, 1).nextStartAt).toBe(now + 90_000 + 1000);
  });

  it("that are spread over more than five minutes keep nothing down", () => {
    let crashes = NO_CRASHES;
    for (let i = 0; i < 30; i++) crashes = afterCrash(crashes, i * 30_001, 60_000, 10, 1);
    expect(crashes.guardedUntil).toBe(0);
  });

  it("are counted for an hour", () => {
    const { crashes, now } = loop(3, 0);
    expect(recent(crashes, now).times).toHaveLength(3);
    expect(recent(crashes, now + 3_600_000 - 1000).times.length).toBeLessThan(3);
    expect(recent(crashes, now + 3_600_000).times).toEqual([]);
  });
});
