import { printable } from "../../core/text/printable.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { JSON_OPTION } from "../declaration/shared_options.ts";

const OPTIONS = { json: JSON_OPTION } as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "unpause",
  usage: "<alias-or-email> [--json]",
  summary: "pick it again",
  help: ["The session is picked again."],
  options: OPTIONS,
  examples: [],
  takes: { what: "session", isNeeded: true },
  async run(host, { words: [target = ""], options }) {
    const layout = openRoot(host);
    const { setPaused } = await import("../../app/session/pause.ts");
    const { alias, isNew } = await setPaused(host, layout, target, false);
    if (options.json) {
      const { pauseJson } = await import("../output/session.ts");
      host.out(pauseJson(alias, false, isNew));
    } else host.out(`${isNew ? "unpaused session" : "session is not paused"}: ${printable(alias)}\n`);
    return 0;
  },
};
