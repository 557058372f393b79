import type { Counter } from "./meter.ts";
import type { Slot } from "./slots.ts";

/** The possible positions of an account's windows of one kind among the slots. */
export interface Reach {
  readonly capacity: number;
  /** By the slot in which a window opens: the slot after the last one that it could reach into. */
  readonly end: readonly number[];
  /** By the slot in which a window opens: the first slot in which the next window could open. */
  readonly next: readonly number[];
  /** The same for the window that is open at the beginning, and the units left in it. */
  readonly first: { readonly end: number; readonly next: number; readonly left: number };
}

/** A window may open anywhere in a slot: it reaches as far as the latest one, and the next may follow the earliest. */
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

/** The most that can be earned, and the work done for it in each slot. */
export interface Earnings {
  readonly sum: number;
  readonly done: Float64Array;
}

/**
 * The most that windows can earn at a given pay per unit in each slot: dynamic programming from the last slot to the
 * first, "the next window opens here, or later", each window filled with its best paid work first.
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

/** Fills a window with work from these slots, in this order; returns the earnings. */
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
    // Adjacent windows may share a slot that could lie in either.
    if (done !== undefined) done[at] = Math.min(done[at]! + work, slots[at]!.work);
    if (left <= 0) break;
  }
  return sum;
}

/** The paid slots, best paid first, then earliest. */
function ranked(pay: Float64Array, from: number, end: number): number[] {
  const order: number[] = [];
  for (let at = from; at < end; at++) if (pay[at]! > 0) order.push(at);
  return order.sort((a, b) => pay[b]! - pay[a]! || a - b);
}

/** The index of a slot in that order, or the index where it would be inserted. */
function rankOf(order: readonly number[], pay: Float64Array, slot: number): number {
  return placeOf(order, (other) => pay[other]! < pay[slot]! || (pay[other] === pay[slot] && other >= slot));
}

/** The first index at which `holds` is true, by binary search in a list where it stays true from there on. */
function placeOf<T>(list: readonly T[], holds: (item: T) => boolean): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(list[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
