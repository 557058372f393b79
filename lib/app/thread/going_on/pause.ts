import { basename, dirname } from "node:path";
import type { Layout } from "../../../core/system/layout.ts";
import { formatMoment, formatSpan } from "../../../core/text/time.ts";
import { type Changes, changesIn } from "../../../io/files/changes.ts";
import type { Host } from "../../../io/host.ts";

/** A wall clock may jump, and the machine may sleep: the time is compared again this often. */
const LOOK_MS = 30_000;
const SECOND_MS = 1000;

/** Pauses until a time, told to the user: by a countdown on a terminal, by one line elsewhere. */
export interface Pause {
  /** Resolves at `lookMs` at the latest, earlier when status.json changed or half a minute has passed. */
  until(lookMs: number, endMs: number | undefined): Promise<void>;
  /** Clears the countdown. */
  clear(): void;
  /** Ends the watch of status.json. */
  close(): void;
}

/** Makes pauses before a thread goes on; `name` is its name in messages, `again` the command for it. */
export function pauseIn(
  { clock, isTerminal, err }: Pick<Host, "clock" | "isTerminal" | "err">,
  layout: Pick<Layout, "status">,
  { name, again }: { readonly name: string; readonly again: string },
): Pause {
  let told: string | undefined;
  let isShown = false;
  let changes: Changes | undefined;
  const clear = () => {
    if (isShown) err("\r\x1b[K");
    isShown = false;
  };
  const show = (endMs: number | undefined) => {
    const now = clock.now();
    const when = endMs === undefined ? "when something is left again" : `at ${formatMoment(endMs, now)}`;
    if (told !== when) {
      clear();
      err(
        `agentlb: waiting: ${name} goes on ${when}; to leave it for later: Ctrl-C, then ${again}\n`,
      );
    }
    told = when;
    if (!isTerminal.error || endMs === undefined) return;
    err(`\r\x1b[Kagentlb: ${formatSpan(endMs - now)} left`);
    isShown = true;
  };
  return {
    clear,
    close: () => changes?.end(),
    async until(lookMs, endMs) {
      show(endMs);
      changes ??= changesIn([dirname(layout.status)], [basename(layout.status)]);
      const untilMono = clock.monotonic() + LOOK_MS;
      // A change since the last pause ends this one at once.
      while (!changes.signal().aborted && clock.now() < lookMs && clock.monotonic() < untilMono) {
        const step = isTerminal.error ? SECOND_MS : LOOK_MS;
        await clock.sleep(Math.min(step, lookMs - clock.now()), changes.signal());
        if (isTerminal.error) show(endMs);
      }
      changes.forget();
    },
  };
}
