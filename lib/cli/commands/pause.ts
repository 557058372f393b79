import { printable } from "../../core/text/printable.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { Command } from "../declaration/command.ts";

export const command: Command = {
  name: "pause",
  usage: "<alias-or-email>",
  summary: "don't pick a session by itself any more",
  help: [
    "From now on the session is not picked by itself, nor run in turn; by its name it can still be run. Other " +
    "sessions are picked as ever. Undone by: agentlb unpause <alias-or-email>",
  ],
  options: {},
  examples: [],
  takes: { what: "session", isNeeded: true },
  async run(host, { words: [target = ""] }) {
    const layout = openRoot(host);
    const { setPaused } = await import("../../app/session/pause.ts");
    const { alias, isNew } = await setPaused(host, layout, target, true);
    host.out(`${isNew ? "paused session" : "session is paused already"}: ${printable(alias)}\n`);
    return 0;
  },
};
