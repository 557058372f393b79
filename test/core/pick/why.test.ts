import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Candidate, decide, type DecisionOptions } from "../../../lib/core/pick/decide.ts";
import { defaultConfig } from "../../../lib/core/config/config.ts";
import { POLICIES } from "../../../lib/core/pick/policy.ts";
import { emptySession } from "../../../lib/core/session/status.ts";
import { formatTime } from "../../../lib/core/text/time.ts";
import { changed, changesOf, pausedWinners } from "../../../lib/core/pick/why.ts";

const NOW = Date.parse("2026-11-20T12:00:00.000Z");
const SETTINGS = defaultConfig().sessions;

const window = (minutes: number) =>
  fc.option(fc.record({
    usedPercent: fc.integer({ min: 0, max: 100 }),
    windowDurationMins: fc.constant(minutes),
    resetsAt: fc.integer({ min: NOW / 1000 - 600, max: NOW / 1000 + minutes * 60 }),
  }));
const candidate = (alias: string): fc.Arbitrary<Candidate> =>
  fc.record({
    short: window(300),
    long: window(10_080),
    turns: fc.nat(4),
    leases: fc.nat(3),
    restarts: fc.nat(3),
    age: fc.nat(460_000),
    priority: fc.nat(1),
    pickSeq: fc.nat(9),
    turnHours: fc.nat(20),
  }).map(({ short, long, turns, leases, restarts, age, priority, pickSeq, turnHours }) => ({
    alias,
    lastSelectedMs: undefined,
    pickSeq,
    leases,
    openSessions: turns + leases,
    rules: { reserve: 5, priority, maxOpen: undefined, isPaused: false },
    status: {
      ...emptySession(),
      appServer: { state: "running", pid: 1, restartCount: restarts },
      rateLimits: { limitId: "codex", primary: short, secondary: long },
      activity: { activeTurns: turns + leases, turns, openThreads: turns },
      lastRateLimitUpdateAt: formatTime(NOW - age),
      lastProbeResult: "ok",
      cost: { turnHours, shortPercent: 30 * turnHours, longPercent: 5 * turnHours },
    },
  }));
const state = fc.record({
  field: fc.integer({ min: 2, max: 5 }).chain((count) =>
    fc.tuple(...Array.from({ length: count }, (_, index) => candidate(`s${index}`)))
  ),
  policy: fc.constantFrom(...POLICIES),
});

describe("what would change a pick", () => {
  it("does change it, and half of it does not, in 1,000 random states", () => {
    let [states, changes, halves] = [0, 0, 0];
    fc.assert(
      fc.property(state, ({ field, policy }) => {
        const options: DecisionOptions = { policy };
        const winnerOf = (candidates: readonly Candidate[]) =>
          decide(candidates, NOW, SETTINGS, options).winner?.alias;
        const now = winnerOf(field);
        states++;
        for (const change of changesOf(field, NOW, SETTINGS, options)) {
          changes++;
          expect(winnerOf(changed(field, change, NOW))).toBe(change.then);
          expect(change.then).not.toBe(now);
          const half = Math.trunc(change.by / 2);
          if (half === 0) continue;
          halves++;
          expect(winnerOf(changed(field, { ...change, by: half }, NOW))).toBe(now);
        }
      }),
      { numRuns: 1000 },
    );
    expect(states).toBe(1000);
    expect(changes).toBeGreaterThan(2000);
    expect(halves).toBeGreaterThan(1000);
  });

  it("is told of whoever could win, in each way in which it could", () => {
    const [a, b] = ["a", "b"].map((alias) => ({
      alias,
      lastSelectedMs: undefined,
      pickSeq: 0,
      status: {
        ...emptySession(),
        rateLimits: {
          limitId: "codex",
          primary: { usedPercent: alias === "a" ? 20 : 40, windowDurationMins: 300 },
          secondary: null,
        },
        activity: { activeTurns: alias === "a" ? 0 : 1 },
        lastRateLimitUpdateAt: formatTime(NOW),
        lastProbeResult: "ok",
      },
    })) as [Candidate, Candidate];
    // 80 against 60 - 5.
    expect(changesOf([a, b], NOW, SETTINGS, { policy: "score" })).toEqual([
      { alias: "a", of: "short", by: -25, then: "b" },
      { alias: "a", of: "turns", by: 6, then: "b" },
      { alias: "b", of: "short", by: 25, then: "b" },
    ]);
  });

  it("is told of a paused session exactly when it is picked once it is not paused", () => {
    let winners = 0;
    fc.assert(
      fc.property(state, fc.nat(4), ({ field, policy }, at) => {
        const free = field[at % field.length]!;
        const paused = { ...free, rules: { ...free.rules!, isPaused: true } };
        const isPicked = decide(field, NOW, SETTINGS, { policy }).winner?.alias === free.alias;
        if (isPicked) winners++;
        const now = field.map((each) => each === free ? paused : each);
        expect(pausedWinners(now, NOW, SETTINGS, { policy })).toEqual(isPicked ? [free.alias] : []);
      }),
      { numRuns: 500 },
    );
    expect(winners).toBeGreaterThan(50);
  });
});

describe("the paused sessions that would be picked", () => {
  it("are those that deciding anew picks, in 1,000 random states", () => {
    fc.assert(
      fc.property(
        state,
        fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
        ({ field, policy }, pauses) => {
          const candidates = field.map((each, index): Candidate => ({
            ...each,
            rules: { ...each.rules!, isPaused: pauses[index]! },
          }));
          const wouldWin = ({ alias }: Candidate) => {
            const freed = candidates.map((each): Candidate =>
              each.alias === alias ? { ...each, rules: { ...each.rules!, isPaused: false } } : each
            );
            return decide(freed, NOW, SETTINGS, { policy }).winner?.alias === alias;
          };
          const expected = candidates.filter((each) => each.rules!.isPaused && wouldWin(each));
          expect(pausedWinners(candidates, NOW, SETTINGS, { policy })).toEqual(
            expected.map(({ alias }) => alias),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("cost one judgement for each of 1,000, not one of all for each", () => {
    let judged = 0;
    const [sample] = fc.sample(candidate("s"), { numRuns: 1, seed: 1 });
    const candidates = Array.from({ length: 1000 }, (_, index): Candidate => ({
      ...sample!,
      alias: `s${index}`,
      rules: { ...sample!.rules!, isPaused: true },
      get status() {
        judged++;
        return sample!.status;
      },
    }));
    pausedWinners(candidates, NOW, SETTINGS, { policy: POLICIES[0]! });
    expect(judged).toBeLessThan(100 * candidates.length);
  });
});
