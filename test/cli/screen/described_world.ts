import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { HistoryEncoder } from "../../../lib/core/quota/history.ts";
import type { LimitWindow } from "../../../lib/core/quota/limits.ts";
import { renderLeases } from "../../../lib/core/session/leases.ts";
import { emptySession, type SessionStatus } from "../../../lib/core/session/status.ts";
import { renderIdentity } from "../../../lib/core/system/identity.ts";
import { formatTime } from "../../../lib/core/text/time.ts";
import { identityOf } from "../../../lib/io/process/process.ts";
import { completed, event, meta, started, threadId, told } from "../../../rig/rollouts.ts";
import { authFile, START, type World, world } from "../../app/world.ts";

type Described = Partial<SessionStatus> & { readonly age?: number };

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A window with so much left that resets in so many seconds. */
function window(left: number, minutes: number, resetsIn?: number): LimitWindow {
  return {
    usedPercent: 100 - left,
    windowDurationMins: minutes,
    ...(resetsIn === undefined ? {} : { resetsAt: START / 1000 + resetsIn }),
  };
}

function limits(
  short: readonly [left: number, resetsIn?: number] | undefined,
  week: readonly [left: number, resetsIn?: number] | undefined,
) {
  return {
    limitId: "codex",
    primary: short === undefined ? null : window(short[0], 300, short[1]),
    secondary: week === undefined ? null : window(week[0], 10_080, week[1]),
  };
}

const at = (inSeconds: number) => formatTime(START + inSeconds * 1000);
const healthy = { health: "healthy", lastProbeResult: "ok" } as const;

/** The first ten, each with a trouble or a limit of its own. */
const NAMED: Readonly<Record<string, Described>> = {
  personal: {
    ...healthy,
    age: 12,
    account: "a1",
    rateLimits: limits([30, 1 * HOUR + 59 * MINUTE], [60, 3 * DAY + 4 * HOUR]),
    allowance: { plan: "plus" },
  },
  work: {
    ...healthy,
    age: 3,
    account: "a2",
    rateLimits: limits([82, 4 * HOUR + 12 * MINUTE], [71, 5 * DAY + 2 * HOUR]),
    activity: { activeTurns: 2, turns: 2, openThreads: 3 },
    allowance: { plan: "pro" },
  },
  spare: {
    ...healthy,
    age: 5,
    account: "a3",
    rateLimits: limits([0, 2 * HOUR + 10 * MINUTE], [80, 6 * DAY]),
    allowance: { plan: "plus" },
  },
  team: {
    ...healthy,
    age: 40,
    account: "a4",
    rateLimits: { limitId: "codex", primary: window(64, 43_200, 12 * DAY), secondary: null },
    allowance: {
      plan: "business",
      spendLimit: { limit: "100", used: "75", remainingPercent: 25, resetsAt: START / 1000 + 12 * DAY },
    },
  },
  "東京": {
    ...healthy,
    age: 20,
    account: "a5",
    rateLimits: limits([100], [44, 2 * DAY]),
    allowance: { plan: "plus", credits: { hasCredits: true, unlimited: false, balance: "12.50" } },
  },
  "fox🦊": {
    ...healthy,
    age: 31,
    account: "a6",
    rateLimits: limits([18, 50 * MINUTE], [9, 20 * HOUR]),
    exhaustedUntil: at(95 * MINUTE),
    refusedAt: at(-55 * MINUTE),
  },
  "old-login": {
    ...healthy,
    age: 9 * MINUTE,
    lastProbeResult: "login required",
    rateLimits: limits([50], [50]),
  },
  offline: {
    ...healthy,
    age: 512,
    account: "a8",
    lastProbeResult: "no network",
    rateLimits: limits([90, 3 * HOUR], [90, 6 * DAY]),
  },
  crashing: {
    ...healthy,
    age: 60,
    account: "a9",
    health: "unhealthy",
    nextTryAt: at(4 * MINUTE),
    appServer: { state: "stopped", pid: 0, restartCount: 11 },
    rateLimits: limits([77, 2 * HOUR], [31, 4 * DAY]),
  },
  holiday: { ...healthy, age: 30, account: "a10", rateLimits: limits([100], [100]) },
};
const EMAILS: Readonly<Record<string, string>> = {
  personal: "me@example.test",
  work: "firstname.lastname@engineering.example.test",
  "東京": "tokyo@example.test",
};

function seat(index: number): Described {
  const short = index * 37 % 101;
  const week = index * 53 % 100 + 1;
  return {
    ...healthy,
    age: index,
    account: `seat${index}`,
    rateLimits: limits([short, (index * 7 % 300 + 1) * MINUTE], [week, (index * 11 % 160 + 1) * HOUR]),
    allowance: { plan: "business" },
  };
}

/** The sessions of the described world, the first so many. */
function described(count: number): Record<string, Described> {
  const names = Object.entries(NAMED);
  const seats = Array.from({ length: Math.max(0, count - names.length) }, (_, index): [string, Described] => [
    `seat-${String(index + 1).padStart(2, "0")}`,
    seat(index + 1),
  ]);
  return Object.fromEntries([...names, ...seats].slice(0, count));
}

/** Makes the described world with so many sessions, their threads and their past; with one the supervisor does not run. */
export function describedWorld(count: number): World {
  const user = world();
  const sessions = described(count);
  for (const alias of Object.keys(sessions)) {
    const email = EMAILS[alias] ?? `${alias.replace(/[^a-z0-9-]/g, "")}@example.test`;
    const hasLogin = alias !== "old-login";
    user.session(alias, hasLogin ? { "auth.json": authFile(email, { user: alias }) } : {});
  }
  user.status(Object.fromEntries(
    Object.entries(sessions).map(([alias, { age = 0, ...entry }]) => [alias, {
      ...emptySession(),
      ...entry,
      lastRateLimitUpdateAt: at(-age),
      lastProbeAt: at(-1),
    }]),
  ));
  if (count > 1) {
    const self = identityOf(process.pid)!;
    user.write(renderIdentity({ ...self, version: "1.0.0", exe: "agentlb" }), "locks", "supervisor.lock");
    const claims = { leases: [{ ...self, atMs: START }], reservations: [] };
    user.write(renderLeases(new Map([["work", claims]])), "state", "leases.json");
  }
  if ("holiday" in sessions) user.write('{"v":1,"aliases":["holiday"]}', "state", "paused.json");
  writePast(user, sessions);
  Object.keys(sessions).forEach((alias, index) => writeThread(user, alias, index));
  return user;
}

/** Half a day of even use, so that there is a forecast. */
function writePast(user: World, sessions: Readonly<Record<string, Described>>): void {
  const encoder = new HistoryEncoder();
  const lines: string[] = [];
  for (let hours = 72; hours >= 0; hours--) {
    for (const [alias, { account, rateLimits }] of Object.entries(sessions)) {
      if (account === undefined || account === "a5") continue;
      const { primary, secondary } = rateLimits ?? {};
      const atMs = START - hours * HOUR * 1000;
      const sample = (now: LimitWindow, perHour: number, hoursLong: number) => ({
        used: Math.max(0, Math.round(now.usedPercent - perHour * (hours % hoursLong))),
        durationMs: now.windowDurationMins! * 60_000,
        resetsAtMs:
          ((now.resetsAt ?? START / 1000 + HOUR) - Math.floor(hours / hoursLong) * hoursLong * HOUR) * 1000,
      });
      const isShort = primary?.windowDurationMins === 300;
      lines.push(encoder.line(account, {
        atMs,
        alias,
        ...(primary && isShort ? { short: sample(primary, 11, 5) } : {}),
        ...(secondary ? { long: sample(secondary, 0.7, 168) } : {}),
      }));
    }
  }
  user.write(lines.join(""), "state", "history", "2026-11.log");
}

const WORDS = [
  "Fix the flaky test of the importer",
  "Why does the build take eleven minutes on the new machines, and what would make it faster?",
  "翻訳を直す",
  "Review the last commit",
];

/** A thread of a session: done, ended by a limit, or interrupted. */
function writeThread(user: World, alias: string, index: number): void {
  const beganAt = START - (index * 47 + 20) * MINUTE * 1000;
  const endedAt = beganAt + 9 * MINUTE * 1000;
  const id = threadId(beganAt, `7fc2-8354-${String(index).padStart(12, "0")}`);
  const head = JSON.parse(meta(beganAt, "acct-1"));
  Object.assign(head.payload, {
    id,
    cwd: join(user.path(), "..", index % 2 === 0 ? "shop" : "work/importer/lib"),
  });
  const message = event(beganAt, { type: "user_message", message: WORDS[index % WORDS.length] });
  const full = { used: 100, minutes: 300, resets: START / 1000 + 2 * HOUR + 10 * MINUTE };
  const end = index % 3 === 2
    ? [told(endedAt, { primary: full }), completed(endedAt, "usage_limit_exceeded")]
    : index % 3 === 1
    ? []
    : [completed(endedAt)];
  const day = new Date(beganAt).toISOString().slice(0, 10).replaceAll("-", "/");
  const name = `rollout-${new Date(beganAt).toISOString().slice(0, 19).replaceAll(":", "-")}-${id}.jsonl`;
  const path = join(user.layout.sessions, alias, "sessions", day, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    [JSON.stringify(head), started(beganAt), message, ...end].map((line) => `${line}\n`).join(""),
  );
  utimesSync(path, endedAt / 1000, endedAt / 1000);
}
