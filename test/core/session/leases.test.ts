import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  claimed,
  type Claims,
  holding,
  type Lease,
  type Leases,
  parseLeases,
  renderLeases,
  RESERVED_MS,
  unopened,
} from "../../../lib/core/session/leases.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const lease = (pid: number, startTime = "100", bootId = "boot"): Lease => ({
  pid,
  startTime,
  bootId,
  atMs: NOW,
});
const all = () => true;

function claims(leases: Leases, alias = "a"): Claims {
  return leases.get(alias) ?? { leases: [], reservations: [] };
}

describe("the file of the leases", () => {
  it("holds what was written", () => {
    const count = fc.nat({ max: 2 ** 40 });
    const lease = fc.record({
      pid: fc.integer({ min: 1, max: 2 ** 31 }),
      startTime: fc.string(),
      bootId: fc.string(),
      atMs: count,
    });
    const claims = fc.record({
      leases: fc.array(lease, { minLength: 1 }),
      reservations: fc.array(count),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), claims)), (entries) => {
        const leases = new Map(entries);
        expect(parseLeases(renderLeases(leases))).toEqual(leases);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it("names process and boot, and nobody who was given nothing", () => {
    const leases = new Map([
      ["b", { leases: [], reservations: [] }],
      ["a", { leases: [lease(7)], reservations: [NOW] }],
    ]);
    expect(JSON.parse(renderLeases(leases))).toEqual({
      v: 1,
      aliases: { a: { leases: [{ pid: 7, start: "100", boot: "boot", at: NOW }], reservations: [NOW] } },
    });
    expect(renderLeases(new Map())).toBe('{\n  "v": 1,\n  "aliases": {}\n}\n');
  });

  it.each(["", "{", "[]", "null", "5"])("that is no object is refused: %j", (text) => {
    expect(() => parseLeases(text)).toThrow();
  });

  it.each<[string, Claims]>([
    ['{"leases":5,"reservations":{}}', { leases: [], reservations: [] }],
    ['{"leases":[5,null,{},{"pid":0},{"pid":1.5},{"pid":"7"}]}', { leases: [], reservations: [] }],
    ['{"reservations":["1",1.5,null,2]}', { leases: [], reservations: [2] }],
    ['{"leases":[{"pid":7}]}', {
      leases: [{ pid: 7, startTime: "", bootId: "", atMs: 0 }],
      reservations: [],
    }],
    ["5", { leases: [], reservations: [] }],
  ])("is read leniently: %s", (text, expected) => {
    expect(parseLeases(`{"v":9,"more":1,"aliases":{"a":${text}}}`)).toEqual(new Map([["a", expected]]));
  });
});

describe("a lease", () => {
  it("is given to a process and ends with it, whatever becomes of its number", () => {
    const before = claimed(claimed(new Map(), "a", { by: lease(7) }, NOW), "a", { by: lease(8) }, NOW);
    expect(claims(before).leases.map(({ pid }) => pid)).toEqual([7, 8]);
    // 7 is another process now; the machine was started anew since 8.
    const [reused, rebooted] = [lease(7, "999"), lease(8, "100", "next boot")];
    const runs = (lease: Lease) =>
      [reused, rebooted].some((each) =>
        each.pid === lease.pid && each.startTime === lease.startTime && each.bootId === lease.bootId
      );
    expect(claims(holding(before, NOW, runs)).leases).toEqual([]);
    expect(claims(holding(before, NOW, ({ pid }) => pid === 8)).leases).toEqual([lease(8)]);
  });

  it("may be the second one of a process", () => {
    const twice = claimed(claimed(new Map(), "a", { by: lease(7) }, NOW), "a", { by: lease(7) }, NOW);
    expect(unopened(claims(twice), undefined, NOW)).toBe(2);
  });

  it("counts until its thread is open, whatever the clock says", () => {
    const leases = claimed(new Map(), "a", { by: lease(7) }, NOW);
    const activity = { activeTurns: 1, turns: 1, openThreads: 1 };
    expect(unopened(claims(leases), activity, NOW + 9e9)).toBe(1);
    expect(unopened(claims(leases), { ...activity, leased: [8] }, NOW)).toBe(1);
    expect(unopened(claims(leases), { ...activity, leased: [7] }, NOW)).toBe(0);
  });
});

describe("a reservation", () => {
  const leases = claimed(new Map(), "a", "reservation", NOW);

  it("counts for a minute and is then forgotten", () => {
    const after = (ms: number) => [
      unopened(claims(leases), undefined, NOW + ms),
      claims(holding(leases, NOW + ms, all)).reservations.length,
    ];
    expect([0, 1, RESERVED_MS - 1, RESERVED_MS, RESERVED_MS * 9].map(after)).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
      [0, 0],
      [0, 0],
    ]);
  });

  it("does not outlive a clock that was set back", () => {
    expect(unopened(claims(leases), undefined, NOW - 3_600_000)).toBe(0);
    expect(claims(holding(leases, NOW - 3_600_000, all)).reservations).toEqual([]);
  });

  it("ends with the thread that was opened for it, and only that one", () => {
    const two = claimed(leases, "a", "reservation", NOW);
    const [first = 0, second = 0] = claims(two).reservations;
    expect(second).toBeGreaterThan(first);
    expect(unopened(claims(two), { activeTurns: 0, redeemed: [first] }, NOW)).toBe(1);
    expect(unopened(claims(two), { activeTurns: 0, redeemed: [first, second] }, NOW)).toBe(0);
  });
});
