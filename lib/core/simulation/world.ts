import { type Heap, heapOf } from "../text/heap.ts";
import { meterOf, spend, unitsLeft } from "./meter.ts";
import {
  noteBlock,
  notePick,
  noteRest,
  noteTurn,
  noteTurnEnd,
  noteWork,
  SEEN_MS,
  type Watch,
  watchOf,
} from "./supervision.ts";
import { type Job, type Turn, workAsked, type Workload } from "./workload.ts";

/** The results of a simulation. */
export interface Outcome {
  /** The work asked for, in units. */
  readonly asked: number;
  readonly served: number;
  readonly turns: number;
  /** Turns cut short, or not begun, because a window was full. */
  readonly blocked: number;
  /** Blocked turns whose rest another account could have served at that moment. */
  readonly avoidable: number;
  readonly picks: number;
  /** Picks after a block that led to another account. */
  readonly switches: number;
}

/** Picks an account by index, at the begin of a job and after each blocked turn. */
export type Chooser = (watches: readonly Watch[], nowMs: number) => number;

/** A part of a turn's work; a step that finds a window full ends the turn. */
export interface Step {
  readonly atMs: number;
  readonly work: number;
}

const STEP_MS = 60_000;

/** Splits a turn into steps: whole units, spread evenly. */
export function stepsOf({ atMs, durationMs, work }: Turn): Step[] {
  const count = Math.max(1, Math.ceil(durationMs / STEP_MS));
  const until = (step: number) => Math.floor(step * work / count);
  return Array.from({ length: count }, (_, step) => ({
    atMs: atMs + step * STEP_MS,
    work: until(step + 1) - until(step),
  }));
}

/** Runs all jobs in the order of time. */
export function run(workload: Workload, choose: Chooser): Outcome {
  const world: World = {
    watches: workload.accounts.map((account, place) => watchOf(meterOf(account), workload.readings, place)),
    choose,
    agenda: heapOf(),
    total: { served: 0, turns: 0, blocked: 0, avoidable: 0, picks: 0, switches: 0 },
  };
  for (const job of workload.jobs) {
    if (job.turns.length > 0) world.agenda.add(job.startMs, (nowMs) => begin(world, job, nowMs));
  }
  for (let next = world.agenda.take(); next !== undefined; next = world.agenda.take()) next.item(next.atMs);
  return { asked: workAsked(workload.jobs), ...world.total };
}

interface World {
  readonly watches: readonly Watch[];
  readonly choose: Chooser;
  readonly agenda: Heap<(nowMs: number) => void>;
  readonly total: { -readonly [Key in Exclude<keyof Outcome, "asked">]: Outcome[Key] };
}

/** The state of a job under way. */
interface Course {
  readonly job: Job;
  watch: Watch;
  /** The process that runs it; a new one after a block. */
  pid: number;
  isBlocked: boolean;
}

function begin(world: World, job: Job, nowMs: number): void {
  const watch = pick(world, nowMs);
  const course = { job, watch, pid: world.total.picks, isBlocked: false };
  world.agenda.add(job.turns[0]!.atMs, (nowMs) => takeTurn(world, course, 0, nowMs));
}

function pick({ watches, choose, total }: World, nowMs: number): Watch {
  const watch = watches[choose(watches, nowMs)]!;
  total.picks++;
  notePick(watch, total.picks, nowMs);
  return watch;
}

function takeTurn(world: World, course: Course, number: number, nowMs: number): void {
  if (course.isBlocked) {
    const watch = pick(world, nowMs);
    if (watch !== course.watch) world.total.switches++;
    Object.assign(course, { watch, pid: world.total.picks, isBlocked: false });
  }
  const { watch, pid, job } = course;
  const turn = job.turns[number]!;
  world.total.turns++;
  world.agenda.add(nowMs + SEEN_MS, (nowMs) => noteTurn(watch, pid, nowMs));
  const end = (nowMs: number) => {
    noteTurnEnd(watch, nowMs);
    const isOver = course.isBlocked || number + 1 === job.turns.length;
    world.agenda.add(nowMs + SEEN_MS, (nowMs) => noteRest(watch, pid, isOver, nowMs));
    const next = job.turns[number + 1];
    if (next !== undefined) {
      world.agenda.add(next.atMs, (nowMs) => takeTurn(world, course, number + 1, nowMs));
    }
  };
  takeStep(world, course, { steps: stepsOf(turn), endMs: turn.atMs + turn.durationMs, end }, 0);
}

interface Stride {
  readonly steps: readonly Step[];
  readonly endMs: number;
  readonly end: (nowMs: number) => void;
}

/** Takes one step and schedules the next, or the end; ends the turn at once when too little is left. */
function takeStep(world: World, course: Course, stride: Stride, number: number): void {
  const { steps, endMs, end } = stride;
  const { atMs, work } = steps[number]!;
  const { watch } = course;
  const done = spend(watch.meter, work, atMs);
  world.total.served += done;
  if (done > 0) noteWork(watch, atMs);
  if (done === work) {
    const next = steps[number + 1];
    if (next === undefined) world.agenda.add(endMs, end);
    else world.agenda.add(next.atMs, () => takeStep(world, course, stride, number + 1));
    return;
  }
  const missing = steps.slice(number + 1).reduce((sum, { work }) => sum + work, work - done);
  world.total.blocked++;
  if (world.watches.some(({ meter }) => unitsLeft(meter, atMs) >= missing)) world.total.avoidable++;
  noteBlock(watch, atMs);
  course.isBlocked = true;
  end(atMs);
}
