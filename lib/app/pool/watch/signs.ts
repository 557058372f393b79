import type { Account } from "../../../core/codex/account.ts";
import { bannersIn, showsLostLogin } from "../../../core/pool/screen/banner.ts";
import { paneOf } from "../../../core/pool/watch/registry.ts";
import type { Restart } from "../../../core/pool/watch/restart.ts";
import type { Signs } from "../../../core/pool/watch/watch_decision.ts";
import type { TeamWorker } from "../registry.ts";
import type { WorkersTmux } from "./twf.ts";
import { accountKey, isSameAccount } from "../../../core/codex/account_key.ts";
import type { ThreadActivity } from "../../../core/codex/activity.ts";
import { accountIn } from "../../codex/account_file.ts";
import { rolloutsOf } from "../limits/workers.ts";

/** The signs of a running worker, and whether it has lost its login. */
export type WorkerSigns = Signs & { readonly isLoginLost: boolean };

interface Context {
  readonly tmux: WorkersTmux;
  readonly needle: string;
  /** The account of the team's current login. */
  readonly account: Account;
  /** The time of the switch to it, epoch milliseconds. */
  readonly switchedAt: number | undefined;
  readonly restart: Restart | undefined;
}

/** Reads the signs of a running worker from its rollouts, which have times, and from its screen. */
export async function signsOf(worker: TeamWorker, context: Context): Promise<WorkerSigns> {
  const { tmux, needle, account, switchedAt, restart } = context;
  const [turn, screen] = [lastTurn(worker.home), await tmux.screenOf(paneOf(worker, worker.state)) ?? ""];
  const own = accountIn(worker.home);
  const { full } = worker;
  return {
    worker: full,
    turn: turn && { at: turn.at, isLimit: turn.end === "limit" },
    banners: bannersIn(screen, needle),
    bannersBefore: restart?.banners.get(full) ?? 0,
    since: restart?.resumedAt.get(full) ?? switchedAt,
    isElsewhere: isKnown(own) && isKnown(account) && !isSameAccount(own, account),
    isLoginLost: turn?.end === "login" || showsLostLogin(screen),
  };
}

/** True if the login names its account. */
function isKnown(account: Account): boolean {
  return accountKey(account) !== undefined;
}

function lastTurn(home: string): ThreadActivity["lastTurn"] {
  const turns = rolloutsOf(home).flatMap(({ lastTurn }) => lastTurn ?? []);
  return turns.sort((a, b) => b.at - a.at)[0];
}
