import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { goldenFaults } from "./formula/golden.ts";
import type { Formula } from "./formula/module.ts";
import { randomCases, randomFaults } from "./formula/random.ts";

const CORE = fileURLToPath(new URL("../../lib/core/", import.meta.url));
const cases = randomCases(3000, 7);
const folder = mkdtempSync(join(tmpdir(), "mutants-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** File, what stands there once, and what to put in its place: each constant, default and operator once. */
const MUTANTS: readonly (readonly [file: string, original: string, mutated: string])[] = [
  ["score", "FUTURE_MS = 5000", "FUTURE_MS = 4999"],
  ["score", "FUTURE_MS = 5000", "FUTURE_MS = 5001"],
  ["score", "readAt - nowMs > FUTURE_MS", "readAt - nowMs >= FUTURE_MS"],
  ["score", "readAt - nowMs > FUTURE_MS", "readAt + nowMs > FUTURE_MS"],
  ["score", "readAt - nowMs > FUTURE_MS", "false"],
  ["score", "[REASONS.loginRequired, REASONS.tokenRefused]", "[REASONS.loginRequired]"],
  ["score", "[REASONS.loginRequired, REASONS.tokenRefused]", "[REASONS.tokenRefused]"],
  ["score", "FINAL.includes(result)", "!FINAL.includes(result)"],
  ["score", '["", REASONS.ok,', "[REASONS.ok,"],
  ["score", "REASONS.ok,", ""],
  ["score", '"error", ', ""],
  ["score", '"error", REASONS.apiKey', '"error"'],
  ["score", 'status.health !== "healthy"', 'status.health === "healthy"'],
  ["score", 'status.health !== "healthy"', 'status.health === "unhealthy"'],
  ["score", 'status.health !== "healthy"', 'status.health.toLowerCase() !== "healthy"'],
  ["score", "readAt === undefined) return", "readAt === null) return"],
  ["score", "(nowMs - readAt) / 1000", "(nowMs + readAt) / 1000"],
  ["score", "(nowMs - readAt) / 1000", "(nowMs - readAt) / 1001"],
  ["score", "(nowMs - readAt) / 1000", "(nowMs - readAt) / 999"],
  ["score", "(nowMs - readAt) / 1000", "(nowMs - readAt) * 1000"],
  ["score", "Math.trunc((nowMs", "Math.round((nowMs"],
  ["score", "Math.trunc((nowMs", "Math.ceil((nowMs"],
  ["score", "Math.max(0, Math.trunc", "Math.min(0, Math.trunc"],
  ["score", "Math.max(0, Math.trunc", "Math.max(1, Math.trunc"],
  ["score", "Math.max(0, Math.trunc", "(Math.trunc"],
  ["score", "age > settings.staleSec", "age >= settings.staleSec"],
  ["score", "age > settings.staleSec", "age < settings.staleSec"],
  ["score", "Math.max(0, status.activity.activeTurns)", "(status.activity.activeTurns)"],
  ["score", "Math.max(0, status.activity.activeTurns)", "Math.min(0, status.activity.activeTurns)"],
  ["score", "Math.max(0, status.activity.activeTurns)", "Math.max(1, status.activity.activeTurns)"],
  ["score", "Math.max(0, status.appServer.restartCount)", "(status.appServer.restartCount)"],
  ["score", "Math.max(0, status.appServer.restartCount)", "Math.min(0, status.appServer.restartCount)"],
  ["score", "Math.max(0, status.appServer.restartCount)", "Math.max(1, status.appServer.restartCount)"],
  ["score", ") * settings.restartPenaltyPerRestart", ") + settings.restartPenaltyPerRestart"],
  ["score", "* settings.restartPenaltyPerRestart", "* settings.restartPenaltyCap"],
  ["score", "age * settings.stalenessPenaltyMax", "age + settings.stalenessPenaltyMax"],
  ["score", "age * settings.stalenessPenaltyMax", "age * settings.busyPenalty"],
  ["score", "PenaltyMax, settings.staleSec)", "PenaltyMax, settings.staleSec + 1)"],
  ["score", "activeTurns * settings.busyPenalty", "activeTurns + settings.busyPenalty"],
  ["score", "activeTurns * settings.busyPenalty", "settings.busyPenalty"],
  [
    "score",
    "Math.min(restarts, settings.restartPenaltyCap)",
    "Math.max(restarts, settings.restartPenaltyCap)",
  ],
  ["score", "Math.min(restarts, settings.restartPenaltyCap)", "restarts"],
  ["score", "terms.usage - terms.busy", "terms.usage + terms.busy"],
  ["score", "- terms.restarts", "+ terms.restarts"],
  ["score", "- terms.staleness", "+ terms.staleness"],
  ["score", "terms.usage - terms.busy", "-terms.busy"],
  ["score", "- terms.restarts", ""],
  ["score", "- terms.staleness", ""],
  ["score", "compareEligible(verdict, first) < 0", "compareEligible(verdict, first) > 0"],
  ["score", "verdict.eligible && (first", "(first"],
  ["score", "b.score - a.score ||", "a.score - b.score ||"],
  ["score", "b.score - a.score ||", ""],
  ["score", "b.usage - a.usage ||", "a.usage - b.usage ||"],
  ["score", "b.usage - a.usage ||", ""],
  ["score", "a.activeTurns - b.activeTurns ||", "b.activeTurns - a.activeTurns ||"],
  ["score", "a.activeTurns - b.activeTurns ||", ""],
  [
    "score",
    "compareTimes(a.lastSelectedMs, b.lastSelectedMs) ||",
    "compareTimes(b.lastSelectedMs, a.lastSelectedMs) ||",
  ],
  ["score", "compareTimes(a.lastSelectedMs, b.lastSelectedMs) ||", ""],
  ["score", "a.pickSeq - b.pickSeq ||", "b.pickSeq - a.pickSeq ||"],
  ["score", "a.pickSeq - b.pickSeq ||", ""],
  ["score", "byteOrder(a.alias, b.alias)", "byteOrder(b.alias, a.alias)"],
  ["score", "byteOrder(a.alias, b.alias)", "Number(a.alias > b.alias) - Number(a.alias < b.alias)"],
  ["score", "byteOrder(a.alias, b.alias)", "0"],
  ["score", "primary !== null && secondary !== null", "primary !== null"],
  ["score", "left(primary) * primaryWeight", "left(primary) + primaryWeight"],
  ["score", "left(primary) * primaryWeight", "left(primary) * secondaryWeight"],
  ["score", "left(secondary) * secondaryWeight", "left(secondary) + secondaryWeight"],
  ["score", "left(secondary) * secondaryWeight", "left(secondary) * primaryWeight"],
  ["score", "primaryWeight + left", "primaryWeight - left"],
  ["score", "Math.max(primaryWeight + secondaryWeight, 1)", "Math.max(primaryWeight + secondaryWeight, 0)"],
  ["score", "Math.max(primaryWeight + secondaryWeight, 1)", "Math.max(primaryWeight + secondaryWeight, 2)"],
  ["score", "Math.max(primaryWeight + secondaryWeight, 1)", "Math.max(primaryWeight - secondaryWeight, 1)"],
  ["score", "Math.max(primaryWeight + secondaryWeight, 1)", "Math.min(primaryWeight + secondaryWeight, 1)"],
  ["score", "primary ?? secondary", "primary"],
  ["score", "primary ?? secondary", "secondary"],
  ["score", "only === null ? settings.unknownUsageLeftPercent", "only === null ? 0"],
  [
    "score",
    "Number(a !== undefined) - Number(b !== undefined)",
    "Number(b !== undefined) - Number(a !== undefined)",
  ],
  ["score", "return a - b;", "return b - a;"],
  ["score", "dividend - dividend % divisor", "dividend + dividend % divisor"],
  ["score", "(dividend - dividend % divisor) / divisor", "dividend / divisor"],
  ["score", "(dividend - dividend % divisor) / divisor", "Math.ceil(dividend / divisor)"],
  ["score", "(dividend - dividend % divisor) / divisor", "Math.round(dividend / divisor)"],
  ["score", "next try ${formatClock(ms)}", "next try ${ms}"],
  ["limits", "100 - window.usedPercent", "99 - window.usedPercent"],
  ["limits", "100 - window.usedPercent", "window.usedPercent"],
  ["limits", "Math.max(100 - window.usedPercent, 0)", "(100 - window.usedPercent)"],
  ["limits", "Math.max(100 - window.usedPercent, 0)", "Math.max(100 - window.usedPercent, 1)"],
  ["limits", "Percent, 0), 100)", "Percent, 0), 99)"],
  ["limits", "Percent, 0), 100)", "Percent, 0), 101)"],
  ["order", "unit + 0x2000", "unit"],
  ["order", "return a.length - b.length", "return b.length - a.length"],
  ["config_keys", '"stale_sec", 420', '"stale_sec", 419'],
  ["config_keys", '"stale_sec", 420', '"stale_sec", 421'],
  ["config_keys", '"busy_penalty", 5', '"busy_penalty", 6'],
  ["config_keys", '"unknown_usage_left_percent", 30', '"unknown_usage_left_percent", 31'],
  ["config_keys", '"usage_primary_weight_percent", 60', '"usage_primary_weight_percent", 61'],
  ["config_keys", '"usage_secondary_weight_percent", 40', '"usage_secondary_weight_percent", 41'],
  ["config_keys", '"restart_penalty_per_restart", 2', '"restart_penalty_per_restart", 1'],
  ["config_keys", '"restart_penalty_cap", 20', '"restart_penalty_cap", 21'],
  ["config_keys", '"staleness_penalty_max", 10', '"staleness_penalty_max", 11'],
];

type Mutant = (typeof MUTANTS)[number];

async function load(mutant?: Mutant): Promise<Formula> {
  const core = mkdtempSync(join(folder, "core-"));
  for (const file of readdirSync(CORE)) {
    if (file.endsWith(".ts")) cpSync(join(CORE, file), join(core, file));
  }
  if (mutant !== undefined) {
    const [file, original, mutated] = mutant;
    const pieces = readFileSync(join(CORE, `${file}.ts`), "utf8").split(original);
    expect(pieces.length, `${original} stands once in ${file}.ts`).toBe(2);
    writeFileSync(join(core, `${file}.ts`), pieces.join(mutated));
  }
  const from = (file: string) => import(/* @vite-ignore */ pathToFileURL(join(core, file)).href);
  const [score, config, status] = [await from("score.ts"), await from("config.ts"), await from("status.ts")];
  return {
    judge: score.judge,
    best: score.best,
    defaultConfig: config.defaultConfig,
    parseStatus: status.parseStatus,
  };
}

/** Whether the golden rows or the random files notice; a formula that throws is noticed, too. */
function noticed(formula: Formula): boolean {
  try {
    return goldenFaults(formula).length > 0 || cases.some((given) => randomFaults(formula, given).length > 0);
  } catch {
    return true;
  }
}

describe("a formula that is wrong in one place", () => {
  it("differs from an unchanged copy, in which nothing is noticed", async () => {
    expect(noticed(await load())).toBe(false);
  });

  it("differs from a change that changes nothing", async () => {
    expect(noticed(await load(["score", "primary ?? secondary", "secondary ?? primary"]))).toBe(false);
  });

  it.each(MUTANTS)("%s: %s -> %s is noticed", async (...mutant) => {
    expect(noticed(await load(mutant))).toBe(true);
  });
});
