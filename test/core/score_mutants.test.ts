import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { goldenFaults } from "./formula/golden.ts";
import type { Formula } from "./formula/module.ts";
import { randomCases, randomFaults } from "./formula/random.ts";
import { standingFaults } from "./formula/standings.ts";

/** What the formula has nothing to do with. */
const OTHERS = ["pool", "simulation"];
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
  ["score", "Math.max(0, turns ?? counted)", "(turns ?? counted)"],
  ["score", "Math.max(0, turns ?? counted)", "Math.min(0, turns ?? counted)"],
  ["score", "Math.max(0, turns ?? counted)", "Math.max(1, turns ?? counted)"],
  ["score", "Math.max(0, status.appServer.restartCount)", "(status.appServer.restartCount)"],
  ["score", "Math.max(0, status.appServer.restartCount)", "Math.min(0, status.appServer.restartCount)"],
  ["score", "Math.max(0, status.appServer.restartCount)", "Math.max(1, status.appServer.restartCount)"],
  ["score", ") * settings.restartPenaltyPerRestart", ") + settings.restartPenaltyPerRestart"],
  ["score", "* settings.restartPenaltyPerRestart", "* settings.restartPenaltyCap"],
  ["score", "age * settings.stalenessPenaltyMax", "age + settings.stalenessPenaltyMax"],
  ["score", "age * settings.stalenessPenaltyMax", "age * settings.busyPenalty"],
  ["score", "PenaltyMax, settings.staleSec)", "PenaltyMax, settings.staleSec + 1)"],
  ["score", "turns ?? counted", "counted"],
  ["score", "turns ?? counted", "turns || counted"],
  ["score", "turns ?? counted", "turns ?? 0"],
  ["score", "+ (candidate.leases ?? 0)", ""],
  ["score", "+ (candidate.leases ?? 0)", "- (candidate.leases ?? 0)"],
  ["score", "candidate.leases ?? 0", "candidate.leases ?? 1"],
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
  ["score", "short !== undefined && long !== undefined", "short !== undefined"],
  ["score", "short !== undefined && long !== undefined", "long !== undefined"],
  ["score", "short.left * shortWeight", "short.left + shortWeight"],
  ["score", "short.left * shortWeight", "short.left * longWeight"],
  ["score", "long.left * longWeight", "long.left + longWeight"],
  ["score", "long.left * longWeight", "long.left * shortWeight"],
  ["score", "shortWeight + long.left", "shortWeight - long.left"],
  ["score", "Math.max(shortWeight + longWeight, 1)", "Math.max(shortWeight + longWeight, 0)"],
  ["score", "Math.max(shortWeight + longWeight, 1)", "Math.max(shortWeight + longWeight, 2)"],
  ["score", "Math.max(shortWeight + longWeight, 1)", "Math.max(shortWeight - longWeight, 1)"],
  ["score", "Math.max(shortWeight + longWeight, 1)", "Math.min(shortWeight + longWeight, 1)"],
  ["score", "(short ?? long)", "(short)"],
  ["score", "(short ?? long)", "(long)"],
  ["score", "?.left ?? settings.unknownUsageLeftPercent", "?.left ?? 0"],
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
  ["windows", "SHORT_AT_MOST_MINS = 24 * 60", "SHORT_AT_MOST_MINS = 24 * 60 - 1"],
  ["windows", "SHORT_AT_MOST_MINS = 24 * 60", "SHORT_AT_MOST_MINS = 24 * 60 + 1"],
  ["windows", "[limits.primary, true]", "[limits.primary, false]"],
  ["windows", "[limits.secondary, false]", "[limits.secondary, true]"],
  ["windows", "[limits.primary, true]", "[limits.secondary, true]"],
  ["windows", "[limits.secondary, false]", "[limits.primary, false]"],
  ["windows", "short = tighter(short, gauge)", "short = gauge"],
  ["windows", "long = tighter(long, gauge)", "long = gauge"],
  ["windows", "short = tighter(short, gauge)", "long = tighter(long, gauge)"],
  ["windows", "else long = tighter(long, gauge)", "else short = tighter(short, gauge)"],
  ["windows", "short = tighter(short, gauge)", "short = tighter(long, gauge)"],
  ["windows", "gauge !== undefined", "gauge !== null"],
  ["windows", "windowDurationMins === undefined ? isFirst", "windowDurationMins === undefined ? !isFirst"],
  ["windows", "windowDurationMins === undefined ? isFirst", "isFirst ? isFirst"],
  ["windows", "windowDurationMins <= SHORT", "windowDurationMins < SHORT"],
  ["windows", "windowDurationMins <= SHORT", "windowDurationMins >= SHORT"],
  ["windows", "resetsAt * 1000", "resetsAt"],
  ["windows", "resetsAtMs <= nowMs", "resetsAtMs < nowMs"],
  ["windows", "resetsAtMs <= nowMs", "resetsAtMs > nowMs"],
  ["windows", "resetsAtMs !== undefined && resetsAtMs <= nowMs", "false"],
  ["windows", "hasReset ? 100", "hasReset ? 99"],
  ["windows", "hasReset ? 100", "hasReset ? 101"],
  ["windows", "hasReset ? undefined : resetsAtMs", "resetsAtMs"],
  ["windows", "hasReset ? undefined : resetsAtMs", "undefined"],
  ["windows", "100 - usedPercent", "99 - usedPercent"],
  ["windows", "100 - usedPercent", "usedPercent"],
  ["windows", "Math.max(100 - usedPercent, 0)", "(100 - usedPercent)"],
  ["windows", "Math.max(100 - usedPercent, 0)", "Math.max(100 - usedPercent, 1)"],
  ["windows", "usedPercent, 0), 100)", "usedPercent, 0), 99)"],
  ["windows", "usedPercent, 0), 100)", "usedPercent, 0), 101)"],
  ["windows", "b.left < a.left ? b : a", "b.left > a.left ? b : a"],
  ["windows", "b.left < a.left ? b : a", "a"],
  ["windows", "b.left < a.left ? b : a", "b.left <= a.left ? b : a"],
  ["exhaustion", "left <= 0", "left < 0"],
  ["exhaustion", "left <= 0", "left <= 1"],
  ["exhaustion", 'status.exhaustedUntil === ""', 'status.exhaustedUntil !== ""'],
  ["exhaustion", 'if (status.exhaustedUntil === "") until.push(undefined);', ""],
  ["exhaustion", "mark > nowMs", "mark >= nowMs"],
  ["exhaustion", "mark > nowMs", "mark < nowMs"],
  ["exhaustion", "mark !== undefined && mark > nowMs", "false"],
  ["exhaustion", "if (spendControlReached === true)", "if (spendControlReached !== undefined)"],
  ["exhaustion", "if (spendControlReached === true)", "if (false)"],
  ["exhaustion", "until.push(resetOf(spendLimit?.resetsAt, nowMs))", "until.push(undefined)"],
  ["exhaustion", "until.length === 0", "until.length !== 0"],
  ["exhaustion", "ordinaryUsageAllowed !== false", "ordinaryUsageAllowed === true"],
  ["exhaustion", "ordinaryUsageAllowed !== false", "true"],
  ["exhaustion", "|| hasResetSince(status, nowMs)", ""],
  ["exhaustion", "    until.push(undefined);\n  }\n  const known", "  }\n  const known"],
  ["exhaustion", "credits !== undefined && (", "("],
  ["exhaustion", "credits.unlimited || credits.hasCredits", "credits.unlimited"],
  ["exhaustion", "credits.unlimited || credits.hasCredits", "credits.hasCredits"],
  ["exhaustion", "credits.unlimited || credits.hasCredits", "credits.unlimited && credits.hasCredits"],
  ["exhaustion", "spendControlReached !== true", "true"],
  ["exhaustion", "known.length === until.length", "known.length > 0"],
  ["exhaustion", "? Math.max(...known)", "? Math.min(...known)"],
  ["exhaustion", "seconds * 1000 <= nowMs", "seconds * 1000 < nowMs"],
  [
    "exhaustion",
    "seconds * 1000 <= nowMs ? undefined : seconds * 1000",
    "false ? undefined : seconds * 1000",
  ],
  ["exhaustion", "undefined : seconds * 1000", "undefined : seconds"],
  ["exhaustion", "[primary, secondary].some", "[primary].some"],
  ["exhaustion", "[primary, secondary].some", "[secondary].some"],
  [
    "exhaustion",
    "window.usedPercent >= 100 && window.resetsAt",
    "window.usedPercent > 100 && window.resetsAt",
  ],
  [
    "exhaustion",
    "window.usedPercent >= 100 && window.resetsAt",
    "window.usedPercent >= 99 && window.resetsAt",
  ],
  ["exhaustion", "window.resetsAt * 1000 <= nowMs", "window.resetsAt * 1000 < nowMs"],
  ["exhaustion", "window.resetsAt * 1000 <= nowMs", "window.resetsAt * 1000 > nowMs"],
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
  cpSync(CORE, core, { recursive: true, filter: (path) => !OTHERS.includes(basename(path)) });
  if (mutant !== undefined) {
    const [file, original, mutated] = mutant;
    const pieces = readFileSync(join(CORE, `${file}.ts`), "utf8").split(original);
    expect(pieces.length, `${original} stands once in ${file}.ts`).toBe(2);
    writeFileSync(join(core, `${file}.ts`), pieces.join(mutated));
  }
  const from = (file: string) => import(/* @vite-ignore */ pathToFileURL(join(core, file)).href);
  const [score, choice, windows] = [
    await from("score.ts"),
    await from("choice.ts"),
    await from("windows.ts"),
  ];
  const [config, status] = [await from("config.ts"), await from("status.ts")];
  return {
    judge: score.judge,
    decide: choice.decide,
    compareEligible: score.compareEligible,
    gaugesOf: windows.gaugesOf,
    defaultConfig: config.defaultConfig,
    parseStatus: status.parseStatus,
  };
}

/** Whether the golden rows or the random files notice; a formula that throws is noticed, too. */
function noticed(formula: Formula): boolean {
  try {
    if (goldenFaults(formula).length > 0 || standingFaults(formula).length > 0) return true;
    return cases.some((given) => randomFaults(formula, given).length > 0);
  } catch {
    return true;
  }
}

describe("a formula that is wrong in one place", () => {
  it("differs from an unchanged copy, in which nothing is noticed", async () => {
    expect(noticed(await load())).toBe(false);
  });

  it("differs from a change that changes nothing", async () => {
    expect(noticed(await load(["score", "(short ?? long)", "(long ?? short)"]))).toBe(false);
  });

  it.each(MUTANTS)("%s: %s -> %s is noticed", async (...mutant) => {
    expect(noticed(await load(mutant))).toBe(true);
  });
});
