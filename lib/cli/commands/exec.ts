import { Failure } from "../../core/text/failure.ts";
import { loadConfig } from "../../app/config/load.ts";
import { knownAlias, openRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { UNBOUND } from "../declaration/shared_options.ts";
import { runIn } from "./run_session.ts";

const OPTIONS = { unbound: UNBOUND } as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "exec",
  usage: "<alias-or-email> [--unbound] -- <command> [<args>...]",
  summary: "run any command with the environment of a session",
  help: [
    "Runs a command in that session as `agentlb new <alias> --cmd` does, with every word as it is: CODEX_HOME is its " +
    "home, and logins of the environment are left out. The exit code, or the signal, is that of the command. It makes " +
    "no session and asks for no login.",
  ],
  options: OPTIONS,
  examples: ["agentlb exec work -- codex login status", "agentlb exec work -- env"],
  takes: { what: "session", isNeeded: true },
  takesRest: true,
  async run(host, { words: [target = ""], options: { unbound }, passthrough }) {
    if (passthrough.length === 0 || passthrough[0] === "") {
      throw new Failure("usage", "usage: agentlb exec <alias-or-email> -- <command> [<args>...]", {
        verbatim: true,
      });
    }
    const layout = openRoot(host);
    const config = await loadConfig(host, layout);
    const alias = knownAlias(host, layout, target);
    return await runIn(host, layout, config, alias, passthrough, unbound ?? false);
  },
};
