import type { Counter } from "./meter.ts";
import type { Slot } from "./slots.ts";

/** Where the windows of one kind of one account could lie among slots. */
export interface Reach {
  readonly capacity: number;
  /** Of a window opened in a slot: the slot behind the last one that it could reach into. */
  readonly end: readonly number[];
  /** ... and the first slot in which the next window could open. */
  readonly next: readonly number[];
  /** The same of the window that is open at the beginning, and what is left in it. */
  readonly first: { readonly end: number; readonly next: number; readonly left: number };
}

/** A window opens anywhere in a slot: it reaches as far as the latest one, the next may follow the earliest. */
export function reachOf({ capacity, durationMs, open }: Counter, slots: readonly Slot[]): Reach {
  const begunBefore = (ms: number) => placeOf(slots, (slot) => slot.fromMs >= ms);
  const doneBefore = (ms: number) => placeOf(slots, (slot) => slot.toMs >= ms);
  const closesMs = open === undefined ? -Infinity : open.openedAtMs + durationMs;
  return {
    capacity,
    end: slots.map(({ toMs }) => begunBefore(toMs + durationMs)),
    next: slots.map(({ fromMs }) => doneBefore(fromMs + durationMs)),
    first: {
      end: begunBefore(closesMs),
      next: doneBefore(closesMs),
      left: Math.max(0, capacity - (open?.used ?? 0)),
    },
  };
}

/** What can be earned most, and by doing how much in each slot. */
export interface Earnings {
  readonly sum: number;
  readonly done: Float64Array;
}

/**
 * The most that windows can earn when a unit of work is paid so much in each slot: by dynamic programming from the last
 * slot on, "the next window opens here, or later", each window filled with its best paid work first.
 */
export function mostEarned(slots: readonly Slot[], pay: Float64Array, reach: Reach): Earnings {
  const count = slots.length;
  const sums = new Float64Array(count + 1);
  const opens = new Uint8Array(count);
  const paid: number[] = [];
  let end = count;
  for (let at = count - 1; at >= 0; at--) {
    while (end > reach.end[at]!) {
      end--;
      if (pay[end]! > 0) paid.splice(rankOf(paid, pay, end), 1);
    }
    if (pay[at]! > 0) paid.splice(rankOf(paid, pay, at), 0, at);
    const sum = fill(slots, pay, paid, reach.capacity) + sums[reach.next[at]!]!;
    opens[at] = Number(sum > sums[at + 1]!);
    sums[at] = Math.max(sum, sums[at + 1]!);
  }
  const done = new Float64Array(count);
  const { first } = reach;
  const early = fill(slots, pay, ranked(pay, 0, first.end), first.left, done);
  for (let at = first.next; at < count;) {
    if (opens[at] === 1) fill(slots, pay, ranked(pay, at, reach.end[at]!), reach.capacity, done);
    at = opens[at] === 1 ? reach.next[at]! : at + 1;
  }
  return { sum: early + sums[first.next]!, done };
}

/** Fills a window with work from these slots, in this order; says what that earns. */
function fill(
  slots: readonly Slot[],
  pay: Float64Array,
  order: readonly number[],
  capacity: number,
  done?: Float64Array,
): number {
  let [left, sum] = [capacity, 0];
  for (const at of order) {
    const work = Math.min(slots[at]!.work, left);
    sum += work * pay[at]!;
    left -= work;
    // Windows next to each other may share a slot of which it is not known in which of them it lies.
    if (done !== undefined) done[at] = Math.min(done[at]! + work, slots[at]!.work);
    if (left <= 0) break;
  }
  return sum;
}

/** The slots that are paid, the best paid first, then the earliest. */
function ranked(pay: Float64Array, from: number, end: number): number[] {
  const order: number[] = [];
  for (let at = from; at < end; at++) if (pay[at]! > 0) order.push(at);
  return order.sort((a, b) => pay[b]! - pay[a]! || a - b);
}

/** Where a slot stands, or would stand, in such an order. */
function rankOf(order: readonly number[], pay: Float64Array, slot: number): number {
  return placeOf(order, (other) => pay[other]! < pay[slot]! || (pay[other] === pay[slot] && other >= slot));
}

/** The first place from which on something holds, in a list in which it does from some place on. */
function placeOf<T>(list: readonly T[], holds: (item: T) => boolean): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(list[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
