import { printable } from "../../core/text/printable.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { JSON_OPTION } from "../declaration/shared_options.ts";

const OPTIONS = { json: JSON_OPTION } as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "clear",
  usage: "<alias-or-email> [--json]",
  summary: "forget that a turn was refused",
  help: [
    "A turn that was refused because a limit is used up keeps its account from being picked until the reset, whatever " +
    "later readings show. This ends that at once, as when you know that the limit was lifted.",
  ],
  options: OPTIONS,
  examples: [],
  takes: { what: "session", isNeeded: true },
  async run(host, { words: [target = ""], options }) {
    const layout = openRoot(host);
    const { clearRefusal } = await import("../../app/session/clear.ts");
    const { alias, isNew } = await clearRefusal(host, layout, target);
    if (options.json) {
      const { clearJson } = await import("../output/session.ts");
      host.out(clearJson(alias, isNew));
    } else host.out(`${isNew ? "cleared refusal" : "session was not refused"}: ${printable(alias)}\n`);
    return 0;
  },
};
