import { describe, expect, it } from "vitest";
import { decide } from "../../../lib/core/pick/decide.ts";
import { defaultConfig } from "../../../lib/core/config/config.ts";
import { compareEligible, judge } from "../../../lib/core/pick/score.ts";
import { gaugesOf } from "../../../lib/core/quota/windows.ts";
import { emptySession, parseStatus } from "../../../lib/core/session/status.ts";
import { GOLDEN, goldenFaults, NOW } from "../formula/golden.ts";
import { randomCases, randomFaults } from "../formula/random.ts";
import { standingFaults, STANDINGS } from "../formula/standings.ts";
import { state } from "../formula/statement.ts";

const real = { judge, decide, compareEligible, gaugesOf, defaultConfig, parseStatus };

describe("the score", () => {
  it("is what the formula gives in every row worked by hand", () => {
    expect(GOLDEN.length).toBeGreaterThanOrEqual(30);
    expect(goldenFaults(real)).toEqual([]);
  });

  it("and the pick are right however an account stands", () => {
    expect(STANDINGS.length).toBeGreaterThanOrEqual(20);
    expect(standingFaults(real)).toEqual([]);
  });

  it("and the pick are those of a second statement of the formula on 10,000 random status files", () => {
    const cases = randomCases(10_000, 20261120);
    const wrong = cases.flatMap((given) =>
      randomFaults(real, given).map((fault) => `${fault} in ${given.file}`)
    );
    expect(wrong.slice(0, 3)).toEqual([]);
    // Each sort key must have decided many of them, or the comparison proves little.
    const decided = cases.map((given) => state(given).decidedBy);
    for (let key = 0; key < 6; key++) {
      expect(decided.filter((by) => by === key).length, `picks decided by key ${key}`).toBeGreaterThan(20);
    }
  });

  it("comes with its terms, which add up to it", () => {
    const status = {
      ...emptySession(),
      lastRateLimitUpdateAt: new Date(NOW - 100_000).toISOString(),
      activity: { activeTurns: 2 },
      appServer: { state: "running", pid: 1, restartCount: 3 },
    };
    const candidate = { alias: "a", status, lastSelectedMs: undefined, pickSeq: 0 };
    expect(judge(candidate, NOW, defaultConfig().sessions)).toMatchObject({
      score: 12,
      terms: { usage: 30, busy: 10, restarts: 6, staleness: 2 },
    });
  });

  it("is missing for good only where a login is: waiting helps all others", () => {
    const final = (lastProbeResult: string) => {
      const candidate = {
        alias: "a",
        status: { ...emptySession(), lastProbeResult },
        lastSelectedMs: undefined,
        pickSeq: 0,
      };
      const verdict = judge(candidate, NOW, defaultConfig().sessions);
      return !verdict.eligible && verdict.final;
    };
    expect(["login required", "token refused", "no network", "ok", ""].map(final)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
