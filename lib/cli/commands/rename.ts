import { escaped } from "../../core/text/json.ts";
import type { Config } from "../../core/config/config.ts";
import { homeOf } from "../../core/system/layout.ts";
import { Failure } from "../../core/text/failure.ts";
import { printable } from "../../core/text/printable.ts";
import { loadConfig } from "../../app/config/load.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { JSON_OPTION } from "../declaration/shared_options.ts";
import type { RenamedOutput } from "../output/handling.ts";

const OPTIONS = { json: JSON_OPTION } as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "rename",
  usage: "<alias-or-email> <new-alias> [--json]",
  summary: "give a session another alias",
  help: [
    "Gives a session another alias: its home with its login and its threads, its picks, pause, bindings and waiting " +
    "threads. Nothing may be using it: no Codex, no shell or run of it, no login, no renewal.",
    "config.toml is yours: what still has the old name there is said, not changed.",
  ],
  options: OPTIONS,
  examples: ["agentlb rename work acme"],
  takes: { what: "session", most: 2, isNeeded: true },
  settles: true,
  async run(host, { words: [target = "", to], options: { json } }) {
    if (to === undefined) {
      throw new Failure("usage", "usage: agentlb rename <alias-or-email> <new-alias>", { verbatim: true });
    }
    const layout = openRoot(host);
    const config = await loadConfig(host, layout);
    const { renameSession } = await import("../../app/moving/rename.ts");
    const { alias } = await renameSession(host, layout, config, target, to);
    const inConfig = placesIn(config, alias);
    const output = {
      schema: "agentlb.renamed/1",
      from: alias,
      alias: to,
      home: homeOf(layout, to),
      inConfig,
    } satisfies RenamedOutput;
    const line = `renamed session: ${printable(alias)} is ${printable(to)} now\n`;
    host.out(json ? `${escaped(JSON.stringify(output, undefined, 2))}\n` : line);
    if (inConfig.length > 0) {
      const places = inConfig.map((place) => printable(place)).join(", ");
      host.err(`agentlb: note: ${printable(layout.config)} still has the old name: ${places}\n`);
    }
    return 0;
  },
};

/** The places of config.toml that name an alias. */
function placesIn({ aliases, bind }: Config, alias: string): string[] {
  const folders = [...bind].filter(([, names]) => names.includes(alias)).map(([folder]) => folder);
  return [
    ...aliases.has(alias) ? [`[alias.${alias}]`] : [],
    ...folders.map((folder) => `${JSON.stringify(folder)} under [bind]`),
  ];
}
