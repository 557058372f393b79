import { formatSpan, formatTime } from "../text/time.ts";
import { type Finding, finding } from "./finding.ts";

/** Times that were written here, or by the service, and the time now; all in epoch milliseconds. */
export interface ClockFacts {
  readonly nowMs: number;
  /** The file or the session that says so, and the time. */
  readonly times: readonly {
    readonly of: string;
    /** The service issued it, so that the clock here is behind; else it was written by this clock. */
    readonly isIssued: boolean;
    readonly ms: number;
  }[];
}

/** The tolerated difference between two clocks. */
const TOLERANCE_MS = 60_000;

/** The finding about the clock: a time in the future shows that it is wrong, or was. */
export function clockFindings({ nowMs, times }: ClockFacts): Finding[] {
  return times.filter(({ ms }) => ms - nowMs > TOLERANCE_MS).map(({ of, isIssued, ms }) => {
    const when = `${formatSpan(ms - nowMs)} in the future (${formatTime(ms)})`;
    return finding(
      "clock-wrong",
      isIssued ? `${of}: its login was issued ${when}` : `${of} was written ${when}`,
    );
  });
}
