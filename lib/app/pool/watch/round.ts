import { dirname, join } from "node:path";
import { bannersIn } from "../../../core/pool/screen/banner.ts";
import { parseLocalTime } from "../../../core/pool/python/local_time.ts";
import { paneOf } from "../../../core/pool/watch/registry.ts";
import {
  decide,
  type Decision,
  type Facts,
  type Policy,
  sourceWords,
  stuckOf,
} from "../../../core/pool/watch/watch_decision.ts";
import { windowWords } from "../../../core/pool/limits/window_words.ts";
import { printable } from "../../../core/text/printable.ts";
import { formatTime } from "../../../core/text/time.ts";
import { exists } from "../../../io/files/read.ts";
import type { Host } from "../../../io/host.ts";
import type { PoolSettings } from "../load.ts";
import { type Read, type ReadingWish, readOrExplain } from "../limits/read_limits.ts";
import { readTeam, type TeamWorker, twfStateFolder } from "../registry.ts";
import { type Crew, finishRestart, names, rotateTeam } from "./restart.ts";
import type { RestartFile } from "./restart_record.ts";
import { advanceAuth, currentTurn, type Turn } from "../pick/rotation.ts";
import { signsOf } from "./signs.ts";
import { tellRotation } from "./tell_rotation.ts";
import { twfAt, type WorkersTmux } from "./twf.ts";
import { workerHomes } from "../limits/workers.ts";

/** The state of one watched team. */
export interface Watch {
  readonly host: Host;
  readonly settings: PoolSettings;
  readonly dir: string;
  /** The current auth files. Throws Failure without any. */
  files(): readonly string[];
  readonly registry: string;
  readonly record: RestartFile;
  readonly tmux: WorkersTmux;
  readonly twfPath: string;
  readonly reading: Omit<ReadingWish, "workers" | "since">;
  readonly policy: Policy;
  /** The number of attempts per reading. */
  readonly tries: number;
  /** The delay between the decision to rotate and the rotation. */
  readonly graceMs: number;
  readonly needle: string;
  readonly message: string;
  /** The last message per subject, to avoid repetition. */
  readonly said: Map<string, string>;
  /** All accounts are used up until then (epoch milliseconds); valid for the same accounts only. */
  waiting: { readonly until: number; readonly about: string } | undefined;
  readonly interrupted: AbortSignal;
  /** Started processes that have not ended. */
  readonly leaving: Set<Promise<void>>;
}

const AGAIN_MS = 1000;
const LONGEST_AGAIN_MS = 8000;

/** Looks once at a team and does what is due; returns the exit code of a single look. */
export async function lookOnce(watch: Watch): Promise<number> {
  const { host, settings, dir, registry } = watch;
  if (isPaused(watch)) return 0;
  const team = readTeam(host, settings, registry);
  if (team.length === 0) {
    once(watch, "members", `⚠️ no members found in registry: ${printable(registry, 4096)}`);
    return 1;
  }
  watch.said.delete("members");
  const files = watch.files();
  const crew = crewOf(watch, team);
  await finishRestart(crew, async () => (await currentTurn(host, settings, dir, files)).current);
  if (watch.interrupted.aborted) return 0;
  const startedAt = host.clock.now();
  const turn = await currentTurn(host, settings, dir, files);
  const about = [turn.current, ...files].join("\0");
  if (watch.waiting?.about === about && startedAt < watch.waiting.until) return 0;
  watch.waiting = undefined;

  const running = await runningOf(watch, team);
  const [current] = await read(watch, team, [turn.current], watch.tries);
  if (current === undefined || watch.interrupted.aborted) return 0;
  const restart = watch.record.read();
  const switchedAt = restart?.to === turn.current && restart.at > 0
    ? restart.at
    : parseLocalTime(turn.switchedAt);
  const context = { ...watch, account: current.account, switchedAt, restart };
  const signs = await Promise.all(running.map((worker) => signsOf(worker, context)));
  nameLost(watch, signs.filter(({ isLoginLost }) => isLoginLost).map(({ worker }) => worker));

  const facts: Facts = { current, others: undefined, stuck: stuckOf(signs), now: host.clock.now() };
  let decision = decide(facts, watch.policy);
  if (decision.act === "ask others") {
    const at = turn.inTurn.indexOf(turn.current);
    const others = [...turn.inTurn.slice(at + 1), ...turn.inTurn.slice(0, at)];
    const known = await read(watch, team, others, 1);
    if (watch.interrupted.aborted) return 0;
    decision = decide({ ...facts, others: known, now: host.clock.now() }, watch.policy);
  }
  await carryOut(watch, decision, { current, turn, crew, running, about });
  return 0;
}

interface Seen {
  readonly current: Read;
  readonly turn: Turn;
  readonly crew: Crew;
  readonly running: readonly TeamWorker[];
  readonly about: string;
}

async function carryOut(watch: Watch, decision: Decision, seen: Seen): Promise<void> {
  const { current } = seen;
  const { reading } = current;
  const usage = reading.kind === "limits"
    ? `${windowWords(reading.readings.limits)}${sourceWords(reading.source)}`
    : "";
  const name = printable(current.name);
  switch (decision.act) {
    case "ask others":
      return;
    case "go on": {
      const stuck = names(decision.stuck);
      if (stuck === "") watch.said.delete("state");
      else once(watch, "state", `ℹ️ ${name} has something left (${usage}), but a limit stops: ${stuck}`);
      return;
    }
    case "hold":
      return once(
        watch,
        "state",
        "ℹ️ limits show 0% left but no worker shows the limit banner; skipping rotation this round",
      );
    case "stay":
      return once(watch, "state", whyStay(decision, current));
    case "wait": {
      const until = decision.until === undefined ? "a reset" : `the reset at ${formatTime(decision.until)}`;
      const unknown = decision.unknown.length === 0 ? "" : `; not known: ${names(decision.unknown)}`;
      if (decision.until !== undefined) watch.waiting = { until: decision.until, about: seen.about };
      return once(watch, "state", `⏳ no account has anything left${unknown}; waiting for ${until}`);
    }
    case "rotate":
      return await rotate(watch, decision, usage, seen);
  }
}

async function rotate(
  watch: Watch,
  { to, isBlind }: Extract<Decision, { act: "rotate" }>,
  usage: string,
  { turn, crew, running }: Seen,
): Promise<void> {
  const { host, settings, dir, graceMs } = watch;
  const why = usage === "" ? "status unavailable" : `usage limit hit (${usage})`;
  host.err(`⚠️ ${why}. Rotating after ${graceMs / 1000}s grace...\n`);
  await host.clock.sleep(graceMs, watch.interrupted);
  if (watch.interrupted.aborted || isPaused(watch)) return;
  const from = turn.current;
  const what = `${names([from])} -> ${names([to])}`;
  const outcome = await rotateTeam(crew, {
    team: dir,
    from,
    to,
    workers: running.map(({ full }) => full),
    async move() {
      const files = watch.files();
      const { advanced, current } = await advanceAuth(host, settings, dir, files, { expected: from, to });
      if (advanced) {
        const blind = isBlind ? " (status unavailable)" : "";
        host.err(`🔁 auth rotated${blind}: ${names([from])} -> ${names([current])}\n`);
        await tellRotation(host, dir, from, current);
      }
      return advanced;
    },
  });
  watch.said.delete("state");
  if (outcome === "late") host.err(`ℹ️ another watcher has rotated already: ${what}\n`);
  if (outcome === "busy") host.err(`ℹ️ another watcher is restarting the team: ${what}\n`);
  if (outcome === "late") {
    await finishRestart(crew, async () => (await currentTurn(host, settings, dir, watch.files())).current);
  }
}

/** Reads auth files; retries transient failures. A missing Codex counts as a failed reading. */
async function read(
  watch: Watch,
  team: readonly TeamWorker[],
  files: readonly string[],
  tries: number,
): Promise<readonly Read[]> {
  const { host, settings, reading, record, interrupted, leaving } = watch;
  const resumedAt = record.read()?.resumedAt;
  const named = team.map(({ full, home }) => ({ name: full, home }));
  const workers = workerHomes(host, settings, named);
  const wish = { ...reading, workers, since: ({ name }: { name: string }) => resumedAt?.get(name) };
  for (let attempt = 1;; attempt++) {
    const { all, gone } = await readOrExplain(host, wish, files);
    leaving.add(gone);
    void gone.then(() => leaving.delete(gone));
    const isPassing = all.some(({ reading }) =>
      reading.kind === "failed" && (reading.trouble === "network" || reading.trouble === "other")
    );
    if (!isPassing || attempt >= tries || interrupted.aborted) return all;
    await host.clock.sleep(Math.min(AGAIN_MS * 2 ** (attempt - 1), LONGEST_AGAIN_MS), interrupted);
  }
}

/** True if a `.paused` file exists beside the registry. */
function isPaused(watch: Watch): boolean {
  const file = join(dirname(watch.registry), ".paused");
  if (!exists(file)) {
    watch.said.delete("paused");
    return false;
  }
  once(watch, "paused", `⏸️ team paused (${printable(file, 4096)}); skipping`);
  return true;
}

async function runningOf({ tmux }: Watch, team: readonly TeamWorker[]): Promise<TeamWorker[]> {
  const isRunning = await Promise.all(team.map(({ full }) => tmux.isRunning(full)));
  return team.filter((_, at) => isRunning[at]);
}

/** Names workers whose copy of the login is dead: its refresh token was used elsewhere, so they need a restart. */
function nameLost(watch: Watch, lost: readonly string[]): void {
  if (lost.length === 0) watch.said.delete("lost");
  else once(watch, "lost", `⚠️ login lost, to be started anew: ${names(lost)}`);
}

function whyStay(
  { trouble, reason }: Extract<Decision, { act: "stay" }>,
  { name, holders }: Read,
): string {
  const file = printable(name);
  const unknown = `what ${file} has left is not known; not rotating`;
  const shown = printable(reason);
  switch (trouble) {
    case "network":
      return `⚠️ no way to the usage service (${shown}): ${unknown}`;
    case "codex":
      return `⚠️ codex can't be run (${shown}): ${unknown}`;
    case "login":
      return `⚠️ the login in ${file} is lost (${shown}), log in to it again: ${unknown}`;
    case "due": {
      const workers = holders.length === 0 ? "none" : names(holders.map((worker) => worker.name));
      return `⚠️ ${shown}, and no worker has noted its limits (worker homes with this account: ${workers}): ${unknown}`;
    }
    case "other":
      return `⚠️ ${shown}: ${unknown}`;
  }
}

function crewOf(watch: Watch, team: readonly TeamWorker[]): Crew {
  const { host, record, tmux, message, interrupted, registry, twfPath, needle } = watch;
  const workers = new Map(team.map((worker) => [worker.full, worker]));
  return {
    host,
    record,
    tmux,
    message,
    interrupted,
    twf: twfAt(host, twfPath, twfStateFolder(registry, team)),
    homeOf: (name) => workers.get(name)?.home,
    async bannersOf(name) {
      const worker = workers.get(name);
      const screen = worker && await tmux.screenOf(paneOf(worker, worker.state));
      return bannersIn(screen ?? "", needle);
    },
    say: (line) => host.err(`${line}\n`),
  };
}

/** Prints a line unless it repeats the last on its subject. */
function once({ host, said }: Watch, subject: string, line: string): void {
  if (said.get(subject) === line) return;
  said.set(subject, line);
  host.err(`${line}\n`);
}
