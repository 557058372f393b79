import type { Config } from "../../core/config/config.ts";
import type { Layout } from "../../core/system/layout.ts";
import type { ThreadRequest, Wanted } from "../../core/thread/request.ts";
import type { Thread } from "../../core/thread/thread.ts";
import type { Host } from "../../io/host.ts";
import { type Bound, boundSessions } from "../pick/bound.ts";
import { findThread } from "./find.ts";
import { boundElsewhere, problemOf } from "./refusals.ts";

/**
 * The thread to go on with: the one of this name or id, or the last one of this folder. Throws Failure when there is
 * none, or when its folder is bound to other sessions.
 */
export async function threadToContinue(
  host: Host,
  layout: Layout,
  config: Config,
  word: string | undefined,
  isUnbound: boolean,
): Promise<Thread> {
  const wanted: Wanted = word === undefined
    ? { by: "last", isAnywhere: false, isAnyKind: true }
    : { by: "word", word };
  const request: ThreadRequest = {
    verb: "resume",
    isExec: true,
    wanted,
    folder: undefined,
    verbAt: 1,
    wordAt: undefined,
  };
  const bound = (folder?: string) =>
    isUnbound ? Promise.resolve(undefined) : boundSessions(host, layout, config, folder);
  const here = await bound();
  const among = here === undefined ? undefined : new Set(here.aliases);
  const near = findThread(host, layout, wanted, { among });
  // A session that this folder is not bound to is named.
  const found = near.problem === "none" ? findThread(host, layout, wanted) : near;
  if (found.problem !== undefined) throw problemOf(host, layout, request, found);
  const { thread } = found;
  // Its work goes on in its own folder.
  check(await bound(thread.cwd), thread);
  if (word === undefined) check(here, thread);
  return thread;
}

function check(bound: Bound | undefined, thread: Thread): void {
  if (bound === undefined) return;
  const homes = [thread.alias, ...thread.alsoIn];
  if (!homes.some((alias) => alias !== undefined && bound.aliases.includes(alias))) {
    throw boundElsewhere(bound, thread);
  }
}
