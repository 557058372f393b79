import type { LeftWish, SessionLeft } from "../../../core/pick/left.ts";
import { printable } from "../../../core/text/printable.ts";
import { formatMoment, formatSpan, formatTime } from "../../../core/text/time.ts";
import type { Waited } from "../../../app/pick/await_left.ts";
import { jsonText } from "../../output/json.ts";
import type { GuardOutput, WaitOutput } from "../../output/limits.ts";

const SHOWN = 5;

/** The answer in one line: the session and what it has left, or the reasons why none has enough. */
export function leftLine({ enough, sessions, backMs }: Waited, wish: LeftWish, nowMs: number): string {
  if (enough !== undefined) {
    return `${printable(enough.alias)}: ${
      enough.left === undefined ? "limits not known" : `${enough.left}% left`
    }`;
  }
  const wanted = wish.least === undefined ? "nothing left" : `less than ${wish.least}% left`;
  if (sessions.length === 0) return "no managed sessions found; create one with: agentlb new <alias>";
  const back = backMs === undefined || backMs <= nowMs ? "" : `; ${untilWords(backMs, nowMs)}`;
  return `${wanted} (${reasonsIn(sessions)})${back}`;
}

/** The line of the countdown on a terminal. */
export function countdownLine({ sessions, backMs }: Waited, nowMs: number): string {
  const whom = sessions.length === 1 ? printable(sessions[0]!.alias) : "a session";
  const when = backMs === undefined || backMs <= nowMs ? reasonsIn(sessions) : untilWords(backMs, nowMs);
  return `agentlb: waiting for ${whom}: ${when}`;
}

/** The output of `agentlb wait|guard --json`. */
export function leftJson(
  schema: (WaitOutput | GuardOutput)["schema"],
  { answer, enough, sessions, backMs }: Waited,
  wish: LeftWish,
): string {
  return jsonText<WaitOutput | GuardOutput>({
    schema,
    answer: answer === "never" ? "no" : answer,
    canChange: answer !== "never",
    ...(wish.least === undefined ? {} : { leastPercent: wish.least }),
    ...(enough === undefined ? {} : { alias: enough.alias }),
    ...(enough?.left === undefined ? {} : { leftPercent: enough.left }),
    ...(backMs === undefined ? {} : { backAt: formatTime(backMs) }),
    sessions: sessions.map(({ alias, isEnough, left, reason, backMs: ms }) => ({
      alias,
      isEnough,
      ...(left === undefined ? {} : { leftPercent: left }),
      ...(reason === "" ? {} : { reason }),
      ...(ms === undefined ? {} : { backAt: formatTime(ms) }),
    })),
  });
}

function untilWords(ms: number, nowMs: number): string {
  return `until ${formatMoment(ms, nowMs)}, in ${formatSpan(ms - nowMs)}`;
}

function reasonsIn(sessions: readonly SessionLeft[]): string {
  const shown = sessions.slice(0, SHOWN).map(({ alias, reason }) =>
    `${printable(alias)}: ${printable(reason.replace(/^missing lastRateLimitUpdateAt/, "no reading yet"))}`
  );
  const more = sessions.length > shown.length ? [`${sessions.length - shown.length} more`] : [];
  return [...shown, ...more].join("; ");
}
