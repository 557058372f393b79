import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { goldenFaults } from "../formula/golden.ts";
import type { Formula } from "../formula/module.ts";
import { randomCases, randomFaults } from "../formula/random.ts";
import { standingFaults } from "../formula/standings.ts";

/** What the formula has nothing to do with. */
const OTHERS = ["pool", "simulation"];
const CORE = fileURLToPath(new URL("../../../lib/core/", import.meta.url));
const cases = randomCases(3000, 7);
const folder = mkdtempSync(join(tmpdir(), "mutants-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** File, what stands there once, and what to put in its place: each constant, default and operator once. */
const MUTANTS: readonly (readonly [file: string, original: string, mutated: string])[] = [
  ["pick/score", "FUTURE_MS = 5000", "FUTURE_MS = 4999"],
  ["pick/score", "FUTURE_MS = 5000", "FUTURE_MS = 5001"],
  ["pick/score", "readAt - nowMs > FUTURE_MS", "readAt - nowMs >= FUTURE_MS"],
  ["pick/score", "readAt - nowMs > FUTURE_MS", "readAt + nowMs > FUTURE_MS"],
  ["pick/score", "readAt - nowMs > FUTURE_MS", "false"],
  [
    "codex/reasons",
    'words: "login required", trouble: "login", isDeadLogin: true',
    'words: "login required", trouble: "login"',
  ],
  [
    "codex/reasons",
    'words: "token refused", trouble: "login", isDeadLogin: true',
    'words: "token refused", trouble: "login"',
  ],
  [
    "codex/reasons",
    'return "isDeadLogin" in PROBE_RESULTS[kind];',
    'return !("isDeadLogin" in PROBE_RESULTS[kind]);',
  ],
  ["pick/score", "result !== undefined && isDeadLogin(result)", "false"],
  ["pick/score", '["", "error"]', '["error"]'],
  ["pick/score", '["", "error"]', '[""]'],
  ["codex/reasons", 'words: "ok", trouble: undefined', 'words: "ok", trouble: "other"'],
  [
    "codex/reasons",
    'words: "API key: no limits", trouble: undefined',
    'words: "API key: no limits", trouble: "other"',
  ],
  ["pick/score", 'status.health !== "healthy"', 'status.health === "healthy"'],
  ["pick/score", 'status.health !== "healthy"', 'status.health === "unhealthy"'],
  ["pick/score", 'status.health !== "healthy"', 'status.health.toLowerCase() !== "healthy"'],
  ["pick/score", "readAt === undefined) return", "readAt === null) return"],
  ["pick/score", "(nowMs - readAt) / 1000", "(nowMs + readAt) / 1000"],
  ["pick/score", "(nowMs - readAt) / 1000", "(nowMs - readAt) / 1001"],
  ["pick/score", "(nowMs - readAt) / 1000", "(nowMs - readAt) / 999"],
  ["pick/score", "(nowMs - readAt) / 1000", "(nowMs - readAt) * 1000"],
  ["pick/score", "Math.trunc((nowMs", "Math.round((nowMs"],
  ["pick/score", "Math.trunc((nowMs", "Math.ceil((nowMs"],
  ["pick/score", "Math.max(0, Math.trunc", "Math.min(0, Math.trunc"],
  ["pick/score", "Math.max(0, Math.trunc", "Math.max(1, Math.trunc"],
  ["pick/score", "Math.max(0, Math.trunc", "(Math.trunc"],
  ["pick/score", "age > settings.staleSec", "age >= settings.staleSec"],
  ["pick/score", "age > settings.staleSec", "age < settings.staleSec"],
  ["pick/score", "Math.max(0, turns ?? counted)", "(turns ?? counted)"],
  ["pick/score", "Math.max(0, turns ?? counted)", "Math.min(0, turns ?? counted)"],
  ["pick/score", "Math.max(0, turns ?? counted)", "Math.max(1, turns ?? counted)"],
  ["pick/score", "Math.max(0, status.appServer.restartCount)", "(status.appServer.restartCount)"],
  ["pick/score", "Math.max(0, status.appServer.restartCount)", "Math.min(0, status.appServer.restartCount)"],
  ["pick/score", "Math.max(0, status.appServer.restartCount)", "Math.max(1, status.appServer.restartCount)"],
  ["pick/score", ") * settings.restartPenaltyPerRestart", ") + settings.restartPenaltyPerRestart"],
  ["pick/score", "* settings.restartPenaltyPerRestart", "* settings.restartPenaltyCap"],
  ["pick/score", "age * settings.stalenessPenaltyMax", "age + settings.stalenessPenaltyMax"],
  ["pick/score", "age * settings.stalenessPenaltyMax", "age * settings.busyPenalty"],
  ["pick/score", "PenaltyMax, settings.staleSec)", "PenaltyMax, settings.staleSec + 1)"],
  ["pick/score", "turns ?? counted", "counted"],
  ["pick/score", "turns ?? counted", "turns || counted"],
  ["pick/score", "turns ?? counted", "turns ?? 0"],
  ["pick/score", "+ (candidate.leases ?? 0)", ""],
  ["pick/score", "+ (candidate.leases ?? 0)", "- (candidate.leases ?? 0)"],
  ["pick/score", "candidate.leases ?? 0", "candidate.leases ?? 1"],
  ["pick/score", "activeTurns * settings.busyPenalty", "activeTurns + settings.busyPenalty"],
  ["pick/score", "activeTurns * settings.busyPenalty", "settings.busyPenalty"],
  [
    "pick/score",
    "Math.min(restarts, settings.restartPenaltyCap)",
    "Math.max(restarts, settings.restartPenaltyCap)",
  ],
  ["pick/score", "Math.min(restarts, settings.restartPenaltyCap)", "restarts"],
  ["pick/score", "terms.usage - terms.busy", "terms.usage + terms.busy"],
  ["pick/score", "- terms.restarts", "+ terms.restarts"],
  ["pick/score", "- terms.staleness", "+ terms.staleness"],
  ["pick/score", "terms.usage - terms.busy", "-terms.busy"],
  ["pick/score", "- terms.restarts", ""],
  ["pick/score", "- terms.staleness", ""],
  ["pick/score", "b.score - a.score ||", "a.score - b.score ||"],
  ["pick/score", "b.score - a.score ||", ""],
  ["pick/score", "b.usage - a.usage ||", "a.usage - b.usage ||"],
  ["pick/score", "b.usage - a.usage ||", ""],
  ["pick/score", "a.activeTurns - b.activeTurns ||", "b.activeTurns - a.activeTurns ||"],
  ["pick/score", "a.activeTurns - b.activeTurns ||", ""],
  [
    "pick/score",
    "compareTimes(a.lastSelectedMs, b.lastSelectedMs) ||",
    "compareTimes(b.lastSelectedMs, a.lastSelectedMs) ||",
  ],
  ["pick/score", "compareTimes(a.lastSelectedMs, b.lastSelectedMs) ||", ""],
  ["pick/score", "a.pickSeq - b.pickSeq ||", "b.pickSeq - a.pickSeq ||"],
  ["pick/score", "a.pickSeq - b.pickSeq ||", ""],
  ["pick/score", "byteOrder(a.alias, b.alias)", "byteOrder(b.alias, a.alias)"],
  ["pick/score", "byteOrder(a.alias, b.alias)", "Number(a.alias > b.alias) - Number(a.alias < b.alias)"],
  ["pick/score", "byteOrder(a.alias, b.alias)", "0"],
  ["pick/score", "short !== undefined && long !== undefined", "short !== undefined"],
  ["pick/score", "short !== undefined && long !== undefined", "long !== undefined"],
  ["pick/score", "short.left * shortWeight", "short.left + shortWeight"],
  ["pick/score", "short.left * shortWeight", "short.left * longWeight"],
  ["pick/score", "long.left * longWeight", "long.left + longWeight"],
  ["pick/score", "long.left * longWeight", "long.left * shortWeight"],
  ["pick/score", "shortWeight + long.left", "shortWeight - long.left"],
  ["pick/score", "Math.max(shortWeight + longWeight, 1)", "Math.max(shortWeight + longWeight, 0)"],
  ["pick/score", "Math.max(shortWeight + longWeight, 1)", "Math.max(shortWeight + longWeight, 2)"],
  ["pick/score", "Math.max(shortWeight + longWeight, 1)", "Math.max(shortWeight - longWeight, 1)"],
  ["pick/score", "Math.max(shortWeight + longWeight, 1)", "Math.min(shortWeight + longWeight, 1)"],
  ["pick/score", "(short ?? long)", "(short)"],
  ["pick/score", "(short ?? long)", "(long)"],
  ["pick/score", "?.left ?? settings.unknownUsageLeftPercent", "?.left ?? 0"],
  [
    "pick/score",
    "Number(a !== undefined) - Number(b !== undefined)",
    "Number(b !== undefined) - Number(a !== undefined)",
  ],
  ["pick/score", "return a - b;", "return b - a;"],
  ["pick/score", "dividend - dividend % divisor", "dividend + dividend % divisor"],
  ["pick/score", "(dividend - dividend % divisor) / divisor", "dividend / divisor"],
  ["pick/score", "(dividend - dividend % divisor) / divisor", "Math.ceil(dividend / divisor)"],
  ["pick/score", "(dividend - dividend % divisor) / divisor", "Math.round(dividend / divisor)"],
  ["pick/score", "next try ${formatClock(ms)}", "next try ${ms}"],
  ["quota/windows", "SHORT_AT_MOST_MINS = 24 * 60", "SHORT_AT_MOST_MINS = 24 * 60 - 1"],
  ["quota/windows", "SHORT_AT_MOST_MINS = 24 * 60", "SHORT_AT_MOST_MINS = 24 * 60 + 1"],
  ["quota/windows", "[limits.primary, true]", "[limits.primary, false]"],
  ["quota/windows", "[limits.secondary, false]", "[limits.secondary, true]"],
  ["quota/windows", "[limits.primary, true]", "[limits.secondary, true]"],
  ["quota/windows", "[limits.secondary, false]", "[limits.primary, false]"],
  ["quota/windows", "short = tighter(short, gauge)", "short = gauge"],
  ["quota/windows", "long = tighter(long, gauge)", "long = gauge"],
  ["quota/windows", "short = tighter(short, gauge)", "long = tighter(long, gauge)"],
  ["quota/windows", "else long = tighter(long, gauge)", "else short = tighter(short, gauge)"],
  ["quota/windows", "short = tighter(short, gauge)", "short = tighter(long, gauge)"],
  ["quota/windows", "gauge !== undefined", "gauge !== null"],
  [
    "quota/windows",
    "windowDurationMins === undefined ? isFirst",
    "windowDurationMins === undefined ? !isFirst",
  ],
  ["quota/windows", "windowDurationMins === undefined ? isFirst", "isFirst ? isFirst"],
  ["quota/windows", "windowDurationMins <= SHORT", "windowDurationMins < SHORT"],
  ["quota/windows", "windowDurationMins <= SHORT", "windowDurationMins >= SHORT"],
  ["quota/windows", "knownResetMs(resetsAt, nowMs)", "knownResetMs(resetsAt, 0)"],
  ["quota/windows", "resetsAtMs <= nowMs", "resetsAtMs < nowMs"],
  ["quota/windows", "resetsAtMs <= nowMs", "resetsAtMs > nowMs"],
  ["quota/windows", "resetsAtMs !== undefined && resetsAtMs <= nowMs", "false"],
  ["quota/windows", "hasReset ? 100", "hasReset ? 99"],
  ["quota/windows", "hasReset ? 100", "hasReset ? 101"],
  ["quota/windows", "hasReset ? undefined : resetsAtMs", "resetsAtMs"],
  ["quota/windows", "hasReset ? undefined : resetsAtMs", "undefined"],
  ["quota/windows", "100 - usedPercent", "99 - usedPercent"],
  ["quota/windows", "100 - usedPercent", "usedPercent"],
  ["quota/windows", "Math.max(100 - usedPercent, 0)", "(100 - usedPercent)"],
  ["quota/windows", "Math.max(100 - usedPercent, 0)", "Math.max(100 - usedPercent, 1)"],
  ["quota/windows", "usedPercent, 0), 100)", "usedPercent, 0), 99)"],
  ["quota/windows", "usedPercent, 0), 100)", "usedPercent, 0), 101)"],
  ["quota/windows", "b.left < a.left ? b : a", "b.left > a.left ? b : a"],
  ["quota/windows", "b.left < a.left ? b : a", "a"],
  ["quota/windows", "b.left < a.left ? b : a", "b.left <= a.left ? b : a"],
  ["pick/exhaustion", "left <= 0", "left < 0"],
  ["pick/exhaustion", "left <= 0", "left <= 1"],
  ["pick/exhaustion", "markMs > nowMs", "markMs >= nowMs"],
  ["pick/exhaustion", "markMs > nowMs", "markMs < nowMs"],
  ["pick/exhaustion", "markMs !== undefined && markMs > nowMs", "false"],
  ["pick/exhaustion", "spendControlReached === true", "spendControlReached !== undefined"],
  ["pick/exhaustion", "spendControlReached === true", "false"],
  ["pick/exhaustion", "remainingPercent > 0", "remainingPercent >= 0"],
  ["pick/exhaustion", "remainingPercent > 0", "remainingPercent > 1"],
  [
    "pick/exhaustion",
    "spendLimit.resetsAt > 0 && spendLimit.resetsAt * 1000 <= nowMs",
    "untilMs === undefined",
  ],
  ["pick/exhaustion", "spendLimit.resetsAt > 0 && spendLimit.resetsAt * 1000 <= nowMs", "false"],
  ["pick/exhaustion", 'cause: "budget used up", untilMs, isFinal: true', 'cause: "budget used up", untilMs'],
  ["pick/exhaustion", 'case "workspace_owner_credits_depleted":', ""],
  ["pick/exhaustion", 'case "workspace_member_credits_depleted":', ""],
  ["pick/exhaustion", 'case "workspace_owner_usage_limit_reached":', ""],
  ["pick/exhaustion", 'case "workspace_member_usage_limit_reached":', ""],
  ["pick/exhaustion", "untilMs: undefined, isFinal: true }];", "untilMs: undefined }];"],
  [
    "pick/exhaustion",
    "untilMs: resetOf(spendLimit?.resetsAt, nowMs), isFinal",
    "untilMs: undefined, isFinal",
  ],
  ["pick/exhaustion", "stops.length === 0", "stops.length !== 0"],
  ["pick/exhaustion", 'ordinaryUsageAllowed === false ? "use refused"', 'false ? "use refused"'],
  ["pick/exhaustion", "reachedType !== undefined", "false"],
  ["pick/exhaustion", "|| hasResetSince(rateLimits, nowMs)", ""],
  ["pick/exhaustion", "    stops.push({ cause, untilMs: undefined });\n  }", "  }"],
  ["pick/exhaustion", "credits !== undefined && (", "("],
  ["pick/exhaustion", "credits.unlimited || credits.hasCredits", "credits.unlimited"],
  ["pick/exhaustion", "credits.unlimited || credits.hasCredits", "credits.hasCredits"],
  ["pick/exhaustion", "credits.unlimited || credits.hasCredits", "credits.unlimited && credits.hasCredits"],
  ["pick/exhaustion", "hasMoney && !stops.some(({ isFinal }) => isFinal)", "hasMoney"],
  ["pick/exhaustion", "known.length === stops.length", "known.length > 0"],
  ["pick/exhaustion", "? Math.max(...known)", "? Math.min(...known)"],
  ["pick/exhaustion", "ms <= nowMs ? undefined : ms", "ms < nowMs ? undefined : ms"],
  ["pick/exhaustion", "ms === undefined || ms <= nowMs ? undefined : ms", "ms"],
  ["quota/limits", "seconds <= 0 ? undefined : seconds * 1000", "seconds <= 0 ? undefined : seconds"],
  ["pick/exhaustion", "[primary, secondary].some", "[primary].some"],
  ["pick/exhaustion", "[primary, secondary].some", "[secondary].some"],
  [
    "pick/exhaustion",
    "window.usedPercent >= 100 && window.resetsAt",
    "window.usedPercent > 100 && window.resetsAt",
  ],
  [
    "pick/exhaustion",
    "window.usedPercent >= 100 && window.resetsAt",
    "window.usedPercent >= 99 && window.resetsAt",
  ],
  ["pick/exhaustion", "window.resetsAt * 1000 <= nowMs", "window.resetsAt * 1000 < nowMs"],
  ["pick/exhaustion", "window.resetsAt * 1000 <= nowMs", "window.resetsAt * 1000 > nowMs"],
  ["text/byte_order", "unit + 0x2000", "unit"],
  ["text/byte_order", "return a.length - b.length", "return b.length - a.length"],
  ["config/config_keys", '"stale_sec", 420', '"stale_sec", 419'],
  ["config/config_keys", '"stale_sec", 420', '"stale_sec", 421'],
  ["config/config_keys", '"busy_penalty", 5', '"busy_penalty", 6'],
  ["config/config_keys", '"unknown_usage_left_percent", 30', '"unknown_usage_left_percent", 31'],
  ["config/config_keys", '"usage_primary_weight_percent", 60', '"usage_primary_weight_percent", 61'],
  ["config/config_keys", '"usage_secondary_weight_percent", 40', '"usage_secondary_weight_percent", 41'],
  ["config/config_keys", '"restart_penalty_per_restart", 2', '"restart_penalty_per_restart", 1'],
  ["config/config_keys", '"restart_penalty_cap", 20', '"restart_penalty_cap", 21'],
  ["config/config_keys", '"staleness_penalty_max", 10', '"staleness_penalty_max", 11'],
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
    await from("pick/score.ts"),
    await from("pick/decide.ts"),
    await from("quota/windows.ts"),
  ];
  const [config, status] = [await from("config/config.ts"), await from("session/status.ts")];
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
    expect(noticed(await load(["pick/score", "(short ?? long)", "(long ?? short)"]))).toBe(false);
  });

  it.each(MUTANTS)("%s: %s -> %s is noticed", async (...mutant) => {
    expect(noticed(await load(mutant))).toBe(true);
  });
});
