import { join } from "node:path";
import type { Account } from "../../../core/codex/account.ts";
import { isSameAccount } from "../../../core/codex/account_key.ts";
import { accountLimits, activityIn, isBegunAs, type ThreadActivity } from "../../../core/codex/activity.ts";
import type { Readings } from "../../../core/codex/rate_limits.ts";
import { foldersIn } from "../../../io/files/folders.ts";
import { readEnds, realPath } from "../../../io/files/read.ts";
import { newestFiles } from "../../../io/files/tree.ts";
import type { Host } from "../../../io/host.ts";
import { accountIn } from "../../codex/account_file.ts";
import type { PoolSettings } from "../load.ts";

/** A worker's home with its copy of a login. */
export interface WorkerHome {
  readonly name: string;
  readonly home: string;
  readonly account: Account;
}

const HEAD_BYTES = 256 * 1024;
const TAIL_BYTES = 512 * 1024;
/** The number of rollouts read per home, newest first. */
const MOST_ROLLOUTS = 4;

/** The homes of all workers on this machine and those in `named` (worker name and home), without duplicates. */
export function workerHomes(
  host: Pick<Host, "env">,
  { homes }: Pick<PoolSettings, "homes">,
  named: readonly { readonly name: string; readonly home: string }[],
): WorkerHome[] {
  const folder = host.env.TWF_WORKERS_DIR || join(homes.own, ".codex-workers");
  const found = foldersIn(folder).map((name) => ({ name, home: join(folder, name) }));
  const byPath = new Map([...found, ...named].map((each) => [realPath(each.home) ?? each.home, each]));
  return [...byPath.values()]
    .map(({ name, home }) => ({ name, home, account: accountIn(home) }))
    .filter(({ account }) => account.kind !== "none")
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The worker homes that hold this account. */
export function holdersOf(account: Account, homes: readonly WorkerHome[]): WorkerHome[] {
  return homes.filter((each) => isSameAccount(each.account, account));
}

/** The activity in the newest rollouts of a home. */
export function rolloutsOf(home: string): ThreadActivity[] {
  const isRollout = (name: string) => name.startsWith("rollout-") && name.endsWith(".jsonl");
  return newestFiles(join(home, "sessions"), isRollout, MOST_ROLLOUTS).flatMap((path) => {
    const ends = readEnds(path, HEAD_BYTES, TAIL_BYTES);
    return ends === undefined ? [] : activityIn(ends.head, ends.tail);
  });
}

/**
 * The newest limits of an account in workers' rollouts. A session that continues with another account still names its
 * first one. If the time since which a home has its login (epoch milliseconds) is known, only that decides.
 */
export function notedLimits(
  account: Account,
  holders: readonly WorkerHome[],
  since: (worker: WorkerHome) => number | undefined,
): { readonly name: string; readonly at: number; readonly readings: Readings } | undefined {
  const noted = holders.flatMap((worker) => {
    const from = since(worker);
    return rolloutsOf(worker.home).flatMap((thread) => {
      const limits = accountLimits(thread);
      if (limits === undefined) return [];
      const isIts = from === undefined ? isBegunAs(thread, account) : limits.at >= from;
      return isIts ? { name: worker.name, ...limits } : [];
    });
  });
  return noted.sort((a, b) => b.at - a.at)[0];
}
