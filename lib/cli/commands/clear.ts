import { printable } from "../../core/text/printable.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { Command } from "../declaration/command.ts";

export const command: Command = {
  name: "clear",
  usage: "<alias-or-email>",
  summary: "forget that a turn was refused",
  help: [
    "A turn that was refused because a limit is used up keeps its account from being picked until the reset, whatever " +
    "later readings show. This ends that at once, as when you know that the limit was lifted.",
  ],
  options: {},
  examples: [],
  takes: { what: "session", isNeeded: true },
  async run(host, { words: [target = ""] }) {
    const layout = openRoot(host);
    const { clearRefusal } = await import("../../app/session/clear.ts");
    const { alias, isNew } = await clearRefusal(host, layout, target);
    host.out(`${isNew ? "cleared refusal" : "session was not refused"}: ${printable(alias)}\n`);
    return 0;
  },
};
