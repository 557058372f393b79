import { printable } from "../text/printable.ts";

/** The kind of fault behind a failed reading: each kind has another cure. */
export type Trouble = "network" | "codex" | "login" | "other";

interface Row {
  /** The text in status.json, in REASON and in messages; `%` stands for the number, and details follow a colon. */
  readonly words: string;
  /** The kind of fault; undefined = no fault. */
  readonly trouble: Trouble | undefined;
  /** Only a new login helps. */
  readonly isDeadLogin?: true;
}

/** Every result of trying to read an account's limits. A new one needs a row here, a test and a row in docs/reasons.md. */
export const PROBE_RESULTS = {
  ok: { words: "ok", trouble: undefined },
  apiKey: { words: "API key: no limits", trouble: undefined },
  noLoginNeeded: { words: "no OpenAI login needed: no limits", trouble: undefined },
  loginRequired: { words: "login required", trouble: "login", isDeadLogin: true },
  tokenRefused: { words: "token refused", trouble: "login", isDeadLogin: true },
  notRenewed: { words: "login not renewed", trouble: "other" },
  aboutToRenew: { words: "Codex is about to renew this login", trouble: "other" },
  otherAccount: { words: "answer for another account", trouble: "other" },
  otherHome: { words: "codex uses another home", trouble: "codex" },
  notUnderstood: { words: "answer not understood", trouble: "other" },
  noPolicies: { words: "workspace policies failed to load", trouble: "network" },
  noNetwork: { words: "no network", trouble: "network" },
  serviceAnswers: { words: "usage service answers %", trouble: "network" },
  noAnswer: { words: "no answer in % s", trouble: "network" },
  codexNotFound: { words: "codex not found", trouble: "codex" },
  cannotStart: { words: "cannot start codex", trouble: "codex" },
  printsWithoutEnd: { words: "app-server prints without end", trouble: "codex" },
  ended: { words: "app-server ended without an answer", trouble: "codex" },
} as const satisfies Record<string, Row>;

type ProbeKind = keyof typeof PROBE_RESULTS;
/** Those that carry a number: an HTTP status, or seconds. */
type CountedKind = "serviceAnswers" | "noAnswer";
/** Those that may carry details: one harmless line. */
type DetailedKind = "ended" | "otherHome" | "loginRequired";

/** The reason for a missing reading. */
export type ProbeFault =
  | { readonly kind: Exclude<ProbeKind, CountedKind | DetailedKind | "ok"> }
  | { readonly kind: DetailedKind; readonly detail?: string }
  | { readonly kind: CountedKind; readonly n: number };

/** The result of trying to read an account's limits. */
export type ProbeResult = { readonly kind: "ok" } | ProbeFault;

/** An error object of a JSON-RPC answer. */
export interface RpcFault {
  readonly code: number;
  readonly message: string;
}

/** The result as text. `probeResultIn` reads it back. */
export function probeText(result: ProbeResult): string {
  const { words } = PROBE_RESULTS[result.kind];
  if ("n" in result) return words.replace("%", String(result.n));
  return "detail" in result && result.detail !== undefined ? `${words}: ${result.detail}` : words;
}

/** The same with no more of the details than fits in a column of a table. */
export function shortProbeText(result: ProbeResult): string {
  if (!("detail" in result) || result.detail === undefined) return probeText(result);
  return probeText({ ...result, detail: printable(result.detail, SHORT_DETAIL) });
}

/** The result that a text of `probeText` stands for; undefined for any other text. */
export function probeResultIn(text: string): ProbeResult | undefined {
  return BY_WORDS.get(text) ?? countedIn(text) ?? detailedIn(text);
}

/** The kind of fault of a result; undefined = none. */
export function troubleOf({ kind }: ProbeResult): Trouble | undefined {
  return PROBE_RESULTS[kind].trouble;
}

/** Tells whether only a new login helps. */
export function isDeadLogin({ kind }: ProbeResult): boolean {
  return "isDeadLogin" in PROBE_RESULTS[kind];
}

/** Tells whether the login has no limits to read: turns are limited by what pays for them. */
export function isWithoutLimits({ kind }: ProbeResult): boolean {
  return kind === "apiKey" || kind === "noLoginNeeded";
}

/** Tells whether the text of the last try says that the login is dead. */
export function tellsDeadLogin(text: string): boolean {
  const result = probeResultIn(text);
  return result !== undefined && isDeadLogin(result);
}

/** The result when there was no answer within the time limit. */
export function noAnswerIn(limitMs: number): ProbeFault {
  return { kind: "noAnswer", n: Math.round(limitMs / 1000) };
}

/** Tells whether a request was refused because it had parameters, as old versions of Codex do. */
export function wantsNoParams({ code, message }: RpcFault): boolean {
  return code === -32600 && /\bexpected unit\b/.test(message);
}

/**
 * The fault behind an error answer of `account/rateLimits/read`. Codex answers -32600 when this home can never have a
 * reading and -32603 when it tried and failed; the status of the usage service is only in the text.
 */
export function faultOf({ code, message }: RpcFault): ProbeFault {
  if (code === -32600) {
    if (message.includes("chatgpt authentication required")) return { kind: "apiKey" };
    if (message.includes("authentication required")) return { kind: "loginRequired" };
    return { kind: "notUnderstood" };
  }
  const [, status] = /\bfailed: (\d{3})\b/.exec(message) ?? [];
  if (status === "401") return { kind: "tokenRefused" };
  if (status !== undefined) return { kind: "serviceAnswers", n: Number(status) };
  if (/decode error/i.test(message)) return { kind: "notUnderstood" };
  // Codex asks its service for nothing else before it knows the workspace rules.
  if (/network policy is unavailable|workspace[- ]\w* ?polic/i.test(message)) return { kind: "noPolicies" };
  if (/error sending request|network|dns|timed out/i.test(message)) return { kind: "noNetwork" };
  return { kind: "notUnderstood" };
}

const SHORT_DETAIL = 48;
const COUNTED: readonly CountedKind[] = ["serviceAnswers", "noAnswer"];
const BY_WORDS: ReadonlyMap<string, ProbeResult> = new Map(
  Object.entries(PROBE_RESULTS)
    .filter(([kind]) => !(COUNTED as readonly string[]).includes(kind))
    .map(([kind, { words }]) => [words, { kind } as ProbeResult]),
);

const DETAILED: readonly DetailedKind[] = ["ended", "otherHome", "loginRequired"];

/** Parses a result with details from its text. */
function detailedIn(text: string): ProbeResult | undefined {
  const kind = DETAILED.find((kind) => text.startsWith(`${PROBE_RESULTS[kind].words}: `));
  const detail = kind && text.slice(PROBE_RESULTS[kind].words.length + 2);
  return kind && detail !== "" ? { kind, ...(detail === undefined ? {} : { detail }) } : undefined;
}

/** Parses a result with a number from its text. */
function countedIn(text: string): ProbeResult | undefined {
  const [n] = /\d+/.exec(text) ?? [];
  const kind = COUNTED.find((kind) => n !== undefined && PROBE_RESULTS[kind].words.replace("%", n) === text);
  return kind && { kind, n: Number(n) };
}
