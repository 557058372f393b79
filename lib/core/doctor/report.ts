import { probeResultIn, probeText } from "../codex/reasons.ts";
import type { Setting } from "../config/listing.ts";
import type { SessionStatus, Status } from "../session/status.ts";
import type { LimitWindow } from "../quota/limits.ts";
import { objectOf } from "../text/json.ts";
import { type Names, redactor } from "./redact.ts";
import type { Finding } from "./finding.ts";

/** What a report for others is made of. */
export interface ReportFacts {
  readonly names: Names;
  /** Versions of programs and of the system, by their names. */
  readonly versions: readonly (readonly [name: string, version: string])[];
  readonly settings: readonly Setting[];
  /** Settings that take one of a few words, which may be shown. */
  readonly fixedWords: ReadonlySet<string>;
  readonly findings: readonly Finding[];
  readonly status: Status;
  /** The last lines of the log. */
  readonly log: readonly string[];
}

/** The text of a report for others: all that helps to find a fault, and nothing that names people or opens accounts. */
export function reportText(facts: ReportFacts): string {
  const redact = redactor(facts.names);
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ["versions", facts.versions.map(([name, version]) => `${name}: ${redact(version)}`)],
    ["findings", facts.findings.map((finding) => findingLine(finding, redact))],
    ["settings", facts.settings.flatMap((setting) => settingLine(setting, facts.fixedWords, redact))],
    ["status", statusLines(facts.status, redact)],
    ["log", facts.log.flatMap((line) => logLine(line, redact))],
  ];
  return parts.map(([title, lines]) => `== ${title}\n${(lines.length > 0 ? lines : ["none"]).join("\n")}\n`)
    .join("\n");
}

/** Their words are the user's own, or those of the service. */
const PRIVATE = /^(?:pool-|config-|login-(?:unneeded|dead)$)/;

function findingLine({ check, severity, what }: Finding, redact: (text: string) => string): string {
  const [, line] = /\bline (\d+)/.exec(what) ?? [];
  const words = PRIVATE.test(check)
    ? (line === undefined ? "" : `line ${line}`)
    : withoutQuotes(redact(what));
  return `${severity} ${check}${words === "" ? "" : `: ${words}`}`;
}

function settingLine(
  { key, value, origin }: Setting,
  fixedWords: ReadonlySet<string>,
  redact: (text: string) => string,
): string[] {
  if (origin.from === "default") return [];
  const shownKey = key.startsWith("bind.") ? "bind.(folder)" : redact(key);
  if (typeof value === "number" || typeof value === "boolean") return [`${shownKey} = ${value}`];
  if (typeof value === "string") {
    return [`${shownKey} = ${fixedWords.has(value) ? value : "(a text)"}`];
  }
  return [`${shownKey} = (a list of ${value.length})`];
}

function statusLines({ version, updatedAt, sessions }: Status, redact: (text: string) => string): string[] {
  if (updatedAt === "") return [];
  return [
    `version ${version}, written ${redact(updatedAt)}`,
    ...[...sessions].map(([alias, session]) => `${redact(alias)}: ${sessionWords(session, redact)}`),
  ];
}

function sessionWords(session: SessionStatus, redact: (text: string) => string): string {
  const { health, appServer, rateLimits, activity, lastRateLimitUpdateAt, lastProbeAt } = session;
  const facts: readonly (readonly [string, string])[] = [
    ["health", health],
    ["child", `${appServer.state}, ${appServer.restartCount} restarts`],
    ["windows", [rateLimits.primary, rateLimits.secondary].map(windowWords).join(" and ")],
    ["turns", String(activity.activeTurns)],
    ["read", lastRateLimitUpdateAt],
    ["tried", lastProbeAt],
    ["result", probeWords(session.lastProbeResult) ?? "another"],
    ["codex", session.codexVersion ?? ""],
    ["refused until", session.exhaustedUntil ?? ""],
    ["next try", session.nextTryAt ?? ""],
  ];
  return facts.filter(([, value]) => value !== "").map(([name, value]) => `${name} ${redact(value)}`).join(
    "; ",
  );
}

/** The result of a try to read limits, without the details that a program told; undefined for any other text. */
function probeWords(text: string): string | undefined {
  if (text === "") return "";
  const result = probeResultIn(text);
  return result && ("detail" in result ? probeText({ kind: result.kind }) : probeText(result));
}

function windowWords(window: LimitWindow | null): string {
  return window === null ? "none" : `${window.usedPercent}% of ${window.windowDurationMins ?? "?"} min`;
}

/** The keys of a line whose text may be shown; of others only numbers are. */
const SHOWN = ["t", "what", "why", "version", "kind", "state", "codex", "as"];

/** The notes whose reason is told by the settings, or by a program of the user. */
const PRIVATE_NOTES = /config\.toml|^notice/;

/** A line of the log; one that is no object of ours is left out. */
function logLine(line: string, redact: (text: string) => string): string[] {
  let fields: ReadonlyMap<string, unknown> | undefined;
  try {
    fields = objectOf(JSON.parse(line));
  } catch {
    return [];
  }
  if (fields === undefined) return [];
  return [
    [...fields].map(([key, value]) => {
      if (typeof value === "number" || typeof value === "boolean") return `${redact(key)}=${value}`;
      if (typeof value !== "string") return `${redact(key)}=(cut)`;
      // An alias that is no session any more can't be told from another word, so its number is not known.
      if (!SHOWN.includes(key)) return `${redact(key)}=(cut)`;
      if (key === "why" && PRIVATE_NOTES.test(String(fields.get("what")))) return `${key}=(cut)`;
      if (key === "why" && probeWords(value) !== undefined) return `${key}=${probeWords(value)}`;
      return key === "t" ? value.replace(/[^\dTZ:.-]/g, "") : `${key}=${withoutQuotes(redact(value))}`;
    }).join(" "),
  ];
}

/** What stands in quotes is somebody's own word. */
function withoutQuotes(text: string): string {
  return text.replace(/"[^"]*"/g, '"…"').replace(/[\r\n\t]+/g, " ");
}
