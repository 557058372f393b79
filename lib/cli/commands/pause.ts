import { printable } from "../../core/text/printable.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { JSON_OPTION } from "../declaration/shared_options.ts";

const OPTIONS = { json: JSON_OPTION } as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "pause",
  usage: "<alias-or-email> [--json]",
  summary: "don't pick a session by itself any more",
  help: [
    "From now on the session is not picked by itself, nor run in turn; by its name it can still be run. Other " +
    "sessions are picked as ever. Undone by: agentlb unpause <alias-or-email>",
  ],
  options: OPTIONS,
  examples: [],
  takes: { what: "session", isNeeded: true },
  async run(host, { words: [target = ""], options }) {
    const layout = openRoot(host);
    const { setPaused } = await import("../../app/session/pause.ts");
    const { alias, isNew } = await setPaused(host, layout, target, true);
    if (options.json) {
      const { pauseJson } = await import("../output/session.ts");
      host.out(pauseJson(alias, true, isNew));
    } else host.out(`${isNew ? "paused session" : "session is paused already"}: ${printable(alias)}\n`);
    return 0;
  },
};
