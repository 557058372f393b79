import { Failure } from "../../core/text/failure.ts";
import { printable } from "../../core/text/printable.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { JSON_OPTION } from "../declaration/shared_options.ts";

const OPTIONS = {
  json: JSON_OPTION,
  forget: { value: "<thread>", about: "drop the promise of a thread that nothing waits for any more" },
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "waiting",
  usage: "[--json] [--forget <thread>]",
  summary: "list the threads that shall go on after a reset",
  help: [
    "Lists every thread that `agentlb continue` has promised to go on with: until when it waits, since when, and in " +
    'which process. "interrupted" is one whose process has ended, and which goes on only by: agentlb continue ' +
    '<thread>. "uncertain" is one that was just being started then: it may have gone on already.',
  ],
  options: OPTIONS,
  examples: ["agentlb waiting --json"],
  async run(host, { options: { json, forget } }) {
    const layout = openRoot(host);
    const { forgetPromise, promisesIn } = await import("../../app/thread/waiting.ts");
    if (forget !== undefined) {
      const shown = printable(forget);
      // A name of a file: an id has nothing else in it.
      if (!/^[0-9A-Za-z-]+$/.test(forget)) throw new Failure("usage", `${shown} is no id of a thread`);
      const result = await forgetPromise(host, layout, forget);
      if (typeof result === "object") {
        throw new Failure(
          "failed",
          `Cannot forget thread ${shown}: agentlb (pid ${result.heldBy}) waits for it`,
          {
            hint: `end that first, by Ctrl-C or: kill ${result.heldBy}`,
          },
        );
      }
      const { waitingJson } = await import("../view/going_on.ts");
      host.out(
        json
          ? waitingJson(promisesIn(host, layout), { thread: forget, changed: result })
          : result
          ? `forgotten: ${shown}\n`
          : `nothing was promised for: ${shown}\n`,
      );
      return 0;
    }
    const { waitingJson, waitingText } = await import("../view/going_on.ts");
    const promises = promisesIn(host, layout);
    host.out(json ? waitingJson(promises) : await waitingText(promises, host.clock.now()));
    return 0;
  },
};
