import { typed } from "../../../core/shell/quote.ts";
import { printable } from "../../../core/text/printable.ts";
import { formatMoment, formatSpan } from "../../../core/text/time.ts";
import type { Told } from "../../../app/thread/told.ts";
import { windowName } from "../lines.ts";

/** The line after a run that a used-up limit ended: whose limit, until when, and unless that is off what goes on. */
export function toldLine(
  { alias, email, limit, threads, isLast }: Told,
  nowMs: number,
  isOff: boolean,
): string {
  const whose = email === undefined ? printable(alias) : `${printable(alias)} (${printable(email)})`;
  const { name, windowMins, untilMs } = limit;
  const window = windowMins === undefined ? "" : windowName(windowMins * 60_000);
  const which = [printable(name), window, "limit"].filter((word) => word !== "").join(" ");
  const until = untilMs === undefined
    ? "reset time unknown"
    : `resets ${formatMoment(untilMs, nowMs)}, in ${formatSpan(untilMs - nowMs)}`;
  const said = `the ${which} of ${whose} is used up: ${until}`;
  if (isOff) return said;
  const commands = isLast
    ? ["agentlb continue --last"]
    : threads.map(({ id }) => `agentlb continue ${typed(id)}`);
  const wait = commands.length === 1
    ? `to wait for it: ${commands[0]} --wait`
    : "to wait for one, add --wait";
  return `${said}; ${untilMs === undefined ? "to go on" : "then"}: ${commands.join(" and ")}; ${wait}`;
}
