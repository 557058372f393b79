import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultConfig } from "../../../lib/core/config/config.ts";
import { type Candidate, decide, type DecisionOptions } from "../../../lib/core/pick/decide.ts";
import { POLICIES } from "../../../lib/core/pick/policy.ts";
import { Trials } from "../../../lib/core/pick/trials.ts";
import { changed, changesOf, type Quantity } from "../../../lib/core/pick/why.ts";
import { emptySession } from "../../../lib/core/session/status.ts";
import { formatTime } from "../../../lib/core/text/time.ts";

const NOW = Date.parse("2026-11-20T12:00:00.000Z");
const SETTINGS = defaultConfig().sessions;
const QUANTITIES: readonly Quantity[] = ["short", "long", "turns"];

const window = (minutes: number) =>
  fc.option(fc.record({
    // Often at its end, where a session becomes, or is no longer, one that may be picked.
    usedPercent: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constantFrom(99, 100)),
    windowDurationMins: fc.constant(minutes),
    resetsAt: fc.integer({ min: NOW / 1000 - 600, max: NOW / 1000 + minutes * 60 }),
  }));
const candidate = (alias: string): fc.Arbitrary<Candidate> =>
  fc.record({
    short: window(300),
    long: window(10_080),
    turns: fc.nat(3),
    leases: fc.nat(2),
    age: fc.oneof(fc.nat(300_000), fc.constant(450_000)),
    priority: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) }),
    account: fc.constantFrom(undefined, "one", "two"),
    maxOpen: fc.constantFrom(undefined, undefined, 2, 4),
    isPaused: fc.oneof({ weight: 8, arbitrary: fc.constant(false) }, {
      weight: 1,
      arbitrary: fc.constant(true),
    }),
    turnHours: fc.constantFrom(0, 1, 7, 20),
    percent: fc.nat(60),
  }).map((
    { short, long, turns, leases, age, account, priority, maxOpen, isPaused, turnHours, percent },
  ) => ({
    alias,
    lastSelectedMs: undefined,
    pickSeq: 0,
    leases,
    openSessions: turns + leases,
    rules: { reserve: 5, priority, maxOpen, isPaused },
    status: {
      ...emptySession(),
      rateLimits: { limitId: "codex", primary: short, secondary: long },
      activity: { activeTurns: turns + leases, turns, openThreads: turns },
      lastRateLimitUpdateAt: formatTime(NOW - age),
      lastProbeResult: "ok",
      cost: { turnHours, shortPercent: percent * turnHours, longPercent: 5 * turnHours },
      ...(account === undefined ? {} : { account }),
    },
  }));
const world = fc.record({
  field: fc.integer({ min: 1, max: 6 }).chain((count) =>
    fc.tuple(...Array.from({ length: count }, (_, index) => candidate(`s${index}`)))
  ),
  options: fc.record({
    policy: fc.constantFrom(...POLICIES),
    mode: fc.constantFrom(undefined, "drain" as const, "balanced" as const),
    prefer: fc.constantFrom(undefined, undefined, "s1"),
  }).map(({ policy, mode, prefer }): DecisionOptions => ({
    policy,
    ...(mode === undefined ? {} : { mode }),
    ...(prefer === undefined ? {} : { prefer }),
  })),
});

/** What a trial with one candidate changed says must be what `decide` says of all of them. */
describe("a trial", () => {
  it("says whom `decide` would pick, for any change of any session, in 500 random worlds", () => {
    let [trials, others, nobody] = [0, 0, 0];
    fc.assert(
      fc.property(world, ({ field, options }) => {
        const quick = new Trials(field, NOW, SETTINGS, options);
        const now = decide(field, NOW, SETTINGS, options).winner?.alias;
        for (const { alias } of field) {
          for (const of of QUANTITIES) {
            for (const by of [-40, -7, -1, 1, 2, 7, 40]) {
              const after = changed(field, { alias, of, by }, NOW);
              const slow = decide(after, NOW, SETTINGS, options).winner?.alias;
              const one = after.find((each) => each.alias === alias)!;
              const said = quick.winner(one);
              if (said !== slow) {
                expect({ alias, of, by, picks: said }).toEqual({ alias, of, by, picks: slow });
              }
              trials++;
              if (slow !== now) others++;
              if (slow === undefined) nobody++;
            }
          }
        }
      }),
      { numRuns: 500 },
    );
    // Worlds in which nothing ever changes would prove nothing.
    expect(others / trials).toBeGreaterThan(0.02);
    expect(nobody).toBeGreaterThan(0);
  });

  it("makes `changesOf` find what a search that decides every step anew finds", () => {
    let found = 0;
    fc.assert(
      fc.property(world, ({ field, options }) => {
        const changes = changesOf(field, NOW, SETTINGS, options);
        const now = decide(field, NOW, SETTINGS, options).winner?.alias;
        for (const { alias, of, by, then } of changes) {
          for (let size = 1; size <= Math.abs(by); size++) {
            const step = { alias, of, by: Math.sign(by) * size };
            const winner = decide(changed(field, step, NOW), NOW, SETTINGS, options).winner?.alias;
            const wanted = size === Math.abs(by) ? then : now;
            if (winner !== wanted) expect({ ...step, then: winner }).toEqual({ ...step, then: wanted });
          }
          found++;
        }
      }),
      { numRuns: 200 },
    );
    expect(found).toBeGreaterThan(100);
  });
});
