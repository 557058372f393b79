import { EXIT } from "../../../core/text/failure.ts";
import { printable } from "../../../core/text/printable.ts";
import { formatMoment, formatSpan, formatTime } from "../../../core/text/time.ts";
import type { Doubt } from "../../../core/thread/continuation.ts";
import type { End } from "../../../app/codex/run.ts";
import { drawTable } from "../../../app/pick/report.ts";
import type { Outcome } from "../../../app/thread/going_on/go_on.ts";
import type { ContinuedThread } from "../../../app/thread/continue.ts";
import type { ListedPromise } from "../../../app/thread/waiting.ts";
import { jsonLine, jsonText } from "../../output/json.ts";
import type { ContinueOutput, WaitingOutput } from "../../output/threads.ts";

/** A thread in messages: `thread 01a2… of "work" (Fix the parser)`. */
export function threadWords({ id, alias, firstWords }: ContinuedThread): string {
  const where = alias === undefined ? "of your own Codex" : `of "${printable(alias)}"`;
  const words = firstWords === "" ? "" : ` (${printable(firstWords, 40)})`;
  return `thread ${printable(id)} ${where}${words}`;
}

const DOUBTS: Readonly<Record<Doubt, string>> = {
  killed: "its last turn was cut off: what it was running may have happened",
  uncertain: "it was being started when agentlb was ended: it may have gone on already",
  "no marker": "its Codex is too old to tell whether a used-up limit ended it",
  interrupted: "its last turn was not ended by a used-up limit",
};

/** The question where something can't be known. */
export function doubtQuestion(thread: ContinuedThread, doubt: Doubt): string {
  return `agentlb: ${threadWords(thread)}: ${DOUBTS[doubt]}.\nGo on with it? [y/N] `;
}

/** The end of the command: its message, the hint, and its exit code. */
export interface OutcomeView {
  readonly message: string | undefined;
  readonly hint?: string;
  readonly end: End;
}

/**
 * What is said of a result, and the exit code: that of Codex unless there is something else to say. `again` is the
 * command that goes on with the thread.
 */
export function outcomeView(
  thread: ContinuedThread,
  { obstacle, end }: Outcome,
  again: string,
  nowMs: number,
): OutcomeView {
  const name = threadWords(thread);
  const failed = (message: string, hint?: string): OutcomeView => ({
    message,
    end: EXIT.failed,
    ...(hint === undefined ? {} : { hint }),
  });
  switch (obstacle?.why) {
    case undefined:
      return { message: undefined, end: end ?? 0 };
    case "off":
      return failed(
        "Going on with threads is switched off",
        "by AGENTLB_NO_CONTINUE=1, or by continue = false under [runner] in config.toml",
      );
    case "open":
      return failed(`Cannot go on with ${name}: a Codex has it open`, "go on there, or end it first");
    case "promised":
      return failed(
        `Cannot go on with ${name}: agentlb (pid ${obstacle.pid}) waits for it already`,
        "see: agentlb waiting",
      );
    case "done":
      return { message: `nothing to go on with: ${name} has ended its last turn`, end: 0 };
    case "money":
      return failed(
        `Cannot go on with ${name}: no plan pays for its turns, and what costs money is not gone on with unattended`,
        `without --wait, at a terminal or with --yes: ${again}`,
      );
    case "used up":
      return {
        message: `nothing is left for ${name}: ${untilWords(obstacle.untilMs, nowMs)}`,
        hint: `go on by itself with: ${again} --wait`,
        end: end ?? EXIT.nothingToPick,
      };
    case "too long":
      return {
        message: `does not wait for ${name}: ${untilWords(obstacle.untilMs, nowMs)}, ` +
          "and runner.unattended_hours ends the wait before",
        hint: `go on later with: ${again}`,
        end: EXIT.nothingToPick,
      };
    case "timed out":
      return {
        message: `nothing was left for ${name} in the given time: ${untilWords(obstacle.untilMs, nowMs)}`,
        end: EXIT.timedOut,
      };
    case "no progress":
      return failed(
        `Cannot go on with ${name}: ${obstacle.tries} tries in a row got nothing done`,
        `look at its session with agentlb status, then try again with: ${again}`,
      );
    case "asked":
      return obstacle.answer === undefined
        ? failed(`Cannot go on with ${name}: ${DOUBTS[obstacle.doubt]}`, `if it shall go on: ${again} --yes`)
        : { message: "not gone on with", end: EXIT.failed };
  }
}

/** `it resets 14:35, in 2h 10m` */
function untilWords(untilMs: number | undefined, nowMs: number): string {
  if (untilMs === undefined) return "its reset time is unknown";
  return `it resets ${formatMoment(untilMs, nowMs)}, in ${formatSpan(untilMs - nowMs)}`;
}

/** The output of `agentlb continue --json`: one line. */
export function outcomeJson(thread: ContinuedThread, outcome: Outcome, nowMs: number): string {
  const { obstacle, end } = outcome;
  const untilMs = obstacle !== undefined && "untilMs" in obstacle ? obstacle.untilMs : undefined;
  return jsonLine<ContinueOutput>({
    schema: "agentlb.continue/1",
    thread: thread.id,
    alias: thread.alias,
    home: thread.home,
    result: obstacle?.why ?? "went on",
    doubt: obstacle?.why === "asked" ? obstacle.doubt : undefined,
    comesBackAt: untilMs === undefined ? undefined : formatTime(untilMs),
    codexEnd: end,
    exitCode: outcomeView(thread, outcome, "", nowMs).end,
  });
}

const HEADER = ["THREAD", "SESSION", "STATE", "SINCE", "UNTIL", "PID", "BEGAN WITH"];

/** The table of `agentlb waiting`; a line when nothing is promised. */
export async function waitingText(promises: readonly ListedPromise[], nowMs: number): Promise<string> {
  if (promises.length === 0) return "nothing is waited for\n";
  const rows = promises.map(({ promise, state }) => [
    printable(promise.thread),
    printable(promise.alias ?? "~/.codex"),
    state,
    formatMoment(promise.since, nowMs),
    promise.untilMs === undefined ? "-" : formatMoment(promise.untilMs, nowMs),
    state === "waiting" || state === "running" ? String(promise.by.pid) : "-",
    printable(promise.firstWords, 40),
  ]);
  return await drawTable(HEADER, rows);
}

/** The output of `agentlb waiting --json`. */
export function waitingJson(
  promises: readonly ListedPromise[],
  forgotten?: WaitingOutput["forgotten"],
): string {
  return jsonText<WaitingOutput>({
    schema: "agentlb.waiting/1",
    promises: promises.map(({ promise, state }) => ({
      thread: promise.thread,
      alias: promise.alias,
      home: promise.home,
      cwd: promise.cwd,
      firstWords: promise.firstWords,
      state,
      since: formatTime(promise.since),
      until: promise.untilMs === undefined ? undefined : formatTime(promise.untilMs),
      pid: promise.by.pid,
      tries: promise.tries,
    })),
    forgotten,
  });
}
