import { isAbsolute, join } from "node:path";
import { isSameAccount } from "../../core/codex/account_key.ts";
import { find, type Found } from "../../core/thread/find.ts";
import type { Wanted } from "../../core/thread/request.ts";
import type { Thread } from "../../core/thread/thread.ts";
import type { Layout } from "../../core/system/layout.ts";
import { resolvedPath } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { accountIn } from "../codex/account_file.ts";
import { threadsIn } from "./index.ts";
import { remembered } from "./remembered.ts";

/** Where to look for a thread. */
export interface Whereabouts {
  /** The folder in which the work goes on, absolute or from the working folder; by default that one. */
  readonly folder?: string | undefined;
  /** The sessions that may be used; undefined = all. */
  readonly among?: ReadonlySet<string> | undefined;
}

/** Finds the thread that was asked for over all sessions and the user's own Codex. */
export function findThread(
  host: Pick<Host, "env" | "platform" | "cwd">,
  layout: Layout,
  wanted: Wanted,
  { folder = host.cwd, among }: Whereabouts = {},
): Found {
  return find(threadsIn(host, layout), wanted, {
    folder: resolvedPath(isAbsolute(folder) ? folder : join(host.cwd, folder)),
    realFolder: remembered(resolvedPath),
    isForeign: foreigners(),
    ...(among === undefined ? {} : { among }),
  });
}

/** Tells of threads whether their home has the login of another account than the one that began them. */
function foreigners(): (thread: Thread) => boolean {
  const loginOf = remembered(accountIn);
  return ({ home, workspace, user }) => {
    if (workspace === undefined && user === undefined) return false;
    const login = loginOf(home);
    if (login.workspace === undefined && login.user === undefined) return false;
    return !isSameAccount(login, { workspace, user: user ?? login.user });
  };
}
