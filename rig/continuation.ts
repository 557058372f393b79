import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Around,
  goOn,
  type GoOnOptions,
  type Outcome,
  type Run,
} from "../lib/app/thread/going_on/go_on.ts";
import { type PromiseStore, promiseStore } from "../lib/app/thread/going_on/promises.ts";
import { type Chance, chanceOf } from "../lib/core/simulation/chance.ts";
import type { TurnEnd } from "../lib/core/codex/rollout.ts";

/** A mistake that is made on purpose, to see that it is found. */
export type Fault =
  /** The start is recorded only after it. */
  | "recorded late"
  /** What was recorded of a start is not read. */
  | "record ignored"
  /** Nobody asks whether the reset has come. */
  | "reset ignored";

export interface ContinuationRuns {
  readonly seeds: number;
  readonly fault?: Fault;
}

/** What happened in all runs. */
export interface ContinuationFigures {
  runs: number;
  kills: number;
  /** Kills by the step that was next. */
  readonly killedAt: Record<string, number>;
  resets: number;
  starts: number;
  /** Restarts that asked, because a start could not be known to have taken place. */
  asked: number;
  /** Promises that were listed after a kill. */
  listed: number;
  /** Second commands that were refused, because the first was waiting. */
  refused: number;
  /** What must never be. */
  readonly wrong: string[];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START_MS = Date.parse("2026-11-20T12:00:00.000Z");
const THREAD = "01a22d37-1ae6-7ce0-b207-f6691be7d198";
/** Users start it again this often, however often it is killed. */
const MOST_COMMANDS = 12;

/** Runs one continuation per seed, on promises in real files, and kills it at steps drawn by chance. */
export async function runContinuations({ seeds, fault }: ContinuationRuns): Promise<ContinuationFigures> {
  const figures: ContinuationFigures = {
    runs: 0,
    kills: 0,
    killedAt: {},
    resets: 0,
    starts: 0,
    asked: 0,
    listed: 0,
    refused: 0,
    wrong: [],
  };
  const parent = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  const folder = mkdtempSync(join(parent, "agentlb-promises-"));
  try {
    for (let seed = 1; seed <= seeds; seed++) {
      const found = await oneRun(join(folder, String(seed)), seed, fault, figures);
      figures.wrong.push(...found.map((what) => `seed ${seed}: ${what}`));
      figures.runs++;
      rmSync(join(folder, String(seed)), { recursive: true, force: true });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return figures;
}

class Killed extends Error {}

/** A Codex of the simulation; it outlives the process that started it. */
interface FakeRun {
  readonly startedAt: number;
  readonly boundary: number;
  readonly attachAt: number;
  readonly endAt: number;
  readonly isConfirmed: boolean;
  /** Killed before it got to the thread: then nothing shows that it was started. */
  readonly isStillborn: boolean;
  /** Killed in its turn, whose effects stay. */
  readonly isKilled: boolean;
  /** Its end was seen by the process that started it. */
  isWitnessed: boolean;
  phase: "starting" | "open" | "over";
  hasWorked: boolean;
}

/** The thread, the service and the clock of one seed. */
class Scene {
  now = START_MS;
  lastTurn: { at: number; end: TurnEnd } = { at: START_MS, end: "limit" };
  /** The resets, in order, and what each gives. */
  readonly resets: { readonly atMs: number; readonly toldMs: number; quota: number }[] = [];
  todo: number;
  readonly codexes: FakeRun[] = [];
  readonly chance: Chance;

  constructor(chance: Chance) {
    this.chance = chance;
    this.todo = 1 + chance.below(6);
    let at = START_MS;
    for (let n = 0; n < 8; n++) {
      const told = at + HOUR_MS + chance.below(4) * HOUR_MS;
      // Some come early, as after a reset by hand.
      const isEarly = chance.below(5) === 0;
      at = isEarly ? told - 20 * MINUTE_MS : told;
      this.resets.push({ atMs: at, toldMs: told, quota: 1 + chance.below(3) });
    }
  }

  get isOpen(): boolean {
    return this.codexes.some(({ phase }) => phase === "open");
  }

  /** The number of resets so far. */
  period(atMs = this.now): number {
    return this.resets.filter((reset) => reset.atMs <= atMs).length;
  }

  get quota(): number {
    return this.resets[this.period() - 1]?.quota ?? 0;
  }

  /** Lets time pass: what Codex does meanwhile is done in order. */
  pass(toMs: number): void {
    for (;;) {
      const next = this.codexes.flatMap((codex) =>
        codex.phase === "over" ? [] : [{ codex, at: codex.phase === "open" ? codex.endAt : codex.attachAt }]
      ).sort((a, b) =>
        a.at - b.at
      )[0];
      if (next === undefined || next.at > toMs) break;
      this.now = Math.max(this.now, next.at);
      if (next.codex.phase === "open") this.#end(next.codex);
      else this.#attach(next.codex);
    }
    this.now = Math.max(this.now, toMs);
  }

  start(isConfirmed: boolean): FakeRun {
    const attachAt = this.now + 50 + this.chance.below(3000);
    const codex: FakeRun = {
      startedAt: this.now,
      boundary: this.lastTurn.at,
      attachAt,
      endAt: attachAt + 1000 + this.chance.below(20) * MINUTE_MS,
      isConfirmed,
      isStillborn: this.chance.below(12) === 0,
      isKilled: this.chance.below(15) === 0,
      isWitnessed: false,
      phase: "starting",
      hasWorked: false,
    };
    this.codexes.push(codex);
    return codex;
  }

  #attach(codex: FakeRun): void {
    // Codex refuses a thread that another one has open.
    if (codex.isStillborn || this.isOpen) return void (codex.phase = "over");
    codex.phase = "open";
    this.lastTurn = { at: this.now, end: "running" };
  }

  #end(codex: FakeRun): void {
    const reset = this.resets[this.period() - 1];
    const done = Math.min(this.todo, reset?.quota ?? 0);
    if (reset !== undefined) reset.quota -= done;
    this.todo -= done;
    codex.hasWorked = done > 0;
    codex.phase = "over";
    if (!codex.isKilled) this.lastTurn = { at: this.now, end: this.todo === 0 ? "completed" : "limit" };
  }
}

async function oneRun(
  folder: string,
  seed: number,
  fault: Fault | undefined,
  figures: ContinuationFigures,
): Promise<string[]> {
  const chance = chanceOf(seed, "continuation");
  const scene = new Scene(chance);
  const wrong: string[] = [];
  const living = new Set<number>();
  const layout = { promises: join(folder, "promises"), promisesLock: join(folder, "lock") };
  const clock = { now: () => scene.now, monotonic: () => scene.now, sleep: () => Promise.resolve() };
  const storeOf = (pid: number) =>
    promiseStore({ clock, random: () => 0.5 }, layout, {
      self: { pid, startTime: String(pid), bootId: "boot" },
      isAlive: (identity) => living.has(identity.pid),
      locked: (action) => Promise.resolve(action()),
    });
  let waits: Wait[] = [];
  const rival = async (first: number) => {
    const second = 5000;
    living.add(second);
    const around = aroundOf(scene, storeOf(second), () => {}, undefined, SILENT);
    const { obstacle } = await goOn(around, OPTIONS);
    living.delete(second);
    if (obstacle?.why === "promised" && obstacle.pid === first) figures.refused++;
    else wrong.push(`a second command was not refused: ${obstacle?.why}`);
  };
  let killsLeft = chance.below(4);
  for (let command = 1; command <= MOST_COMMANDS; command++) {
    const pid = 1000 + command;
    living.add(pid);
    let stepsLeft = killsLeft > 0 ? 1 + chance.below(28) : Infinity;
    const at = (step: string) => {
      if (--stepsLeft > 0) return;
      figures.kills++;
      figures.killedAt[step] = (figures.killedAt[step] ?? 0) + 1;
      throw new Killed();
    };
    const around = aroundOf(scene, faulty(storeOf(pid), fault), at, fault, {
      asked: () => void figures.asked++,
      waited: (wait) => void waits.push(wait),
      rival: () => rival(pid),
    });
    let outcome: Outcome | undefined;
    const hadPromise = storeOf(pid).all().length > 0;
    try {
      outcome = await goOn(around, OPTIONS);
    } catch (thrown) {
      if (!(thrown instanceof Killed)) throw thrown;
      killsLeft--;
      // What it would have done in this period is not known.
      waits = waits.filter(({ to }) => scene.period(to) < scene.period());
    }
    living.delete(pid);
    const listed = storeOf(0).all().length;
    if (outcome === undefined) {
      if (listed > 0) figures.listed++;
      // Nothing is lost: what was promised is listed until the thread has ended.
      const isPromised = hadPromise || around.hasClaimed();
      if (isPromised && !around.hasRemoved() && listed === 0) wrong.push("a promise is gone after a kill");
    }
    if (scene.lastTurn.end === "completed" && scene.todo === 0 && outcome !== undefined) break;
    // The user comes back at once, or much later.
    scene.pass(scene.now + (chance.below(2) === 0 ? chance.below(3000) : chance.below(5) * HOUR_MS));
  }
  scene.pass(scene.now + HOUR_MS);
  figures.starts += scene.codexes.length;
  figures.resets += scene.period();
  wrong.push(...faultsOf(scene, waits));
  return wrong;
}

/** A wait of a living process. */
interface Wait {
  readonly from: number;
  readonly to: number;
}

const OPTIONS: GoOnOptions = {
  isOff: false,
  waits: true,
  isAttended: false,
  unattendedMs: 48 * HOUR_MS,
  deadline: Infinity,
};

/** What must never be: two starts from one boundary or after one reset, a start before a reset, a reset slept through. */
function faultsOf(scene: Scene, waits: readonly Wait[]): string[] {
  const wrong: string[] = [];
  // Not counted are starts that were seen to come to nothing, and those that a later answer of the user settles.
  const counted = scene.codexes.filter(({ isConfirmed, isStillborn, isWitnessed, boundary }, index) =>
    !isConfirmed && !(isStillborn && isWitnessed) &&
    !scene.codexes.slice(index).some((later) => later.isConfirmed && later.boundary === boundary)
  );
  const boundaries = counted.map(({ boundary }) => boundary);
  if (new Set(boundaries).size < boundaries.length) wrong.push("two starts from one boundary");
  const periods = counted.map(({ startedAt }) => scene.period(startedAt));
  if (periods.includes(0)) wrong.push("a start before any reset");
  if (new Set(periods).size < periods.length) wrong.push("two starts after one reset");
  for (const { from, to } of waits) {
    const period = scene.period(to);
    if (scene.period(from) === period) continue;
    if (!scene.codexes.some(({ startedAt }) => scene.period(startedAt) === period)) {
      wrong.push(`reset ${period} was slept through`);
    }
  }
  return wrong;
}

interface Noted {
  asked(): void;
  waited(wait: Wait): void;
  /** Another process tries the same. */
  rival(): Promise<void>;
}

const SILENT: Noted = { asked() {}, waited() {}, rival: () => Promise.resolve() };

/** The scene as one process sees it; each step may be the one at which it is killed. */
function aroundOf(
  scene: Scene,
  store: PromiseStore,
  at: (step: string) => void,
  fault: Fault | undefined,
  noted: Noted,
): Around & { hasClaimed(): boolean; hasRemoved(): boolean } {
  const { chance } = scene;
  let isConfirmed = false;
  let [hasClaimed, hasRemoved] = [false, false];
  return {
    clock: { now: () => scene.now },
    hasClaimed: () => hasClaimed,
    hasRemoved: () => hasRemoved,
    store: {
      ...store,
      async claim(promise) {
        at("before the promise");
        const isOurs = await store.claim(promise);
        hasClaimed = true;
        at("after the promise");
        return isOurs;
      },
      write(promise) {
        at(`before "${promise.step}"`);
        store.write(promise);
        at(`after "${promise.step}"`);
      },
      remove(thread) {
        at("before the promise is kept");
        store.remove(thread);
        hasRemoved = true;
        at("after the promise is kept");
      },
    },
    about: { thread: THREAD, alias: "a", home: "/home", cwd: "/work", firstWords: "do it" },
    look() {
      at("look");
      return { isOpen: scene.isOpen, lastTurn: scene.lastTurn, leavesMarker: true };
    },
    left() {
      if (fault === "reset ignored") return { isUsedUp: false, untilMs: undefined, isPaid: false };
      const next = scene.resets[scene.period()];
      const isUsedUp = scene.quota === 0;
      return { isUsedUp, untilMs: isUsedUp ? next?.toldMs : undefined, isPaid: false };
    },
    refresh() {
      at("refresh");
      scene.pass(scene.now + chance.below(2000));
      return Promise.resolve();
    },
    async pause(lookMs, untilMs) {
      at("wait");
      if (chance.below(10) === 0) await noted.rival();
      const from = scene.now;
      // A machine that sleeps wakes later; a reset that comes early is published within a minute.
      const reset = scene.resets[scene.period()]?.atMs ?? Infinity;
      const isBrief = untilMs !== undefined && lookMs - from <= MINUTE_MS;
      const isAsleep = chance.below(20) === 0 && !isBrief;
      const to = Math.min(lookMs, reset + chance.below(MINUTE_MS), from + 2 * HOUR_MS);
      scene.pass(Math.max(to, from + 1) + (isAsleep ? chance.below(8) * HOUR_MS : 0));
      noted.waited({ from, to: scene.now });
      at("after a wait");
    },
    ask() {
      noted.asked();
      // Whoever looks first and says no changes nothing; whoever says yes answers for it.
      isConfirmed = chance.below(3) === 0;
      return Promise.resolve(isConfirmed);
    },
    check() {},
    prepare() {
      at("prepare");
      scene.pass(scene.now + chance.below(500));
      return Promise.resolve((): Promise<Run> => {
        at("start");
        const codex = scene.start(isConfirmed);
        isConfirmed = false;
        at("just started");
        if (chance.below(3) === 0) scene.pass(codex.attachAt);
        at("started");
        scene.pass(codex.endAt);
        at("ended");
        codex.isWitnessed = true;
        return Promise.resolve({ end: 1, hasWorked: codex.hasWorked });
      });
    },
  };
}

/** The store with a planted fault. */
function faulty(store: PromiseStore, fault: Fault | undefined): PromiseStore {
  switch (fault) {
    case "recorded late": {
      // The record follows with the next write, when Codex has ended.
      return { ...store, write: (promise) => promise.step === "starting" ? undefined : store.write(promise) };
    }
    case "record ignored":
      return {
        ...store,
        read(thread) {
          const found = store.read(thread);
          return found && { ...found, step: "waiting" };
        },
      };
    default:
      return store;
  }
}
