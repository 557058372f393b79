import { homeVariable, variable } from "../../core/shell/surroundings.ts";
import type { Thread } from "../../core/thread/thread.ts";
import type { Layout } from "../../core/system/layout.ts";
import { resolvedPath } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { threadsIn, withTurns } from "./index.ts";

/** The newest threads that are listed unless all are wanted. */
const NEWEST = 20;

/** Some threads, and how many others fit. */
export interface Listed {
  readonly threads: readonly Thread[];
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
  const all = threadsIn(host, layout);
  const here = isHere ? resolvedPath(host.cwd) : "";
  const fitting = all.filter((thread) =>
    (!isHere || resolvedPath(thread.cwd) === here) &&
    (isAll || (!thread.isArchived && thread.source !== "subagent"))
  );
  const shown = isAll ? fitting : fitting.slice(0, NEWEST);
  return {
    threads: withTurns(layout, shown),
    ids: all.map(({ id }) => id),
    more: fitting.length - shown.length,
    userHome: variable(host.env, homeVariable(host.platform), host.platform) ?? "",
  };
}
