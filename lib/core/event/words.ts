import { typed } from "../shell/quote.ts";
import { printable } from "../text/printable.ts";
import { formatMoment, parseTime } from "../text/time.ts";
import type { NotedEvent } from "./event.ts";

/** An event as a line for people, in local time: `14:35 work: exhausted, resets in 2h`. */
export function eventWords(event: NotedEvent, nowMs: number): string {
  const at = parseTime(event.at) ?? nowMs;
  return `${formatMoment(at, nowMs)} ${headOf(event)}: ${bodyOf(event, nowMs)}`;
}

/** The title and the text of a desktop notice. */
export function noticeOf(
  event: NotedEvent,
  nowMs: number,
): { readonly title: string; readonly text: string } {
  return { title: `agentlb: ${headOf(event)}`, text: bodyOf(event, nowMs) };
}

/** What it is about: a session, or the team that was rotated. */
function headOf({ alias, team }: NotedEvent): string {
  return printable(alias ?? team ?? "agentlb", 200);
}

function bodyOf(event: NotedEvent, nowMs: number): string {
  const { kind, reason, window, leftPercent, resetsAt, comesBackAt, nextTryAt, from, to, thread } = event;
  const until = (words: string, time: string | undefined) => {
    const ms = parseTime(time);
    return ms === undefined ? "" : `, ${words} ${formatMoment(ms, nowMs)}`;
  };
  switch (kind) {
    case "limit-near":
      return `${leftPercent}% left of the ${window} window${until("resets", resetsAt)}`;
    case "exhausted":
      // The span of the reason is that of its moment.
      return `${printable(reason?.replace(/, (resets in|until) .*$/, "") ?? "exhausted")}${
        until("comes back", comesBackAt)
      }`;
    case "reset":
      return "has something left again";
    case "login-dead":
      return `login is dead: ${printable(reason ?? "")}; log in again with: agentlb login ${
        typed(event.alias ?? "")
      }`;
    case "crash-loop":
      return `its app-server keeps crashing${until("next start", nextTryAt)}`;
    case "rotated":
      return `rotated: ${printable(from ?? "?")} -> ${printable(to ?? "?")}`;
    case "went-on":
      return `went on with thread ${printable(thread ?? "?")}`;
    default:
      return printable(String(kind)); // of a newer version
  }
}
