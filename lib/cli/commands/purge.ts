import { Failure } from "../../core/text/failure.ts";
import { debugQuote } from "../../core/shell/quote.ts";
import { printable } from "../../core/text/printable.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { JSON_OPTION } from "../declaration/shared_options.ts";

const OPTIONS = {
  yes: { about: "don't ask" },
  json: JSON_OPTION,
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "purge",
  usage: "[<alias>...] [--yes] [--json]",
  summary: "delete removed sessions for good, all or those named",
  help: [
    "Deletes sessions in the trash for good, with their logins and threads. Asks first; without a terminal it needs " +
    "--yes. Sessions that were not removed are left alone.",
  ],
  options: OPTIONS,
  examples: ["agentlb purge", "agentlb purge work --yes"],
  takes: { what: "removed session", most: 1000 },
  async run(host, { words, options: { yes, json } }) {
    const layout = openRoot(host);
    const [{ purge, sweepTrash, trashedAs, trashOf }, { purgedJson, trashedWords }] = await Promise.all([
      import("../../app/moving/trash.ts"),
      import("../view/upkeep/trash.ts"),
    ]);
    const all = trashOf(layout);
    const named = new Set(words.flatMap((word) => {
      const found = trashedAs(all, word);
      if (found.length > 0) return found;
      throw new Failure("usage", `Nothing in the trash is called ${debugQuote(word)}`, {
        hint: "to see what is there: agentlb restore",
      });
    }));
    const doomed = words.length === 0 ? all : all.filter((each) => named.has(each));
    if (doomed.length > 0 && !yes) {
      if (!host.isTerminal.input || !host.isTerminal.error) {
        throw new Failure("usage", "Cannot ask whether to delete: there is no terminal", {
          hint: "to delete without being asked: agentlb purge --yes",
        });
      }
      const answer = await host.ask(
        `agentlb: Delete for good: ${doomed.map(trashedWords).join(", ")}? [y/N] `,
      );
      if (!/^y(es)?$/i.test(answer.trim())) throw new Failure("failed", "Nothing was deleted");
    }
    await purge(host, layout, doomed.map(({ name }) => name));
    await sweepTrash(host, layout);
    if (json) host.out(purgedJson(doomed));
    else for (const { alias } of doomed) host.out(`deleted for good: ${printable(alias)}\n`);
    if (all.length === 0) host.err("agentlb: the trash is empty\n");
    return 0;
  },
};
