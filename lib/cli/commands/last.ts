import { loadConfig } from "../../app/config/load.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { runSession } from "./run_session.ts";
import { pickRequestIn, START_EXCLUSIVE, START_OPTIONS, UNBOUND } from "../declaration/shared_options.ts";

const OPTIONS = { ...START_OPTIONS, unbound: UNBOUND } as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "last",
  usage: "[options] [-- <args>...]",
  summary: "run the session that was run last",
  help: ["Runs the session that was run last once more."],
  options: OPTIONS,
  exclusive: START_EXCLUSIVE,
  examples: [],
  runsSession: true,
  async run(host, call) {
    const layout = openRoot(host);
    return await runSession(
      host,
      layout,
      await loadConfig(host, layout),
      "last",
      call,
      pickRequestIn(call.options),
    );
  },
};
