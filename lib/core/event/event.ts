import { definedFields, recordOf, wellFormed } from "../text/json.ts";
import { formatTimeMs, parseTime } from "../text/time.ts";
import type { EventKind } from "./kinds.ts";

const SCHEMA = "agentlb.event/1";

/** What happened, without its time. Fields that say nothing of a kind are absent. */
export interface Happening {
  readonly kind: EventKind;
  /** The session. */
  readonly alias?: string;
  /** The account of the session: a hash of user and workspace. */
  readonly account?: string;
  /** In words: why it is exhausted, why its login is dead. */
  readonly reason?: string;
  /** `limit-near`: the window, the percent that it has left, and its reset, RFC 3339. */
  readonly window?: "short" | "long";
  readonly leftPercent?: number;
  readonly resetsAt?: string;
  /** `exhausted`: the time when it comes back, RFC 3339. */
  readonly comesBackAt?: string;
  /** `exhausted`: credits can pay for more at once. */
  readonly onCredits?: true;
  /** `crash-loop`: the next start of its app-server, RFC 3339. */
  readonly nextTryAt?: string;
  /** `rotated`: the team folder, and the names of both auth files. */
  readonly team?: string;
  readonly from?: string;
  readonly to?: string;
  /** `went-on`: the id of the thread. */
  readonly thread?: string;
}

/** What happened, and when, RFC 3339 with milliseconds. */
export interface NotedEvent extends Happening {
  readonly at: string;
}

/** An event as one line of JSON. */
export function eventLine(happening: Happening, nowMs: number): string {
  const { kind, alias, account, ...rest } = happening;
  const fields = { schema: SCHEMA, at: formatTimeMs(nowMs), kind, alias, account, ...rest };
  return `${JSON.stringify(definedFields(fields), (_, value) => plain(value))}\n`;
}

/** The event in a line; undefined for any other line. An unknown kind is of a newer version. */
export function eventIn(line: string): NotedEvent & { readonly schema: typeof SCHEMA } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined; // a write that was cut off
  }
  const fields = recordOf(value);
  if (fields?.schema !== SCHEMA || parseTime(fields.at) === undefined || typeof fields.kind !== "string") {
    return undefined;
  }
  const isOurs = TEXTS.every((name) => ["string", "undefined"].includes(typeof fields[name])) &&
    ["short", "long", undefined].includes(fields.window as string | undefined) &&
    ["number", "undefined"].includes(typeof fields.leftPercent);
  return isOurs ? fields as unknown as NotedEvent & { readonly schema: typeof SCHEMA } : undefined;
}

const TEXTS = [
  "alias",
  "account",
  "reason",
  "resetsAt",
  "comesBackAt",
  "nextTryAt",
  "team",
  "from",
  "to",
  "thread",
];

/** Events name no emails, though an auth file may be called like one. */
export function withoutEmail(name: string): string {
  return name.replace(/[^\s/\\@]+@[^\s/\\@]+/g, "(email)");
}

function plain(value: unknown): unknown {
  return typeof value === "string" ? wellFormed(value) : value;
}
