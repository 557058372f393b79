import { printable } from "../text/printable.ts";
import { formatAge, formatSpan, formatTime } from "../text/time.ts";
import type { Card } from "./screen/card.ts";
import type { Look } from "./screen/dialogue.ts";
import { probeResultIn } from "../codex/reasons.ts";
import { knownResetMs, left, type LimitWindow } from "../quota/limits.ts";
import { exhaustedWords, type Reading, standingOf } from "./limits/reading.ts";
import { labelOf, windowsIn } from "./limits/window_words.ts";

/** The facts about one auth file, for display. */
export interface Found {
  readonly file: string;
  readonly name: string;
  readonly email: string | undefined;
  readonly plan: string | undefined;
  readonly reading: Reading;
  readonly isDue: boolean;
  /** The workers that have a copy of this login. */
  readonly holders: readonly string[];
  readonly card: Card | undefined;
  readonly last: Look | undefined;
}

const NOTHING = "(no /status output captured; increase --timeout / --pre-send-wait)";

/** The block of one auth file in `status`: the card, or the reason why there is none. */
export function blockOf(found: Found, nowMs: number, isRaw: boolean): string {
  const { name, card, last } = found;
  const lines = [`--- ${printable(name)} ---`];
  if (isRaw && last !== undefined) lines.push(trimmed(last.screen) || NOTHING);
  else if (card !== undefined) lines.push(card.text);
  else lines.push(...wordsOf(found, nowMs));
  if (last?.exitCode) lines.push(`[codex_exit=${last.exitCode}]`);
  return `${lines.join("\n")}\n\n`;
}

/** `due, 2 workers hold it`, or the verdict on the limits; the content of the card is left out. */
export function noteOf({ reading, isDue, holders }: Found, nowMs: number): string {
  const due = `login is due for renewal${holdersWords(holders)}`;
  if (isDue) return due;
  switch (reading.kind) {
    case "limits":
      return exhaustedWords(reading, nowMs) ?? "ok";
    case "due":
      return due;
    case "unlimited":
    case "failed":
      return reading.reason;
  }
}

/** The cells of `status --table`; its windows are those that any of the accounts has. */
export function tableOf(all: readonly Found[], nowMs: number): { header: string[]; rows: string[][] } {
  const labels = [...new Set(all.flatMap(({ reading }) => windowsIn(reading).map(labelIn)))];
  const header = ["AUTH", "EMAIL", "PLAN", ...labels.map((label) => label.toUpperCase()), "RESETS", "STATUS"];
  const rows = all.map((found) => {
    const windows = windowsIn(found.reading);
    const cells = labels.map((label) => percent(windows.find((window) => labelIn(window) === label)));
    const soon = resetsIn(windows, nowMs);
    const { name, email, plan } = found;
    return [name, email ?? "-", plan ?? "-", ...cells, soon, noteOf(found, nowMs)].map((cell) =>
      printable(cell)
    );
  });
  return { header, rows };
}

/** The time at which a used-up account comes back; else the first reset of its windows. */
function resetsIn(windows: readonly LimitWindow[], nowMs: number): string {
  const resetsOf = (some: readonly LimitWindow[]) =>
    some.flatMap(({ resetsAt }) => knownResetMs(resetsAt, nowMs) ?? []);
  const full = windows.filter((window) => left(window) <= 0);
  const resets = resetsOf(full.length > 0 ? full : windows);
  if (resets.length === 0) return "-";
  return inWords((full.length > 0 ? Math.max(...resets) : Math.min(...resets)) - nowMs);
}

/** The output of `status --json`. */
export function jsonOf(folder: string, all: readonly Found[], nowMs: number): unknown {
  return {
    schema: "agentlb.pool-status/1",
    teamDir: folder,
    accounts: all.map((found) => ({
      auth: found.file,
      name: found.name,
      email: found.email,
      plan: found.plan,
      result: found.reading.kind,
      reason: noteOf(found, nowMs),
      standing: standingOf(found.reading, nowMs).is,
      comesBackAt: comesBackAt(found.reading, nowMs),
      trouble: found.reading.kind === "failed" ? found.reading.trouble : undefined,
      isDueForRenewal: found.isDue,
      workersWithThisLogin: found.holders,
      source: sourceOf(found.reading),
      limits: found.reading.kind !== "limits"
        ? undefined
        : windowsIn(found.reading).map((window) => shown(window, nowMs)),
      models: found.card &&
        Object.fromEntries(
          [...found.card.models].map(([name, all]) => [name, all.map((window) => shown(window, nowMs))]),
        ),
      codexExitCode: found.last?.exitCode,
    })),
  };
}

function shown(window: LimitWindow, nowMs: number): unknown {
  const resetsMs = knownResetMs(window.resetsAt, nowMs);
  return {
    window: labelIn(window),
    leftPercent: left(window),
    resetsAt: resetsMs && formatTime(resetsMs),
  };
}

/** The time at which a used-up account comes back; undefined when unknown or not used up. */
function comesBackAt(reading: Reading, nowMs: number): string | undefined {
  const standing = standingOf(reading, nowMs);
  return standing.is === "exhausted" && standing.untilMs !== undefined
    ? formatTime(standing.untilMs)
    : undefined;
}

/** The part of the verdict that the windows do not show: the service refuses use. */
function verdictLine(reading: Reading, nowMs: number): string[] {
  const words = exhaustedWords(reading, nowMs);
  const isShown = windowsIn(reading).some((window) => left(window) <= 0);
  return words === undefined || isShown ? [] : [words];
}

function sourceOf(reading: Reading): string | undefined {
  if (reading.kind !== "limits") return undefined;
  return reading.source.by === "codex" ? "codex" : `worker ${reading.source.name}`;
}

function wordsOf(found: Found, nowMs: number): string[] {
  const { reading, last, isDue } = found;
  if (reading.kind === "limits") {
    const { source } = reading;
    const seen = source.by === "codex"
      ? ""
      : `, as worker ${printable(source.name)} saw it ${formatAge(nowMs - source.at)} ago`;
    const lines = windowsIn(reading).map((window) => `${limitLine(window, nowMs)}${seen}`);
    return [...isDue ? [noteOf(found, nowMs)] : [], ...verdictLine(reading, nowMs), ...lines];
  }
  if (reading.kind !== "failed" || last === undefined) return [noteOf(found, nowMs)];
  const tail = trimmed(last.screen.split("\n").slice(-40).join("\n"));
  return [
    probeResultIn(reading.reason)?.kind === "noAnswer" ? NOTHING : noteOf(found, nowMs),
    ...(tail === "" ? [] : [tail]),
  ];
}

/** `5h limit:      0% left (resets in 2h)` */
function limitLine(window: LimitWindow, nowMs: number): string {
  const [label, { resetsAt }] = [labelIn(window), window];
  const name = label === "limit" ? "Limit:" : `${label.charAt(0).toUpperCase()}${label.slice(1)} limit:`;
  const resetsMs = knownResetMs(resetsAt, nowMs);
  const resets = resetsMs === undefined ? "" : ` (resets ${inWords(resetsMs - nowMs)})`;
  return `${name.padEnd(15)}${left(window)}% left${resets}`;
}

function holdersWords(holders: readonly string[]): string {
  if (holders.length === 0) return " (no worker home holds this account)";
  const names = holders.map((name) => printable(name)).join(", ");
  return holders.length === 1
    ? ` (1 worker home holds this account: ${names})`
    : ` (${holders.length} worker homes hold this account: ${names})`;
}

function labelIn({ windowDurationMins }: LimitWindow): string {
  return labelOf(windowDurationMins);
}

function percent(window: LimitWindow | undefined): string {
  return window === undefined ? "-" : `${left(window)}%`;
}

function inWords(ms: number): string {
  return ms <= 0 ? "now" : `in ${formatSpan(ms)}`;
}

/** A screen without the empty lines around and between its text. */
function trimmed(screen: string): string {
  return screen.split("\n").map((line) => line.trimEnd()).join("\n").replace(/\n{3,}/g, "\n\n")
    .replace(/^\n+/, "").trimEnd();
}
