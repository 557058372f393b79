import { eventIn } from "../../core/event/event.ts";
import { eventWords } from "../../core/event/words.ts";
import { parseTime } from "../../core/text/time.ts";
import { pathsOf } from "../../app/session/sessions.ts";
import type { Host } from "../../io/host.ts";
import type { CommandWith } from "../declaration/command.ts";
import { timeoutIn } from "../declaration/span.ts";
import type { EventOutput } from "../output/event.ts";
import { escaped } from "../../core/text/json.ts";

const OPTIONS = {
  follow: { about: "wait for more" },
  since: { value: "<span>", about: "only those of the last 10m, 2h; 0s: only new ones" },
  json: { about: "print lines of JSON on a terminal, too" },
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "events",
  usage: "[--follow] [--since <span>] [--json]",
  summary: "print what happened: limits, logins, crash loops, rotations",
  help: [
    "Prints what happened, the oldest first: on a terminal a line for people, elsewhere and with --json one JSON object " +
    'a line ("agentlb.event/1"). With --follow it waits for more.',
    "limit-near: a window has less left than notify.near_percent. exhausted: a session has nothing left. reset: it has " +
    "something left again. login-dead: only a new login helps. crash-loop: its app-server keeps crashing. rotated: " +
    "watch-team moved a team on. went-on: a thread went on after a limit. The first five are noticed by the supervisor, " +
    "each once. The last one or two megabytes are kept.",
  ],
  options: OPTIONS,
  examples: [
    "agentlb events --since 2h",
    "agentlb events --follow --since 0s | while read -r event; do …; done",
  ],
  async run(host, { options: { follow, since, json } }) {
    const sinceMs = since === undefined ? -Infinity : host.clock.now() - timeoutIn(since, "--since");
    const layout = pathsOf(host);
    const isForPeople = host.isTerminal.output && !json;
    const take = (lines: readonly string[]) => show(host, lines, sinceMs, isForPeople);
    if (follow) {
      const { followEvents } = await import("../../app/event/follow.ts");
      return await followEvents(host, layout, take);
    }
    const { keptEvents } = await import("../../app/event/log.ts");
    take(keptEvents(layout));
    return 0;
  },
};

/** Prints events; false when nobody reads them any more. */
function show(host: Host, lines: readonly string[], sinceMs: number, isForPeople: boolean): boolean {
  const nowMs = host.clock.now();
  const shown = lines.flatMap((line) => {
    const event: EventOutput | undefined = eventIn(line);
    if (event === undefined || (parseTime(event.at) ?? 0) < sinceMs) return [];
    return `${isForPeople ? eventWords(event, nowMs) : escaped(line)}\n`;
  });
  if (shown.length > 0) host.out(shown.join(""));
  return host.hasReader();
}
