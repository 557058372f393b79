import { join } from "node:path";
import { homeVariable, isFixed, variable } from "../../core/shell/surroundings.ts";
import { homeOf, type Layout } from "../../core/system/layout.ts";
import { realPath } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { aliasesOf } from "../session/sessions.ts";

/** A home in which threads may lie; without an alias it is the user's own. */
export interface Place {
  readonly alias: string | undefined;
  readonly home: string;
}

/** The homes of all sessions, then the user's own: `~/.codex`, and `CODEX_HOME` when it is no session's. */
export function placesOf(host: Pick<Host, "env" | "platform">, layout: Layout): Place[] {
  const sessions = aliasesOf(layout).map((alias) => ({ alias, home: homeOf(layout, alias) }));
  const user = variable(host.env, homeVariable(host.platform), host.platform) ?? "";
  const named = [isFixed(user, host.platform) ? join(user, ".codex") : "", host.env.CODEX_HOME ?? ""];
  const seen = new Set(sessions.map(({ home }) => realPath(home) ?? home));
  const own = named.filter((home) => {
    const real = isFixed(home, host.platform) ? realPath(home) : undefined;
    if (real === undefined || seen.has(real)) return false;
    seen.add(real);
    return true;
  });
  return [...sessions, ...own.map((home) => ({ alias: undefined, home }))];
}
