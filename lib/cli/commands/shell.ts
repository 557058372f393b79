import { basename } from "node:path";
import { usersShell } from "../../core/shell/surroundings.ts";
import { printable } from "../../core/text/printable.ts";
import { loadConfig } from "../../app/config/load.ts";
import { sessionHere } from "../../app/session/here.ts";
import { aliasesOf, knownAlias, openRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { UNBOUND } from "../declaration/shared_options.ts";
import { runIn } from "./run_session.ts";

const OPTIONS = { unbound: UNBOUND } as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "shell",
  usage: "<alias-or-email> [--unbound]",
  summary: "start a shell in which every codex uses this session",
  help: [
    "Starts your shell (SHELL, on Windows COMSPEC) with the environment of a run in that session: CODEX_HOME is its " +
    "home, and logins of the environment are left out. While the shell lives it counts as a run of the session, as " +
    "with `agentlb new`. Leave it with: exit",
  ],
  options: OPTIONS,
  examples: ["agentlb shell work"],
  takes: { what: "session", isNeeded: true },
  async run(host, { words: [target = ""], options: { unbound } }) {
    const layout = openRoot(host);
    const config = await loadConfig(host, layout);
    const alias = knownAlias(host, layout, target);
    const outer = sessionHere(host, layout, aliasesOf(layout));
    const words = [usersShell(host)];
    return await runIn(host, layout, config, alias, words, unbound ?? false, () => {
      const inside = outer === undefined ? "" : `, inside the one of "${printable(outer)}"`;
      host.err(
        `agentlb: ${basename(words[0]!)} for session "${printable(alias)}"${inside}; leave it with: exit\n`,
      );
    });
  },
};
