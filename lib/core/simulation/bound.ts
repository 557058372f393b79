import { type Earnings, mostEarned, type Reach, reachOf } from "./earnings.ts";
import { meterOf } from "./meter.ts";
import { type Slot, slotsOf } from "./slots.ts";
import type { Holding, Workload } from "./workload.ts";

/** Subgradient iterations, each with a step a little smaller than the last. */
const ROUNDS = 250;
const FIRST_STEP = 0.3;
const STEP_RATIO = 0.97;
/** A margin well above all rounding errors and well below a unit. */
const ROUNDING = 1e-6;

/**
 * The most units that can be served, even with perfect foresight. Two rules of the world are kept: (1) a slot serves no
 * more than is asked for in it, (2) a window holds no more than its capacity. Two are relaxed: that a job stays on its
 * account, and that a step is not split.
 *
 * By Lagrange duality, for any prices: with a price p for (1) in each slot, and a share q of the rest that an account's
 * short window pays, the work served is at most
 *
 *     Σ p × asked + Σ accounts (the most its short windows earn at q + the most its long ones earn at 1 − p − q)
 *
 * because a served unit counts p + q + (1 − p − q) = 1 there. The prices only decide how tight the bound is; they are
 * found by projected subgradient steps. Equal accounts have equal prices. The result is the same on every engine, because
 * it only adds, multiplies, divides and compares.
 */
export function upperBound(workload: Workload): number {
  const slots = slotsOf(workload);
  const kinds = kindsOf(workload.accounts, slots);
  const price = new Float64Array(slots.length);
  let least = slots.reduce((sum, { work }) => sum + work, 0);
  if (kinds.some(({ short, long }) => short === undefined && long === undefined)) return least;
  for (let round = 0, step = FIRST_STEP; round < ROUNDS; round++, step *= STEP_RATIO) {
    let bound = slots.reduce((sum, { work }, at) => sum + work * price[at]!, 0);
    const done = new Float64Array(slots.length);
    const all = kinds.map((kind) => {
      const [short, long] = earningsOf(kind, slots, price);
      bound += kind.count * ((short?.sum ?? 0) + (long?.sum ?? 0));
      const work = (long ?? short)?.done ?? done;
      for (let at = 0; at < slots.length; at++) done[at]! += kind.count * work[at]!;
      return [short, long] as const;
    });
    least = Math.min(least, bound);
    slots.forEach(({ work }, at) => {
      price[at] = within(0, 1, price[at]! - step * (1 - done[at]! / work));
      kinds.forEach(({ share }, index) => {
        const [short, long] = all[index]!;
        if (short === undefined || long === undefined) return;
        share[at] = within(0, 1, share[at]! - step * (short.done[at]! - long.done[at]!) / work);
      });
    });
  }
  return Math.floor(least + ROUNDING);
}

/** A group of equal accounts. */
interface Kind {
  count: number;
  readonly short: Reach | undefined;
  readonly long: Reach | undefined;
  /** The share that a short window pays in each slot, if there is a long one as well. */
  readonly share: Float64Array;
}

function kindsOf(accounts: readonly Holding[], slots: readonly Slot[]): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const account of accounts) {
    const key = JSON.stringify({ ...account, alias: "" });
    const { short, long } = meterOf(account);
    const kind = kinds.get(key) ?? {
      count: 0,
      short: short && reachOf(short, slots),
      long: long && reachOf(long, slots),
      share: new Float64Array(slots.length),
    };
    kind.count++;
    kinds.set(key, kind);
  }
  return [...kinds.values()];
}

function earningsOf(
  { short, long, share }: Kind,
  slots: readonly Slot[],
  price: Float64Array,
): readonly [Earnings | undefined, Earnings | undefined] {
  const rest = price.map((price) => 1 - price);
  if (short === undefined) return [undefined, long && mostEarned(slots, rest, long)];
  if (long === undefined) return [mostEarned(slots, rest, short), undefined];
  const paid = rest.map((rest, at) => Math.min(share[at]!, rest));
  return [
    mostEarned(slots, paid, short),
    mostEarned(slots, rest.map((rest, at) => rest - paid[at]!), long),
  ];
}

function within(least: number, most: number, value: number): number {
  return Math.min(Math.max(value, least), most);
}
