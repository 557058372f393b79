import { printable } from "../../../core/text/printable.ts";
import type { Binding } from "../../../core/thread/binding.ts";
import { jsonText } from "../../output/json.ts";
import type { BindOutput, BoundFolder } from "../../output/session.ts";

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

/** The output of `agentlb bind --json`; `done` is the binding that was made or removed. */
export function bindingsJson(
  bindings: readonly Binding[],
  here: Binding | undefined,
  done: { readonly bound?: Binding; readonly unbound?: Binding } = {},
): string {
  return jsonText<BindOutput>({
    schema: "agentlb.bind/1",
    here: here === undefined ? null : boundFolder(here),
    bindings: bindings.map(({ folder, aliases, isInConfig }) => ({
      folder,
      sessions: aliases,
      inConfig: isInConfig,
    })),
    bound: done.bound && boundFolder(done.bound),
    unbound: done.unbound && boundFolder(done.unbound),
  });
}

function boundFolder({ folder, aliases }: Binding): BoundFolder {
  return { folder, sessions: aliases };
}
