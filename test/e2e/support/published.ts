import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Sandbox } from "../../../rig/sandbox.ts";

/** What status.json is to say of a session; what is left out is that of a healthy one with half of everything left. */
export interface Entry {
  /** Used percent of the window of five hours and of the week. */
  readonly used?: readonly [short: number, week: number];
  readonly ageSec?: number;
  readonly [key: string]: unknown;
}

/** Writes status.json as a supervisor would have left it. */
export function publish(user: Sandbox, entries: Readonly<Record<string, Entry>>): void {
  mkdirSync(user.root, { recursive: true, mode: 0o700 });
  const sessions = Object.entries(entries).map(([alias, entry]) => [alias, entryOf(entry)]);
  const status = {
    version: 1,
    updatedAt: at(0),
    daemon: { pid: 0, startedAt: "" },
    sessions: Object.fromEntries(sessions),
  };
  writeFileSync(join(user.root, "status.json"), `${JSON.stringify(status, null, 2)}\n`, { mode: 0o600 });
}

/** What status.json says now; undefined before there is one. */
// deno-lint-ignore no-explicit-any
export function published(user: Sandbox): any {
  try {
    return JSON.parse(readFileSync(join(user.root, "status.json"), "utf8"));
  } catch {
    return undefined;
  }
}

/** RFC 3339, so many seconds ago. */
export function at(secondsAgo: number): string {
  return `${new Date(Date.now() - secondsAgo * 1000).toISOString().slice(0, 19)}Z`;
}

function entryOf({ used = [50, 50], ageSec = 15, ...more }: Entry): unknown {
  const window = (usedPercent: number, windowDurationMins: number) => ({
    usedPercent,
    windowDurationMins,
    resetsAt: 4_102_444_800,
  });
  return {
    health: "healthy",
    appServer: { state: "stopped", pid: 0, restartCount: 0 },
    rateLimits: { limitId: "codex", primary: window(used[0], 300), secondary: window(used[1], 10_080) },
    usageLeftPercent: 100 - Math.max(...used),
    activity: { activeTurns: 0 },
    lastRateLimitUpdateAt: at(ageSec),
    lastProbeAt: at(ageSec),
    lastProbeResult: "ok",
    lastSelectedAt: "",
    ...more,
  };
}
