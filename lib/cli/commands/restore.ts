import { escaped } from "../../core/text/json.ts";
import { Failure } from "../../core/text/failure.ts";
import { printable } from "../../core/text/printable.ts";
import { homeOf } from "../../core/system/layout.ts";
import { loadConfig } from "../../app/config/load.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { JSON_OPTION } from "../declaration/shared_options.ts";
import type { RestoredOutput } from "../output/handling.ts";

const OPTIONS = {
  as: { value: "<new-alias>", about: "under another alias" },
  json: JSON_OPTION,
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "restore",
  usage: "[<alias>] [--as <new-alias>] [--json]",
  summary: "bring a removed session back; without a name list what is in the trash",
  help: [
    "Brings a session back that `agentlb rm` removed in the last 7 days: its home with its login and its threads, and " +
    "what was remembered of it. Of several of one alias the one that was removed last comes back; the others are " +
    "named as the list names them.",
  ],
  options: OPTIONS,
  examples: ["agentlb restore", "agentlb restore work --as work2"],
  takes: { what: "removed session" },
  settles: true,
  async run(host, { words: [target], options: { as, json } }) {
    const layout = openRoot(host);
    if (target === undefined) {
      if (as !== undefined) throw new Failure("usage", "--as needs the name of a removed session");
      const [{ settle }, { trashOf }, { trashJson, trashText }] = await Promise.all([
        import("../../app/moving/move.ts"),
        import("../../app/moving/trash.ts"),
        import("../view/upkeep/trash.ts"),
      ]);
      await settle(host, layout);
      const all = trashOf(layout);
      host.out(json ? trashJson(layout.trash, all) : trashText(all, host.clock.now()));
      if (all.length === 0) host.err("agentlb: the trash is empty\n");
      return 0;
    }
    const config = await loadConfig(host, layout);
    const { restoreSession } = await import("../../app/moving/restore.ts");
    const alias = await restoreSession(host, layout, config.sessions.aliasPattern, target, as);
    const output = {
      schema: "agentlb.restored/1",
      alias,
      home: homeOf(layout, alias),
    } satisfies RestoredOutput;
    host.out(
      json ? `${escaped(JSON.stringify(output, undefined, 2))}\n` : `restored session: ${printable(alias)}\n`,
    );
    return 0;
  },
};
