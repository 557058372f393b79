import { loadConfig } from "../../app/config/load.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { runSession } from "./run_session.ts";
import { pickRequestIn, START_EXCLUSIVE, START_OPTIONS, UNBOUND } from "../declaration/shared_options.ts";

const OPTIONS = { ...START_OPTIONS, unbound: UNBOUND } as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "rr",
  usage: "[options] [-- <args>...]",
  summary: "run the next session in turn",
  help: ["Runs the sessions in turn, in the order of their aliases; paused ones are left out."],
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
      "turn",
      call,
      pickRequestIn(call.options),
    );
  },
};
