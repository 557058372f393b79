import { probeResultIn } from "../codex/reasons.ts";
import { objectOf, textOf } from "../text/json.ts";
import type { SessionStatus } from "../session/status.ts";
import { parseTime } from "../text/time.ts";
import { type Caller, parseCaller, reachesOtherwise } from "./caller.ts";

/** A kind of fault that another caller's surroundings may cure. */
export type TroubleKind = "codex" | "network";

/** No account can be read, for one reason, since a moment. */
export interface Trouble {
  readonly kind: TroubleKind;
  /** Epoch milliseconds. */
  readonly sinceMs: number;
}

/** The origin of a supervisor. */
export interface Origin {
  /** The working folder of its caller. */
  readonly cwd: string;
  /** The name of the calling program, or empty. */
  readonly program: string;
  /** It replaced a supervisor that could not read. */
  readonly isReplacement: boolean;
}

/** The supervisor's record of itself. */
export interface OwnRecord {
  readonly pid: number;
  /** Epoch milliseconds. */
  readonly startedMs: number;
  readonly version: string;
  readonly origin: Origin;
  /** The surroundings of its caller. `codex` is the one that it runs. */
  readonly has: Caller;
  readonly trouble: Trouble | undefined;
}

/** Time for which a supervisor must have failed before it is replaced. */
const FAILING_MS = 60_000;
/** Minimum lifetime of a replacement. */
const STAYS_MS = 600_000;

/** The text of state/supervisor.json. */
export function renderOwnRecord(record: OwnRecord): string {
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

/** Parses state/supervisor.json; undefined when it makes no sense. */
export function parseOwnRecord(text: string): OwnRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const fields = objectOf(value);
  const pid = fields?.get("pid");
  const startedMs = fields?.get("startedMs");
  if (fields === undefined || !Number.isSafeInteger(pid) || !Number.isSafeInteger(startedMs)) {
    return undefined;
  }
  return {
    pid: pid as number,
    startedMs: startedMs as number,
    version: textOf(fields.get("version")),
    origin: parseOrigin(fields.get("origin")),
    has: parseCaller(fields.get("has")),
    trouble: troubleFrom(fields.get("trouble")),
  };
}

/** Parses an origin from JSON; missing fields are empty. */
export function parseOrigin(value: unknown): Origin {
  const fields = objectOf(value);
  return {
    cwd: textOf(fields?.get("cwd")),
    program: textOf(fields?.get("program")),
    isReplacement: fields?.get("isReplacement") === true,
  };
}

/**
 * The fault that keeps all accounts from being read and that the surroundings may cause: the newest one, unless a
 * reading has succeeded since.
 */
export function troubleIn(sessions: Iterable<SessionStatus>): Trouble | undefined {
  let readMs = -Infinity;
  let triedMs = -Infinity;
  let kind: TroubleKind | undefined;
  for (const { lastProbeResult, lastProbeAt } of sessions) {
    const result = probeResultIn(lastProbeResult)?.kind;
    const atMs = parseTime(lastProbeAt);
    if (result === undefined || atMs === undefined) continue;
    if (result === "ok") readMs = Math.max(readMs, atMs);
    const cause = causeOf(result);
    if (cause === undefined || atMs < triedMs) continue;
    triedMs = atMs;
    kind = cause;
  }
  return kind !== undefined && triedMs > readMs ? { kind, sinceMs: triedMs } : undefined;
}

/** The reason to replace a supervisor by one that this caller starts; undefined = it stays. */
export function replacementReason(
  record: OwnRecord,
  caller: Caller,
  nowMs: number,
): TroubleKind | undefined {
  const { trouble, origin, startedMs, has } = record;
  if (trouble === undefined || nowMs - trouble.sinceMs < FAILING_MS) return undefined;
  if (origin.isReplacement && nowMs - startedMs < STAYS_MS) return undefined;
  const isCured = trouble.kind === "codex"
    ? caller.codex !== "" && caller.codex !== has.codex
    : reachesOtherwise(caller, has);
  return isCured ? trouble.kind : undefined;
}

function causeOf(result: string): TroubleKind | undefined {
  if (result === "codexNotFound" || result === "cannotStart") return "codex";
  return result === "noNetwork" || result === "noAnswer" ? "network" : undefined;
}

function troubleFrom(value: unknown): Trouble | undefined {
  const fields = objectOf(value);
  const kind = fields?.get("kind");
  const sinceMs = fields?.get("sinceMs");
  if ((kind !== "codex" && kind !== "network") || typeof sinceMs !== "number") return undefined;
  return { kind, sinceMs };
}
