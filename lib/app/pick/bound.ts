import type { Config } from "../../core/config/config.ts";
import type { Layout } from "../../core/system/layout.ts";
import { Failure } from "../../core/text/failure.ts";
import { printable } from "../../core/text/printable.ts";
import { exists } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";

/** A folder and the only sessions that may be picked for work in it. */
export interface Bound {
  readonly folder: string;
  readonly aliases: readonly string[];
}

/** The sessions that the work in a folder is bound to, by default in this one; undefined when it is not bound. */
export async function boundSessions(
  host: Host,
  layout: Layout,
  config: Pick<Config, "bind">,
  folder?: string,
): Promise<Bound | undefined> {
  if (!hasBindings(layout, config)) return undefined;
  const { bindingIn } = await import("../session/bindings.ts");
  return bindingIn(host, layout, config, folder ?? host.cwd);
}

/** Tells whether any folder is bound. */
export function hasBindings(layout: Layout, config: Pick<Config, "bind">): boolean {
  return config.bind.size > 0 || exists(layout.bindings);
}

/** Throws Failure for a named session that a folder is not bound to. */
export function checkBound(bound: Bound | undefined, alias: string): void {
  if (bound === undefined || bound.aliases.includes(alias)) return;
  throw new Failure("failed", `Cannot use session ${printable(alias)} here: ${boundWords(bound)}`, {
    hint: "to use it all the same, add --unbound",
  });
}

/** The failure when none of the sessions that a folder is bound to may be picked; `why` says so of each. */
export function noneBound(bound: Bound, why: string): Failure {
  return new Failure(
    "nothingToPick",
    `Cannot pick a session: ${boundWords(bound)}${
      why === "" || bound.aliases.length === 0 ? "" : ` (${why})`
    }`,
    {
      hint: "to use another session here, add --unbound; to see the folders that are bound: agentlb bind",
    },
  );
}

/** `/home/me/acme is bound to work, spare`. */
export function boundWords({ folder, aliases }: Bound): string {
  const names = aliases.map((alias) => printable(alias)).join(", ");
  return `${printable(folder)} is bound to ${names || "no session any more"}`;
}
