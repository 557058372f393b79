import { homeVariable, variable } from "../../core/shell/surroundings.ts";
import type { Thread, TurnShare } from "../../core/thread/thread.ts";
import type { Layout } from "../../core/system/layout.ts";
import { resolvedPath } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { accountIn } from "../codex/account_file.ts";
import { readThreads, withTurns } from "./index.ts";
import { remembered } from "./remembered.ts";

/** The newest threads that are listed unless all are wanted. */
const NEWEST = 20;

/** A thread with the accounts that did its turns. */
export interface ListedThread extends Thread {
  readonly shares: readonly TurnShare[];
}

/** Some threads, and how many others fit. */
export interface Listed {
  readonly threads: readonly ListedThread[];
  /** The ids of all threads. */
  readonly ids: readonly string[];
  readonly more: number;
  /** The folder of the user. */
  readonly userHome: string;
}

/** Lists the newest threads of all homes, or all of them; with `isHere` those of this folder. */
export function listThreads(
  host: Pick<Host, "env" | "platform" | "cwd">,
  layout: Layout,
  { isHere, isAll }: { readonly isHere: boolean; readonly isAll: boolean },
): Listed {
  const indexed = readThreads(host, layout);
  const all = indexed.threads;
  const here = isHere ? resolvedPath(host.cwd) : "";
  const realFolder = remembered(resolvedPath);
  const fitting = all.filter((thread) =>
    (!isHere || realFolder(thread.cwd) === here) &&
    (isAll || (!thread.isArchived && thread.source !== "subagent"))
  );
  const shown = isAll ? fitting : fitting.slice(0, NEWEST);
  const ids = all.map(({ id }) => id);
  return {
    threads: withShares(layout, indexed, shown),
    ids,
    more: fitting.length - shown.length,
    userHome: variable(host.env, homeVariable(host.platform), host.platform) ?? "",
  };
}

/** A thread that was copied has turns in several homes; each home's login did those that are there. */
function withShares(
  layout: Layout,
  indexed: ReturnType<typeof readThreads>,
  shown: readonly Thread[],
): ListedThread[] {
  const ids = new Set(shown.map(({ id }) => id));
  const counted = withTurns(layout, indexed, indexed.threads.filter(({ id }) => ids.has(id)));
  const byId = new Map<string, Thread[]>();
  for (const thread of counted) byId.set(thread.id, [...byId.get(thread.id) ?? [], thread]);
  const emailOf = remembered((home) => accountIn(home).email);
  const wanted = new Set(shown.map(({ rollout }) => rollout));
  return counted.filter(({ rollout }) => wanted.has(rollout)).map((thread) => ({
    ...thread,
    shares: byId.get(thread.id)!.map(({ alias, home, turns }) => ({ alias, email: emailOf(home), turns })),
  }));
}
