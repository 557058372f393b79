import { printable } from "../text/printable.ts";
import { formatAge, formatSpan, formatTime } from "../text/time.ts";
import type { Card } from "./screen/card.ts";
import type { Look } from "./screen/dialogue.ts";
import type { Reading, UsageWindow } from "./usage.ts";

/** What was learnt of one auth file, for people. */
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

/** The block of one auth file in `status`: the card, or why there is none. */
export function blockOf(found: Found, nowMs: number, isRaw: boolean): string {
  const { name, card, last } = found;
  const lines = [`--- ${printable(name)} ---`];
  if (isRaw && last !== undefined) lines.push(trimmed(last.screen) || NOTHING);
  else if (card !== undefined) lines.push(card.text);
  else lines.push(...wordsOf(found, nowMs));
  if (last?.exitCode) lines.push(`[codex_exit=${last.exitCode}]`);
  return `${lines.join("\n")}\n\n`;
}

/** `due, 2 workers hold it`; what a card says is left out. */
export function noteOf({ reading, isDue, holders }: Found): string {
  const due = `login is due for renewal${holdersWords(holders)}`;
  if (isDue) return due;
  switch (reading.kind) {
    case "limits":
      return "ok";
    case "due":
      return due;
    case "unlimited":
    case "failed":
      return reading.reason;
  }
}

/** The cells of `status --table`; the windows are those that any of the accounts has. */
export function tableOf(all: readonly Found[], nowMs: number): { header: string[]; rows: string[][] } {
  const labels = [...new Set(all.flatMap((found) => windowsIn(found).map(({ label }) => label)))];
  const header = ["AUTH", "EMAIL", "PLAN", ...labels.map((label) => label.toUpperCase()), "RESETS", "STATUS"];
  const rows = all.map((found) => {
    const windows = windowsIn(found);
    const cells = labels.map((label) => percent(windows.find((window) => window.label === label)));
    const soon = resetsIn(windows, nowMs);
    const { name, email, plan } = found;
    return [name, email ?? "-", plan ?? "-", ...cells, soon, noteOf(found)].map((cell) => printable(cell));
  });
  return { header, rows };
}

/** When an account comes back that is used up; else when the first of its windows begins anew. */
function resetsIn(windows: readonly UsageWindow[], nowMs: number): string {
  const resetsOf = (some: readonly UsageWindow[]) =>
    some.flatMap(({ resetsAt }) => resetsAt === undefined ? [] : [resetsAt * 1000]);
  const full = windows.filter(({ left }) => left <= 0);
  const resets = resetsOf(full.length > 0 ? full : windows);
  if (resets.length === 0) return "-";
  return inWords((full.length > 0 ? Math.max(...resets) : Math.min(...resets)) - nowMs);
}

/** What `status --json` prints. */
export function jsonOf(folder: string, all: readonly Found[]): unknown {
  return {
    schema: "agentlb.pool-status/1",
    teamDir: folder,
    accounts: all.map((found) => ({
      auth: found.file,
      name: found.name,
      email: found.email,
      plan: found.plan,
      result: found.reading.kind,
      reason: noteOf(found),
      trouble: found.reading.kind === "failed" ? found.reading.trouble : undefined,
      isDueForRenewal: found.isDue,
      workersWithThisLogin: found.holders,
      source: sourceOf(found.reading),
      limits: found.reading.kind !== "limits" ? undefined : found.reading.usage.windows.map(shown),
      models: found.card &&
        Object.fromEntries([...found.card.models].map(([name, all]) => [name, all.map(shown)])),
      codexExitCode: found.last?.exitCode,
    })),
  };
}

function shown({ label, left, resetsAt }: UsageWindow): unknown {
  return { window: label, leftPercent: left, resetsAt: resetsAt && formatTime(resetsAt * 1000) };
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
    const lines = windowsIn(found).map((window) => `${limitLine(window, nowMs)}${seen}`);
    return isDue ? [noteOf(found), ...lines] : lines;
  }
  if (reading.kind !== "failed" || last === undefined) return [noteOf(found)];
  const tail = trimmed(last.screen.split("\n").slice(-40).join("\n"));
  return [reading.reason.startsWith("no answer") ? NOTHING : noteOf(found), ...(tail === "" ? [] : [tail])];
}

/** `5h limit:      0% left (resets in 2h)` */
function limitLine({ label, left, resetsAt }: UsageWindow, nowMs: number): string {
  const name = label === "limit" ? "Limit:" : `${label.charAt(0).toUpperCase()}${label.slice(1)} limit:`;
  const resets = resetsAt === undefined ? "" : ` (resets ${inWords(resetsAt * 1000 - nowMs)})`;
  return `${name.padEnd(15)}${left}% left${resets}`;
}

function holdersWords(holders: readonly string[]): string {
  if (holders.length === 0) return " (no worker home holds this account)";
  const names = holders.map((name) => printable(name)).join(", ");
  return holders.length === 1
    ? ` (1 worker home holds this account: ${names})`
    : ` (${holders.length} worker homes hold this account: ${names})`;
}

function windowsIn({ reading }: Found): readonly UsageWindow[] {
  return reading.kind === "limits" ? reading.usage.windows : [];
}

function percent(window: UsageWindow | undefined): string {
  return window === undefined ? "-" : `${window.left}%`;
}

function inWords(ms: number): string {
  return ms <= 0 ? "now" : `in ${formatSpan(ms)}`;
}

/** A screen without the empty lines around and between what it shows. */
function trimmed(screen: string): string {
  return screen.replace(/[ \t]+$/gm, "").replace(/\n{3,}/g, "\n\n").replace(/^\n+|\s+$/g, "");
}
