import { describe, expect, it } from "vitest";
import { statusJson, statusTable } from "../../../lib/cli/view/status.ts";
import { report } from "../../../lib/app/pick/report.ts";
import type { Allowance } from "../../../lib/core/quota/allowance.ts";
import { defaultConfig } from "../../../lib/core/config/config.ts";
import type { SessionStatus } from "../../../lib/core/session/status.ts";
import { RIVAL, STANDINGS, statusOf } from "../../core/formula/standings.ts";
import { START, type World, world } from "../../app/world.ts";
import { renderLeases } from "../../../lib/core/session/leases.ts";
import { identityOf } from "../../../lib/io/process/process.ts";

const CONFIG = { ...defaultConfig(), sessions: { ...defaultConfig().sessions, policy: "score" as const } };
const HOUR = 3600;

function given(sessions: Readonly<Record<string, Partial<SessionStatus>>>, ...more: string[]): World {
  const user = world();
  for (const alias of [...Object.keys(sessions), ...more]) user.session(alias);
  user.status(sessions);
  return user;
}

const look = (user: World) => report(user.layout, CONFIG, user.now);

/** The cells of the table by alias, and the lines below it. */
async function shown(user: World) {
  const lines = (await statusTable(look(user))).split("\n");
  const rows = lines.filter((line) => line.startsWith("│ ")).map((line) =>
    line.split(/[│┆]/).slice(1, -1).map((cell) => cell.trim())
  );
  const [header = [], ...others] = rows;
  const cells = new Map(
    others.map((row) => [row[1], Object.fromEntries(header.map((name, at) => [name, row[at]]))]),
  );
  return { cells, notes: lines.slice(lines.findIndex((line) => line.startsWith("╰")) + 1) };
}

describe("the table of status", () => {
  it.each(STANDINGS)("shows $why", async (standing) => {
    const user = given({ "a-rival": RIVAL, it: statusOf(standing) });
    const { cells, notes } = await shown(user);
    const { PRIM, WEEK, USAGE, REASON, SEL } = cells.get("it")!;
    expect([PRIM, WEEK, USAGE]).toEqual(standing.shows);
    expect(REASON).toBe(standing.reason);
    expect(SEL).toBe(standing.wins ? "*" : "");
    expect(notes.at(-2)).toBe(`selected session: ${standing.wins ? "it" : "a-rival"}`);
    const [, found] = JSON.parse(statusJson(look(user))).sessions;
    const left = (window?: { percent: number }) => window === undefined ? "-" : `${window.percent}%`;
    expect([left(found.left.short), left(found.left.long)]).toEqual(standing.shows.slice(0, 2));
  });

  it("counts as active what is under way and what has just been given away", async () => {
    const user = given({
      a: { ...RIVAL, activity: { activeTurns: 9, turns: 2, openThreads: 4 } },
      b: { ...RIVAL, activity: { activeTurns: 3 } },
    });
    const lease = { ...identityOf(process.pid)!, atMs: user.now };
    const claims = { leases: [lease], reservations: [user.now, user.now - 1] };
    user.write(renderLeases(new Map([["a", claims]])), "state", "leases.json");
    const { cells } = await shown(user);
    expect([cells.get("a")?.ACTIVE, cells.get("b")?.ACTIVE]).toEqual(["5", "3"]);
    const [a] = JSON.parse(statusJson(look(user))).sessions;
    expect(a.active).toBe(5);
  });
});

describe("below the table of status", () => {
  const NOW_SEC = START / 1000;
  const notes = async (allowance: Allowance) => {
    const found = (await shown(given({ a: { ...RIVAL, allowance } }))).notes;
    return found.slice(0, -2);
  };

  it("stands nothing when there is nothing to add", async () => {
    expect(await notes({ ordinaryUsageAllowed: true, spendControlReached: false, resetCredits: 0 })).toEqual(
      [],
    );
    expect(await notes({ credits: { hasCredits: false, unlimited: false, balance: "0" } })).toEqual([]);
  });

  it.each<[string, Allowance]>([
    ["a: Other-Model 5h 40% left, weekly 0% left (resets in 2d)", {
      others: [{
        limitId: "codex_other",
        limitName: "Other-Model",
        primary: { usedPercent: 60, windowDurationMins: 300, resetsAt: NOW_SEC + 9 },
        secondary: { usedPercent: 100, windowDurationMins: 10_080, resetsAt: NOW_SEC + 48 * HOUR },
      }, { limitId: "codex_none", primary: null, secondary: null }],
    }],
    ["a: codex_x 5h 0% left; codex_y weekly 100% left", {
      others: [
        { limitId: "codex_x", primary: { usedPercent: 100, windowDurationMins: 300 }, secondary: null },
        {
          limitId: "codex_y",
          primary: { usedPercent: 100, windowDurationMins: 10_080, resetsAt: NOW_SEC },
          secondary: null,
        },
      ],
    }],
    ["a: codex_z 5h 1% left", {
      others: [{
        limitId: "codex_z",
        primary: { usedPercent: 99, windowDurationMins: 300, resetsAt: NOW_SEC + 9 },
        secondary: null,
      }],
    }],
    ["a: 12.50 credits; 2 resets to spend", {
      credits: { hasCredits: true, unlimited: false, balance: "12.50" },
      resetCredits: 2,
    }],
    ["a: credits; 1 reset to spend", { credits: { hasCredits: true, unlimited: false }, resetCredits: 1 }],
    ["a: unlimited credits", { credits: { hasCredits: true, unlimited: true, balance: "0" } }],
    ["a: 75 of 100 spent, resets in 3d", {
      spendLimit: { limit: "100", used: "75", remainingPercent: 25, resetsAt: NOW_SEC + 72 * HOUR },
      spendControlReached: false,
    }],
    ["a: spend limit reached (100 of 100 spent)", {
      spendLimit: { limit: "100", used: "100", remainingPercent: 0, resetsAt: 0 },
      spendControlReached: true,
    }],
    ["a: spend limit reached", { spendControlReached: true }],
    ["a: ordinary use refused", { ordinaryUsageAllowed: false }],
    ["a: workspace member credits depleted", {
      ordinaryUsageAllowed: false,
      reachedType: "workspace_member_credits_depleted",
    }],
  ])("stands what else there is left: %s", async (line, allowance) => {
    expect(await notes(allowance)).toEqual([line]);
  });

  it("stands who has which plan, harmless whatever the service says", async () => {
    const user = given({
      a: { ...RIVAL, allowance: { plan: "pro" } },
      b: { ...RIVAL, allowance: { plan: "te\u001bam", resetCredits: 1 } },
      c: { ...RIVAL, allowance: { plan: "pro" } },
    });
    user.status({
      ...Object.fromEntries(look(user).rows.map(({ alias, status }) => [alias, status!])),
      ghost: {
        ...RIVAL,
        allowance: { plan: "free", resetCredits: 3 },
      },
    });
    expect((await shown(user)).notes).toEqual([
      "plans: pro (a, c), te\\u{1b}am (b)",
      "b: 1 reset to spend",
      "selected session: a",
      "",
    ]);
  });

  it("stands which aliases are one account, and none that only looks like another", async () => {
    const user = given({
      a: { ...RIVAL, account: "9f" },
      b: { ...RIVAL, account: "77" },
      c: { ...RIVAL, account: "9f" },
      d: RIVAL,
      e: RIVAL,
    });
    expect((await shown(user)).notes.slice(0, -2)).toEqual([
      "a and c are one account: what one uses is gone for the other",
    ]);
    user.status({
      ...Object.fromEntries("abcde".split("").map((alias) => [alias, { ...RIVAL, account: "9f" }])),
    });
    expect((await shown(user)).notes.slice(0, -2)).toEqual([
      "a, b, c, d and e are one account: what one uses is gone for the others",
    ]);
  });
});
