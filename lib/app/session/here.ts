import { dirname } from "node:path";
import { variable } from "../../core/shell/surroundings.ts";
import { homeOf, type Layout } from "../../core/system/layout.ts";
import { folderIdentity } from "../../io/files/folders.ts";
import type { Host } from "../../io/host.ts";

/** The session among these whose home is the `CODEX_HOME` of our own environment. */
export function sessionHere(
  { env, platform }: Pick<Host, "env" | "platform">,
  layout: Layout,
  aliases: readonly string[],
): string | undefined {
  const home = variable(env, "CODEX_HOME", platform);
  if (home === undefined || home === "") return undefined;
  const named = dirname(home) === layout.sessions && aliases.find((alias) => homeOf(layout, alias) === home);
  if (named) return named;
  // A link may lead there, or the home be a link.
  const identity = folderIdentity(home);
  return identity && aliases.find((alias) => folderIdentity(homeOf(layout, alias)) === identity);
}
