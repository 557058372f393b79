import { printable } from "../../core/text/printable.ts";
import type { Binding } from "../../core/thread/binding.ts";

/** One binding: `/home/me/acme: work, spare`. */
export function bindingLine({ folder, aliases }: Pick<Binding, "folder" | "aliases">): string {
  const names = aliases.map((alias) => printable(alias)).join(", ");
  return `${printable(folder)}: ${names || "no session any more"}`;
}

/** The list of `agentlb bind`: one line for each folder, `*` before the one that holds here. */
export function bindingsText(bindings: readonly Binding[], here: Binding | undefined): string {
  if (bindings.length === 0) return "no folder is bound\n";
  return bindings.map((binding) => {
    const isHere = binding.folder === here?.folder && binding.isInConfig === here.isInConfig;
    return `${isHere ? "*" : " "} ${bindingLine(binding)}${binding.isInConfig ? " (config.toml)" : ""}\n`;
  }).join("");
}

/** The output of `agentlb bind --json`. */
export function bindingsJson(bindings: readonly Binding[], here: Binding | undefined): string {
  const value = {
    schema: "agentlb.bind/1",
    here: here === undefined ? null : { folder: here.folder, sessions: here.aliases },
    bindings: bindings.map(({ folder, aliases, isInConfig }) => ({
      folder,
      sessions: aliases,
      inConfig: isInConfig,
    })),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
