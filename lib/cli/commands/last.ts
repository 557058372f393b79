import { loadConfig } from "../../app/config/load.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { runSession } from "./run_session.ts";
import { START_EXCLUSIVE, START_OPTIONS } from "../declaration/shared_options.ts";

export const command: CommandWith<typeof START_OPTIONS> = {
  name: "last",
  usage: "[options] [-- <args>...]",
  summary: "run the session that was run last",
  help: ["Runs the session that was run last once more."],
  options: START_OPTIONS,
  exclusive: START_EXCLUSIVE,
  examples: [],
  runsSession: true,
  async run(host, call) {
    const layout = openRoot(host);
    return await runSession(host, layout, await loadConfig(host, layout), "last", call);
  },
};
