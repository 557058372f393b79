import type { Config } from "../../core/config/config.ts";
import { homeOf, type Layout } from "../../core/system/layout.ts";
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
  if (word === undefined && here !== undefined) return boundIn(layout, here, found.thread);
  // Its work goes on in its own folder.
  const there = await bound(found.thread.cwd);
  return there === undefined ? found.thread : boundIn(layout, there, found.thread);
}

/** The thread in a session that the folder is bound to. Throws Failure when none of them has it. */
function boundIn(layout: Layout, bound: Bound, thread: Thread): Thread {
  const { alias, alsoIn } = thread;
  if (alias === undefined || bound.aliases.includes(alias)) return thread;
  const other = alsoIn.find((each) => bound.aliases.includes(each));
  if (other === undefined) throw boundElsewhere(bound, thread);
  const others = [alias, ...alsoIn.filter((each) => each !== other)];
  return { ...thread, alias: other, alsoIn: others, home: homeOf(layout, other) };
}
