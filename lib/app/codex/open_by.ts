import { basename, sep } from "node:path";
import { threadOfRollout, threadTime } from "../../core/codex/rollout.ts";
import { parseChildren } from "../../core/session/app_server_record.ts";
import { type Layout, rolloutsOf, threadLocksOf } from "../../core/system/layout.ts";
import { readOwn } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import type { Host } from "../../io/host.ts";
import type { OpenThread } from "../../io/process/lock_table.ts";
import { openFilesIn } from "../../io/process/codex_processes.ts";
import { type Opener, openersIn } from "../../io/process/openers.ts";
import { mayBeAlive, variableOf } from "../../io/process/process.ts";
import { runsIn } from "./run_record.ts";

/**
 * The threads whose rollouts are open, by home, without supervised app-servers. Finds the open threads of a Codex that
 * holds no locks.
 */
export function openRollouts(
  layout: Pick<Layout, "children">,
  homes: readonly { readonly home: string }[],
): Map<string, OpenThread[]> {
  const places = homes.map(({ home }) => ({ home, folder: rolloutsOf(home) }));
  const files = openFilesIn(places, new Set(pidsIn(layout)));
  return new Map(
    [...files].map(([home, found]) => [
      home,
      found.flatMap(({ pid, path }) => {
        const id = threadOfRollout(basename(path));
        return id === undefined ? [] : [{ id, pid, lockedMs: threadTime(id) ?? 0 }];
      }),
    ]),
  );
}

/** The recorded app-servers. An unreadable record names none, so that the supervisor goes on. */
function pidsIn(layout: Pick<Layout, "children">): number[] {
  try {
    return parseChildren(readOwn(layout.children, MOST_BYTES.table)).map(({ pid }) => pid);
  } catch {
    return [];
  }
}

/** The Codex processes that have a home open, without supervised app-servers; without /proc, only recorded runs. */
export function openersOf(
  { system }: Pick<Host, "system">,
  layout: Pick<Layout, "children" | "runs">,
  home: string,
): Opener[] {
  if (system.processes === undefined) return runsIn(layout, home);
  const ours = parseChildren(readOwn(layout.children, MOST_BYTES.table)).filter((child) =>
    child.pid !== 0 && mayBeAlive(child)
  );
  return openersIn(home, threadLocksOf(home), new Set(ours.map((child) => child.pid)));
}

/** The same, without app-servers that no record names yet. Not for a start that may renew: there each process counts. */
export function strangersIn(
  host: Pick<Host, "system">,
  layout: Pick<Layout, "children" | "runs" | "sqlite">,
  home: string,
): Opener[] {
  return openersOf(host, layout, home).filter(({ pid }) => !isSupervised(layout, pid));
}

/** True for an app-server of the supervisor by its databases: just after its start no record names it yet. */
function isSupervised({ sqlite }: Pick<Layout, "sqlite">, pid: number): boolean {
  return pid !== 0 && variableOf(pid, "CODEX_SQLITE_HOME")?.startsWith(`${sqlite}${sep}`) === true;
}
