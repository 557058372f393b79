import { typed } from "../../core/shell/quote.ts";
import type { Config } from "../../core/config/config.ts";
import { isSameAccount } from "../../core/codex/account_key.ts";
import { has } from "../../core/codex/versions.ts";
import { resumeWords } from "../../core/codex/threads/turn_log.ts";
import { homeOf, type Layout, threadLocksOf } from "../../core/system/layout.ts";
import { isSupervisorDisabled } from "../../core/system/timing.ts";
import { Failure, wordsOf } from "../../core/text/failure.ts";
import { printable } from "../../core/text/printable.ts";
import type { Doubt } from "../../core/thread/continuation.ts";
import type { Thread } from "../../core/thread/thread.ts";
import { isFolder } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { lockHolders, openThreads } from "../../io/process/lock_table.ts";
import { holderIn } from "../codex/account_file.ts";
import { awaitRenewal } from "../codex/await_renewal.ts";
import { openersOf, openRollouts } from "../codex/open_by.ts";
import { RolloutEnd } from "../codex/threads/rollout_end.ts";
import { commandOf, endOf, launchIn } from "../codex/run.ts";
import { noteRun } from "../codex/run_record.ts";
import { ensureSupervisor } from "../daemon/ensure.ts";
import { noteEvent } from "../event/log.ts";
import { choose } from "../pick/choose.ts";
import { readStatus, type StatusRead } from "../pick/survey.ts";
import { lastPickOf } from "../session/last_pick.ts";
import { type Around, goOn, type Outcome, type Run } from "./going_on/go_on.ts";
import { leftOf } from "./going_on/left.ts";
import { pauseIn } from "./going_on/pause.ts";
import { promiseStore } from "./going_on/promises.ts";

/** What going on with a thread needs to know of it. */
export type ContinuedThread = Pick<
  Thread,
  "id" | "alias" | "alsoIn" | "home" | "rollout" | "cwd" | "source" | "firstWords" | "workspace" | "user"
>;

/** What is asked of going on. */
export interface ContinueWish {
  /** Waits for the reset, and goes on again after the next one. */
  readonly waits: boolean;
  /** The user is there: at a terminal, or by an explicit yes. */
  readonly isAttended: boolean;
  /** The longest wait; undefined = only the user's setting limits it. */
  readonly timeoutMs?: number;
  /** The answer where something can't be known; undefined = nobody can be asked. */
  ask(doubt: Doubt): Promise<boolean | undefined>;
  /** The name of the thread in messages. */
  readonly name: string;
  /** The command that goes on with it. */
  readonly again: string;
}

const HOUR_MS = 3_600_000;

/** True when the user has switched off going on. */
export function isContinueOff({ env }: Pick<Host, "env">, config: Config): boolean {
  return env.AGENTLB_NO_CONTINUE === "1" || !config.runner.continue;
}

/**
 * Goes on with a thread in its own session, at once if something is left there; with `waits` after its reset, and again
 * after each later one. Returns why it stopped, and the end of Codex if that ran. Prints the wait on stderr.
 */
export async function continueThread(
  host: Host,
  layout: Layout,
  config: Config,
  thread: ContinuedThread,
  wish: ContinueWish,
): Promise<Outcome> {
  const { clock } = host;
  const pause = pauseIn(host, layout, wish);
  const around = aroundOf(host, layout, config, thread, wish);
  const isOff = isContinueOff(host, config);
  if (!isOff && thread.alias !== undefined) await ensureSupervisor(host, layout);
  try {
    return await goOn({
      ...around,
      pause: (lookMs, untilMs) => pause.until(lookMs, untilMs),
      async prepare() {
        const run = await around.prepare();
        return () => {
          pause.clear();
          return run();
        };
      },
    }, {
      isOff,
      waits: wish.waits,
      isAttended: wish.isAttended,
      unattendedMs: config.runner.unattendedHours * HOUR_MS,
      deadline: wish.timeoutMs === undefined ? Infinity : clock.now() + wish.timeoutMs,
    });
  } finally {
    pause.clear();
    pause.close();
  }
}

function aroundOf(
  host: Host,
  layout: Layout,
  config: Config,
  thread: ContinuedThread,
  wish: ContinueWish,
): Omit<Around, "pause"> {
  const { clock } = host;
  const { id, alias, home, cwd, firstWords } = thread;
  const rollout = new RolloutEnd(thread.rollout);
  let read: StatusRead | undefined;
  return {
    clock,
    store: promiseStore(host, layout),
    about: { thread: id, alias, home, cwd, firstWords },
    look() {
      rollout.look();
      const { lastTurn, version } = rollout.activity;
      return {
        isOpen: isOpenNow(host, layout, thread, version),
        lastTurn,
        leavesMarker: has(version, "endWithError"),
      };
    },
    left() {
      read = readStatus(layout, read);
      const { lastTurn, refusal } = rollout.activity;
      return leftOf({
        status: alias === undefined ? undefined : read.status.sessions.get(alias),
        refusal: lastTurn?.end === "limit" ? refusal : undefined,
        clearedMs: alias === undefined ? 0 : lastPickOf(layout, alias).clearedMs,
        hasApiKey: holderIn(home).kind === "apikey",
      }, clock.now());
    },
    async refresh() {
      if (alias === undefined || isSupervisorDisabled(host.env)) return;
      try {
        await ensureSupervisor(host, layout);
        // The supervisor reads the limits of a session that was just picked.
        await choose(host, layout, config, { alias });
      } catch (error) {
        // Then what is known has to do.
        host.err(
          `agentlb: warning: Cannot ask for a reading of "${printable(alias)}": ${
            printable(wordsOf(error))
          }\n`,
        );
      }
    },
    check: () => checkHere(host, thread),
    ask: (doubt) => wish.ask(doubt),
    prepare: () => prepare(host, layout, config, thread, rollout),
  };
}

async function prepare(
  host: Host,
  layout: Layout,
  config: Config,
  thread: ContinuedThread,
  rollout: RolloutEnd,
): Promise<() => Promise<Run>> {
  const { id, alias, home, cwd } = thread;
  checkHere(host, thread);
  const words = commandOf(host, config, "", resumeWords(id, isExec(thread), rollout.settings));
  const launch = await launchIn(host, config, home, words);
  if (alias !== undefined) {
    const picked = await choose(host, layout, config, { alias }, { isRunHere: true });
    if (picked.isRenewing) await awaitRenewal(host, layout, alias);
  }
  return async () => {
    await noteEvent(
      host,
      () => layout,
      { kind: "went-on", thread: id, ...(alias ? { alias } : {}) },
      (why) => {
        host.err(`agentlb: warning: Cannot note the event: ${why}\n`);
      },
    );
    rollout.follow();
    const record = host.system.processes === undefined ? noteRun(layout, home) : undefined;
    try {
      const here = { ...launch, cwd, ...(isExec(thread) ? { stdin: "empty" } as const : {}) };
      const exit = await host.attend(here, (pid) => record?.handOver(pid));
      rollout.look();
      return { end: endOf(exit, words[0] ?? ""), hasWorked: rollout.hasWorked };
    } finally {
      record?.remove();
    }
  };
}

/** Throws Failure when the thread can't be gone on with here. */
function checkHere({ isTerminal }: Pick<Host, "isTerminal">, thread: ContinuedThread): void {
  const { id, cwd } = thread;
  if (isOfAnother(thread)) {
    throw new Failure(
      "failed",
      `Cannot go on with thread ${id}: its session is logged in to another account than the one that began it`,
      { hint: `log in to that one, or go on all the same: agentlb -- exec resume ${typed(id)} continue` },
    );
  }
  if (!isFolder(cwd)) {
    throw new Failure("failed", `Cannot go on with thread ${id}: its folder is gone: ${cwd}`);
  }
  if (!isExec(thread) && !(isTerminal.input && isTerminal.output)) {
    throw new Failure("failed", `Cannot go on with thread ${id}: it was begun in a terminal and needs one`, {
      hint: `run in a terminal: agentlb continue ${typed(id)}`,
    });
  }
}

/** True for a thread that needs no terminal. */
function isExec({ source }: ContinuedThread): boolean {
  return source === "exec";
}

/** True when the home has the login of another account than the one that began the thread. */
function isOfAnother({ home, workspace, user }: ContinuedThread): boolean {
  const login = holderIn(home);
  const isUnknown = (workspace === undefined && user === undefined) ||
    (login.workspace === undefined && login.user === undefined);
  return !isUnknown && !isSameAccount(login, { workspace, user: user ?? login.user });
}

/** True when a Codex has the thread open now, or may have where that can't be seen. */
function isOpenNow(
  host: Host,
  layout: Layout,
  { home, alsoIn, id }: ContinuedThread,
  version: string | undefined,
): boolean {
  // Each home that has the rollout has locks of its own.
  const homes = [home, ...alsoIn.map((alias) => homeOf(layout, alias))];
  const holders = lockHolders();
  if (holders === undefined) return homes.some((each) => openersOf(host, layout, each).length > 0);
  const isLocked = (each: string) => openThreads(threadLocksOf(each), holders).some((open) => open.id === id);
  if (homes.some(isLocked)) return true;
  if (has(version, "threadLocks")) return false;
  const open = openRollouts(layout, homes.map((each) => ({ home: each })));
  return [...open.values()].flat().some((each) => each.id === id);
}
