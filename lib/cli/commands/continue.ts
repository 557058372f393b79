import { Failure } from "../../core/text/failure.ts";
import { loadConfig } from "../../app/config/load.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { UNBOUND } from "../declaration/shared_options.ts";
import { timeoutIn } from "../declaration/span.ts";

const OPTIONS = {
  last: { about: "the last thread of this folder; so it is without a thread, too" },
  wait: { about: "wait until something is left, then go on; and so after each reset" },
  timeout: { value: "<span>", about: "exit with 6 after so long without anything left: 90s, 10m, 1h30m" },
  yes: { about: "go on also where it can't be known whether the last turn has ended" },
  unbound: UNBOUND,
  json: { about: "print an object about the result after Codex has ended" },
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "continue",
  usage: "[<thread>] [--last] [--wait] [--timeout <span>] [--yes] [--unbound] [--json]",
  summary: "go on with a thread that a used-up limit ended, in its own session",
  help: [
    "Goes on with a thread in the session that it lives in, by its id, the beginning of that, or its name: at once if " +
    "something is left there, else it says until when and exits with 4. With --wait it waits for the reset, goes on " +
    "once, and again after each later reset, until the work is done or three tries in a row got nothing done. A thread " +
    'of `codex exec` goes on by "continue", never by its prompt once more; one of a terminal is opened in this one.',
    "By itself it goes on only where a used-up limit has ended the last turn. Where Codex was killed in a turn, or is " +
    "too old to tell, it asks; without a terminal it exits with 1, and --yes is the answer. Waits end after " +
    "runner.unattended_hours. After Ctrl-C, or when it is killed, nothing goes on until you run it again; what was " +
    "waited for is listed by: agentlb waiting",
  ],
  options: OPTIONS,
  examples: ["agentlb continue --last --wait"],
  takes: { what: "thread" },
  async run(host, { words: [word], options }) {
    const layout = openRoot(host);
    const timeoutMs = options.timeout === undefined ? undefined : timeoutIn(options.timeout);
    if (word !== undefined && options.last) throw usage("--last and a thread can't both be given");
    const [config, { threadToContinue }, { goOnAndTell }] = await Promise.all([
      loadConfig(host, layout),
      import("../../app/thread/continued.ts"),
      import("./go_on.ts"),
    ]);
    const thread = await threadToContinue(host, layout, config, word, options.unbound ?? false);
    return await goOnAndTell(host, layout, config, thread, {
      waits: options.wait ?? false,
      word: word ?? "--last",
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      isConfirmed: options.yes ?? false,
      isJson: options.json ?? false,
    });
  },
};

function usage(message: string): Failure {
  return new Failure("usage", message);
}
