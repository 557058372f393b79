import type { ProcessIdentity } from "../system/identity.ts";
import { definedFields, objectOf, renderObject, textOf } from "../text/json.ts";
import { formatTimeMs, parseTime } from "../text/time.ts";

/**
 * The steps of a promised continuation. It is "waiting" until something is left, then "starting" from just before Codex
 * is started to its end:
 *
 *     waiting ──> starting ──> (removed) | waiting
 */
export type PromiseStep = "waiting" | "starting";

/** A promise to go on with a thread, kept in a file of its own. Times are epoch milliseconds. */
export interface Promised {
  readonly thread: string;
  /** The session it lives in; undefined = the user's own home. */
  readonly alias: string | undefined;
  readonly home: string;
  readonly cwd: string;
  readonly firstWords: string;
  /** The process that keeps it. */
  readonly by: ProcessIdentity;
  /** The start of the wait. */
  readonly since: number;
  /** The end of the turn that is gone on from; 0 = the thread has no turn. */
  readonly boundary: number;
  readonly step: PromiseStep;
  /** The expected end of the wait; undefined = unknown, or nothing is waited for. */
  readonly untilMs: number | undefined;
  /** True once the limit was seen used up after the boundary; then its end is a reset. */
  readonly isSeenUsedUp: boolean;
  /** The starts without progress so far, with the one under way. */
  readonly tries: number;
}

/** What a promise says of its process: still at it, ended early, or killed around a start that nothing confirms. */
export type PromiseState = "waiting" | "running" | "interrupted" | "uncertain";

const SCHEMA = "agentlb.promise/1";

/** The text of a promise's file. */
export function renderPromise(promise: Promised): string {
  const { alias, by, since, boundary, untilMs, ...rest } = promise;
  return `${
    renderObject([
      ["schema", SCHEMA],
      ...Object.entries({
        ...rest,
        ...definedFields({ alias }),
        by: { pid: by.pid, startTime: by.startTime, bootId: by.bootId },
        since: formatTimeMs(since),
        boundary: formatTimeMs(boundary),
        ...definedFields({ untilMs: untilMs === undefined ? undefined : formatTimeMs(untilMs) }),
      }),
    ])
  }\n`;
}

/** Reads a promise. Throws Error when there is none that makes sense. */
export function parsePromise(text: string): Promised {
  const record = objectOf(JSON.parse(text));
  const by = objectOf(record?.get("by"));
  const [pid, tries] = [by?.get("pid"), record?.get("tries")];
  const [since, boundary] = ["since", "boundary"].map((key) => parseTime(record?.get(key)));
  const words = (key: string) => textOf(record?.get(key));
  const step = words("step");
  const isWhole = record?.get("schema") === SCHEMA && words("thread") !== "" && words("home") !== "" &&
    Number.isSafeInteger(pid) && Number.isSafeInteger(tries) && since !== undefined &&
    boundary !== undefined && (step === "waiting" || step === "starting");
  if (!isWhole) throw new Error("not a promise to go on");
  return {
    thread: words("thread"),
    alias: words("alias") || undefined,
    home: words("home"),
    cwd: words("cwd"),
    firstWords: words("firstWords"),
    by: { pid: pid as number, startTime: textOf(by?.get("startTime")), bootId: textOf(by?.get("bootId")) },
    since,
    boundary,
    step,
    untilMs: parseTime(record?.get("untilMs")),
    isSeenUsedUp: record?.get("isSeenUsedUp") === true,
    tries: tries as number,
  };
}

/**
 * The state of a promise: `isHeld` = its process lives; `lastTurnAt` = the last turn event of its thread, undefined when
 * that is unknown. A start that no turn event follows may have been prevented, or may not have got so far yet.
 */
export function stateOf(
  { step, boundary, untilMs }: Promised,
  isHeld: boolean,
  lastTurnAt: number | undefined,
): PromiseState {
  if (isHeld) return step === "waiting" || untilMs !== undefined ? "waiting" : "running";
  const isUnconfirmed = lastTurnAt === undefined || lastTurnAt <= boundary;
  return step === "starting" && isUnconfirmed ? "uncertain" : "interrupted";
}
