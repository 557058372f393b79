import { describe, expect, it } from "vitest";
import {
  decide,
  dueIn,
  type Facts,
  type Pace,
  paceOf,
  type Phase,
} from "../../../lib/core/supervisor/monitor.ts";
import { timingFrom } from "../../../lib/core/system/timing.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const MIN = 60_000;
const PACE: Pace = { interval: 300_000, renewAge: 360_000, activeAge: 60_000, cooldown: 30_000 };
const FAR = { kind: "impossible", possibleAtMs: NOW + 600 * MIN } as const;
const NEAR = { kind: "possible", usefulAtMs: NOW } as const;

/** An alias without a child whose reading is due and which nothing stands in the way of. */
function facts(changed: Partial<Facts> = {}): Facts {
  return {
    phase: "none",
    isManaged: false,
    renewal: FAR,
    isAccountTaken: false,
    isAccountWanted: false,
    isOutdated: false,
    isOpen: false,
    sincePick: Infinity,
    readingAge: Infinity,
    sinceTry: Infinity,
    sinceRenewal: Infinity,
    isLoginDead: false,
    startsIn: 0,
    hasSlot: true,
    now: NOW,
    ...changed,
  };
}

const FRESH = { readingAge: 1000, sinceTry: 1000 };
const START = { act: "start", purpose: "probe", mayRenew: false };
const MANAGE = { act: "start", purpose: "manage", mayRenew: false };
const RENEW = { act: "start", purpose: "probe", mayRenew: true };
const UNKNOWN = { kind: "possible", usefulAtMs: NOW, isExpiryUnknown: true } as const;
const UNTOUCHED = { act: "start", purpose: "probe", mayRenew: true, neverSignal: true };
const FOREVER = { act: "wait", forMs: Infinity };

describe("the next step of an alias", () => {
  it.each<[string, Partial<Facts>, unknown]>([
    ["without a child, due: probed", {}, START],
    ["without a child, not due: waits", FRESH, { act: "wait", forMs: 299_000 }],
    ["due, all slots taken: waits for one", { hasSlot: false }, { ...FOREVER, isForSlot: true }],
    ["at work: gets a child that stays, due or not", { ...FRESH, isManaged: true }, MANAGE],
    ["at work, all slots taken: gets it all the same", { isManaged: true, hasSlot: false }, MANAGE],
    ["at work, crashed: waits for its turn", { isManaged: true, startsIn: 4000 }, {
      act: "wait",
      forMs: 4000,
    }],
    ["expiry unknown: is read alone, and no signal ends it", { renewal: UNKNOWN }, UNTOUCHED],
    ["expiry unknown, at work: gets no child that stays", { renewal: UNKNOWN, isManaged: true }, UNTOUCHED],
    ["expiry unknown, read a moment ago: waits", { ...FRESH, renewal: UNKNOWN, isManaged: true }, {
      act: "wait",
      forMs: 59_000,
    }],
    ["expiry unknown, read by the last start: is read again when due", {
      renewal: UNKNOWN,
      isManaged: true,
      readingAge: 61_000,
      sinceTry: 61_000,
      sinceRenewal: 62_000,
    }, UNTOUCHED],
    ["expiry unknown, the last start read nothing: waits as after a renewal", {
      renewal: UNKNOWN,
      readingAge: 400_000,
      sinceTry: 61_000,
      sinceRenewal: 62_000,
    }, { act: "wait", forMs: 238_000 }],
    ["expiry unknown, a Codex of the user open: is left alone", { renewal: UNKNOWN, isOpen: true }, {
      act: "report",
      fault: { kind: "aboutToRenew" },
    }],
    ["expiry unknown, its account in use: waits", { renewal: UNKNOWN, isAccountTaken: true }, {
      ...FOREVER,
      isForAccount: true,
    }],
    ["at work with a dead login: is probed only", { isManaged: true, isLoginDead: true }, START],
    ["nobody logged in: says so", { renewal: { kind: "none", why: "no login" } }, {
      act: "report",
      fault: { kind: "loginRequired" },
    }],
    ["an API key: says so", { renewal: { kind: "none", why: "API key" }, isManaged: true }, {
      act: "report",
      fault: { kind: "apiKey" },
    }],
    ["no login needed: says so", { renewal: { kind: "none", why: "no login needed" }, isManaged: true }, {
      act: "report",
      fault: { kind: "noLoginNeeded" },
    }],
    ["nobody logged in, said a moment ago: waits", { renewal: { kind: "none", why: "no login" }, ...FRESH }, {
      act: "wait",
      forMs: 299_000,
    }],
    ["idle, not due: waits", { phase: "idle", isManaged: true, ...FRESH }, { act: "wait", forMs: 59_000 }],
    ["idle, due: is asked", { phase: "idle", isManaged: true }, { act: "read" }],
    ["idle, no longer at work: closed", { phase: "idle" }, { act: "close" }],
    ["idle, a renewal becomes possible: closed", { phase: "idle", isManaged: true, renewal: NEAR }, {
      act: "close",
    }],
    ["idle, logged out: closed", {
      phase: "idle",
      isManaged: true,
      renewal: { kind: "none", why: "no login" },
    }, { act: "close" }],
    ["idle, its program replaced: closed", { phase: "idle", isManaged: true, isOutdated: true }, {
      act: "close",
    }],
    ["idle, another alias must renew this account: closed", {
      phase: "idle",
      isManaged: true,
      isAccountWanted: true,
    }, { act: "close" }],
    ["idle: looks again when a renewal becomes possible", {
      phase: "idle",
      isManaged: true,
      ...FRESH,
      renewal: { kind: "impossible", possibleAtMs: NOW + 30_000 },
    }, { act: "wait", forMs: 30_000 }],
  ])("%s", (_, changed, decision) => {
    expect(decide(facts(changed), PACE)).toEqual(decision);
  });

  it.each<Phase>(["starting", "greeting", "reading", "closing"])(
    "is to wait while %s, whatever else is",
    (phase) => {
      const busy = [{}, { isManaged: true }, { renewal: NEAR }, { isOpen: true }, { sincePick: 0 }, {
        isAccountWanted: true,
      }, { isOutdated: true, isManaged: true }];
      for (const changed of busy) expect(decide(facts({ ...changed, phase }), PACE)).toEqual(FOREVER);
    },
  );
});

describe("where a start may renew the login", () => {
  it.each([
    ["nothing else going on: starts alone", {}, RENEW],
    ["at work: so too, and stays", { isManaged: true, ...FRESH, sinceTry: MIN }, {
      act: "start",
      purpose: "manage",
      mayRenew: true,
    }],
    ["home open: says why not", { isOpen: true }, { act: "report", fault: { kind: "aboutToRenew" } }],
    ["home open, said a moment ago: waits", { isOpen: true, sinceTry: 1000, isManaged: true }, {
      act: "wait",
      forMs: 29_000,
    }],
    ["picked 59 s ago: says why not", { sincePick: 59_999 }, {
      act: "report",
      fault: { kind: "aboutToRenew" },
    }],
    ["picked 60 s ago: starts", { sincePick: 60_000 }, RENEW],
    ["account taken: waits for it", { isAccountTaken: true }, { ...FOREVER, isForAccount: true }],
    ["tried a moment ago: waits", { sinceTry: 1000, isManaged: true }, { act: "wait", forMs: 29_000 }],
    ["a renewal tried without success: waits five minutes from its start", { sinceRenewal: 10_000 }, {
      act: "wait",
      forMs: 290_000,
    }],
    ["no use yet: waits", { renewal: { kind: "possible", usefulAtMs: NOW + 7000 } }, {
      act: "wait",
      forMs: 7000,
    }],
    ["no use yet and the account taken: is in nobody's way", {
      renewal: { kind: "possible", usefulAtMs: NOW + 7000 },
      isAccountTaken: true,
    }, { act: "wait", forMs: 7000 }],
  ] as [string, Partial<Facts>, unknown][])("%s", (_, changed, decision) => {
    expect(decide(facts({ renewal: NEAR, ...changed }), PACE)).toEqual(decision);
  });

  it("it never starts beside a Codex, a fresh pick or another process of the account, in any other respect", () => {
    const obstacles = [{ isOpen: true }, { sincePick: 0 }, { sincePick: 59_999 }, { isAccountTaken: true }];
    for (const obstacle of obstacles) {
      for (const isManaged of [true, false]) {
        for (const age of [0, 59_000, 400_000, Infinity]) {
          for (const isLoginDead of [true, false]) {
            for (const interval of [0, 300_000]) {
              const given = {
                renewal: NEAR,
                ...obstacle,
                isManaged,
                readingAge: age,
                sinceTry: age,
                isLoginDead,
              };
              expect(decide(facts(given), { ...PACE, interval })).not.toHaveProperty("act", "start");
            }
          }
        }
      }
    }
  });

  it("one whose own token is far from it keeps out of the way of another alias of the account", () => {
    expect(decide(facts({ isAccountWanted: true }), PACE)).toEqual(FOREVER);
    expect(decide(facts({ isAccountWanted: true, isManaged: true }), PACE)).toEqual(FOREVER);
  });
});

describe("a reading", () => {
  it("is due by the interval since the last try, or by its age", () => {
    expect(dueIn(facts({ readingAge: 0, sinceTry: 0 }), PACE)).toBe(300_000);
    expect(dueIn(facts({ readingAge: 350_000, sinceTry: 100_000 }), PACE)).toBe(10_000);
    expect(dueIn(facts({ readingAge: 0, sinceTry: 0, isManaged: true }), PACE)).toBe(60_000);
  });

  it("is tried for again only after a pause", () => {
    expect(dueIn(facts({ readingAge: Infinity, sinceTry: 12_000 }), PACE)).toBe(18_000);
    expect(dueIn(facts({ readingAge: Infinity, sinceTry: 0 }), { ...PACE, interval: 5000 })).toBe(5000);
  });

  it("without an interval is due by its age alone", () => {
    const pace = { ...PACE, interval: 0 };
    expect(dueIn(facts({ readingAge: 0, sinceTry: 3_000_000 }), pace)).toBe(360_000);
    expect(dueIn(facts({ readingAge: 360_000, sinceTry: 360_000 }), pace)).toBe(0);
    expect(dueIn(facts({ isLoginDead: true }), pace)).toBe(Infinity);
  });

  it("of a dead login is tried for by the interval alone", () => {
    expect(dueIn(facts({ isLoginDead: true, readingAge: Infinity, sinceTry: 100_000 }), PACE)).toBe(200_000);
  });

  it("is taken shortly before its token nears expiry, because then nobody may ask for minutes", () => {
    const renewal = { kind: "impossible", possibleAtMs: NOW + 100_000 } as const;
    expect(dueIn(facts({ renewal, readingAge: 100_000, sinceTry: 100_000 }), PACE)).toBe(80_000);
    const soon = { kind: "impossible", possibleAtMs: NOW + 20_000 } as const;
    expect(dueIn(facts({ renewal: soon, readingAge: 100_000, sinceTry: 100_000 }), PACE)).toBe(0);
  });

  it("is not taken again for that when it is fresh", () => {
    const renewal = { kind: "impossible", possibleAtMs: NOW + 5000 } as const;
    expect(dueIn(facts({ renewal, readingAge: 15_000, sinceTry: 15_000 }), PACE)).toBe(285_000);
  });
});

describe("the pace", () => {
  it("is what settings and environment say", () => {
    expect(paceOf({ staleSec: 420 }, timingFrom({}))).toEqual(PACE);
    const env = {
      AGENTLB_PROBE_INTERVAL_SEC: "0",
      AGENTLB_PRE_STALE_REFRESH_SEC: "5",
      AGENTLB_PRE_STALE_REFRESH_COOLDOWN_SEC: "7",
    };
    expect(paceOf({ staleSec: 100 }, timingFrom(env))).toEqual({
      interval: 0,
      renewAge: 95_000,
      activeAge: 60_000,
      cooldown: 7000,
    });
  });

  it("renews a reading before it is stale, however short that time is", () => {
    expect(paceOf({ staleSec: 1 }, timingFrom({})).renewAge).toBe(0);
    expect(paceOf({ staleSec: 2 }, timingFrom({})).renewAge).toBe(1000);
    expect(paceOf({ staleSec: 60 }, timingFrom({})).renewAge).toBe(1000);
  });

  it("never allows tries without any pause", () => {
    const pace = paceOf({ staleSec: 1 }, timingFrom({ AGENTLB_PRE_STALE_REFRESH_COOLDOWN_SEC: "0" }));
    expect(pace.cooldown).toBe(1000);
    for (const renewal of [FAR, NEAR, { kind: "none", why: "no login" }] as const) {
      const justTried = facts({ renewal, isOpen: true, sinceTry: 0, readingAge: 0 });
      expect(decide(justTried, pace)).toMatchObject({ act: "wait", forMs: expect.any(Number) });
    }
  });
});
