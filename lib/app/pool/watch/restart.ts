import { basename } from "node:path";
import { nextChore, type Restart, type Step, withStep } from "../../../core/pool/watch/restart.ts";
import { printable } from "../../../core/text/printable.ts";
import type { Host } from "../../../io/host.ts";
import { isAlive, ownIdentity } from "../../../io/process/process.ts";
import type { RestartFile } from "./restart_record.ts";
import type { Twf, WorkersTmux } from "./twf.ts";
import { isSameAccount } from "../../../core/codex/account_key.ts";
import { accountAt, accountIn } from "../../codex/account_file.ts";

/** The context of a restart. */
export interface Crew {
  readonly host: Pick<Host, "clock">;
  readonly record: RestartFile;
  readonly twf: Twf;
  readonly tmux: WorkersTmux;
  /** The message sent to restarted workers. */
  readonly message: string;
  homeOf(worker: string): string | undefined;
  /** The number of limit messages on a worker's screen. */
  bannersOf(worker: string): Promise<number>;
  say(line: string): void;
  readonly interrupted: AbortSignal;
}

interface Rotation {
  readonly team: string;
  readonly from: string;
  readonly to: string;
  /** The running workers. */
  readonly workers: readonly string[];
  /** Rotates the team; returns false if it is no longer on `from`. */
  move(): Promise<boolean>;
}

/**
 * Rotates a team and restarts its workers. Each step is recorded before and after, so that another watcher can continue
 * if this one is killed. "late" = another has rotated the team, "busy" = another is restarting it now.
 */
export async function rotateTeam(crew: Crew, rotation: Rotation): Promise<"rotated" | "late" | "busy"> {
  const { record, host } = crew;
  const done = await record.alone(async () => {
    const { team, from, to, workers } = rotation;
    const old = record.read();
    if (old !== undefined && old.phase !== "done") return "late";
    const plan: Restart = {
      team,
      from,
      to,
      at: old?.at ?? 0,
      by: ownIdentity(),
      phase: "rotating",
      workers: new Map(workers.map((worker) => [worker, "running"])),
      resumedAt: old?.resumedAt ?? new Map(),
      banners: old?.banners ?? new Map(),
    };
    record.write(plan);
    if (!await rotation.move()) {
      record.write({ ...plan, phase: "done", workers: new Map() });
      return "late";
    }
    const moved: Restart = { ...plan, phase: "restarting", at: host.clock.now() };
    record.write(moved);
    await restart(crew, moved);
    return "rotated";
  });
  return done === undefined ? "busy" : done.result;
}

/** Finishes the restart of an earlier watcher; `current` reveals whether that had rotated the team. */
export async function finishRestart(crew: Crew, current: () => Promise<string>): Promise<void> {
  const { record, say } = crew;
  if ((record.read()?.phase ?? "done") === "done") return;
  await record.alone(async () => {
    const left = record.read();
    if (left === undefined || left.phase === "done") return;
    // The workers need the restart even more if the team was rotated again since.
    const hasMoved = left.phase === "restarting" || await current() !== left.from;
    if (!hasMoved) return record.write({ ...left, phase: "done", workers: new Map() });
    const who = isAlive(left.by) ? "" : ` by a watcher that is gone (pid ${left.by.pid})`;
    say(`ℹ️ finishing the restart begun${who}: ${names([left.from])} -> ${names([left.to])}`);
    const at = left.phase === "restarting" ? left.at : crew.host.clock.now();
    await restart(crew, { ...left, phase: "restarting", at, by: ownIdentity() });
  });
}

async function restart(crew: Crew, begun: Restart): Promise<void> {
  const { record, tmux, message, interrupted, say, host } = crew;
  let now = begun;
  const note = (worker: string, step: Step) => record.write(now = withStep(now, worker, step));
  for (let chore = nextChore(now.workers); chore && !interrupted.aborted; chore = nextChore(now.workers)) {
    const { worker } = chore;
    const isRunning = chore.do !== "tell" && await tmux.isRunning(worker);
    // The worker was restarted, but its watcher was killed before it recorded that.
    const isBack = isRunning && hasLogin(crew, worker, now.to);
    if (chore.do === "tell") {
      note(worker, await attempt(crew, worker, "send", worker, message) ? "told" : "failed");
    } else if (isBack) {
      resumed(worker);
    } else if (chore.do === "stop") {
      const isDone = !isRunning || await attempt(crew, worker, "stop", worker);
      note(worker, isDone || !await tmux.isRunning(worker) ? "stopped" : "failed");
    } else if (
      await attempt(crew, worker, "resume", worker, "--no-tree") || await isBackNow(crew, worker, now.to)
    ) {
      resumed(worker);
    } else {
      note(worker, "failed");
    }
  }
  if (interrupted.aborted && nextChore(now.workers)) return;
  const banners = new Map(now.banners);
  for (const worker of now.workers.keys()) banners.set(worker, await crew.bannersOf(worker));
  record.write({ ...now, phase: "done", banners });
  const failed = [...now.workers].filter(([, step]) => step === "failed").map(([worker]) => worker);
  if (failed.length > 0) say(`⚠️ not restarted: ${names(failed)}`);

  function resumed(worker: string): void {
    now = { ...now, resumedAt: new Map(now.resumedAt).set(worker, host.clock.now()) };
    note(worker, "resumed");
  }
}

/** True if the worker is back, for example by a twf that outlived its watcher. */
async function isBackNow(crew: Crew, worker: string, file: string): Promise<boolean> {
  return await crew.tmux.isRunning(worker) && hasLogin(crew, worker, file);
}

/** True if the login in a worker's home is that of an auth file. */
function hasLogin({ homeOf }: Crew, worker: string, file: string): boolean {
  const home = homeOf(worker);
  return home !== undefined && isSameAccount(accountIn(home), accountAt(file));
}

/** Runs a command of twf and prints its error. */
async function attempt({ twf, say }: Crew, worker: string, ...words: string[]): Promise<boolean> {
  const trouble = await twf.run(...words);
  if (trouble === undefined) return true;
  say(`⚠️ twf ${words[0]} ${printable(worker)}: ${trouble}`);
  return false;
}

/** The last parts of paths. */
export function names(all: readonly string[]): string {
  return all.map((path) => printable(basename(path))).join(", ");
}
