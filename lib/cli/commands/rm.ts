import { typed } from "../../core/shell/quote.ts";
import { KEPT_DAYS } from "../../core/session/trash_record.ts";
import { printable } from "../../core/text/printable.ts";
import { openRoot } from "../../app/session/sessions.ts";
import { homeOf } from "../../core/system/layout.ts";
import type { CommandWith } from "../declaration/command.ts";
import { JSON_OPTION } from "../declaration/shared_options.ts";

const OPTIONS = {
  force: { about: "even while a Codex process has it open" },
  json: JSON_OPTION,
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "rm",
  usage: "<alias-or-email> [--force] [--json]",
  summary: "remove a session and its home",
  help: [
    "Removes a session: its home with its login, and what is remembered of it. It is kept in the trash for 7 days: " +
    "agentlb restore <alias> brings it back, agentlb purge <alias> deletes it at once.",
  ],
  options: OPTIONS,
  examples: [],
  settles: true,
  takes: { what: "session", isNeeded: true, missing: "usage: agentlb rm <alias-or-email>" },
  async run(host, { words: [target = ""], options }) {
    const layout = openRoot(host);
    const { removeSession } = await import("../../app/moving/remove.ts");
    const { alias, folder } = await removeSession(host, layout, target, options.force ?? false);
    if (options.json) {
      const { removalJson } = await import("../output/session.ts");
      host.out(removalJson(alias, homeOf(layout, alias), folder));
    } else host.out(`removed session: ${printable(alias)}\n`);
    const back = `to bring it back: agentlb restore ${typed(alias)}`;
    host.err(`agentlb: kept for ${KEPT_DAYS} days in ${printable(folder, 4096)}; ${back}\n`);
    return 0;
  },
};
