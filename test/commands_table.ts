import type { Command } from "../lib/cli/declaration/command.ts";
import type { Option } from "../lib/cli/declaration/option.ts";
import { usageOf } from "../lib/cli/declaration/usage.ts";

/** The pages' table of all commands, as Markdown, made from their declarations. */
export function commandsTable(all: readonly Command[]): string {
  const rows = all.map((command) => [command, command.summary ?? command.help[0]] as const)
    .filter(([, about]) => about !== undefined)
    .map(([command, about = ""]) => `| \`${escaped(usageOf(command))}\` | ${escaped(about)} |`);
  return ["| command | does |", "|---|---|", ...rows].join("\n");
}

/** The table of all options: those that mean the same in several commands stand once. */
export function optionsTable(all: readonly Command[]): string {
  const uses = new Map<string, { readonly option: string; readonly about: string; readonly by: string[] }>();
  for (const command of all) {
    for (const [name, option] of Object.entries<Option>(command.options)) {
      const shown = `--${name}${option.value === undefined ? "" : ` ${option.value}`}`;
      const key = `${shown}\n${option.about}`;
      const use = uses.get(key) ?? { option: shown, about: option.about, by: [] };
      use.by.push(command.name === "" ? "agentlb" : command.name);
      uses.set(key, use);
    }
  }
  const rows = [...uses.values()].map(({ option, about, by }) =>
    `| \`${escaped(option)}\` | ${by.map((name) => `\`${name}\``).join(", ")} | ${escaped(about)} |`
  );
  return ["| option | with | does |", "|---|---|---|", ...rows].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|");
}
