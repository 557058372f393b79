import { printable } from "../../core/text/printable.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { Command } from "../declaration/command.ts";

export const command: Command = {
  name: "unpause",
  usage: "<alias-or-email>",
  summary: "pick it again",
  help: ["The session is picked again."],
  options: {},
  examples: [],
  takes: { what: "session", isNeeded: true },
  async run(host, { words: [target = ""] }) {
    const layout = openRoot(host);
    const { setPaused } = await import("../../app/session/pause.ts");
    const { alias, isNew } = await setPaused(host, layout, target, false);
    host.out(`${isNew ? "unpaused session" : "session is not paused"}: ${printable(alias)}\n`);
    return 0;
  },
};
