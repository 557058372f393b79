import { loadConfig } from "../../app/config/load.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { runSession } from "./run_session.ts";
import {
  EVERYWHERE,
  PICK_OPTIONS,
  pickRequestIn,
  START_EXCLUSIVE,
  START_OPTIONS,
} from "../declaration/shared_options.ts";

const OPTIONS = { ...PICK_OPTIONS, ...START_OPTIONS, version: EVERYWHERE.version } as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "",
  usage: "[options] [-- <args>...]",
  help: [
    "Run Codex with one CODEX_HOME per session and usage-aware session selection.",
    "Without a command it runs the session that has the most left.",
  ],
  options: OPTIONS,
  exclusive: START_EXCLUSIVE,
  examples: [],
  sections: [
    {
      title: "files, below ~/.agentlb (or $AGENTLB_HOME)",
      lines: [
        ["config.toml", "settings"],
        ["sessions/<alias>/", "the CODEX_HOME of a session"],
        ["status.json", "limits and health of all sessions, written by the supervisor"],
      ],
    },
    {
      title: "exit codes",
      lines: [
        "0 done   1 failed   2 wrong usage   4 no session to pick   5 login failed",
        "6 time out",
        "anything else is the exit code of the command that was run",
      ],
    },
  ],
  runsSession: true,
  async run(host, call) {
    const layout = openRoot(host);
    const request = pickRequestIn(call.options);
    return await runSession(host, layout, await loadConfig(host, layout), "best", call, request);
  },
};
