import { basename } from "node:path";
import { threadOfRollout } from "../../core/codex/rollout.ts";
import { type Layout, rolloutsOf } from "../../core/system/layout.ts";
import { type Promised, type PromiseState, stateOf } from "../../core/thread/promise.ts";
import type { Host } from "../../io/host.ts";
import { RolloutEnd } from "../codex/threads/rollout_end.ts";
import { promiseStore } from "./going_on/promises.ts";
import { rolloutsBelow } from "./rollouts.ts";

/** A promise and what is known of it now. */
export interface ListedPromise {
  readonly promise: Promised;
  readonly state: PromiseState;
}

/** All promises to go on with a thread, the oldest first; changes nothing. */
export function promisesIn(host: Host, layout: Layout): ListedPromise[] {
  const store = promiseStore(host, layout);
  return store.all().sort((a, b) => a.since - b.since).map((promise) => {
    const isHeld = store.holderOf(promise) !== undefined;
    const lastTurnAt = isHeld || promise.step === "waiting" ? undefined : lastTurnOf(promise);
    return { promise, state: stateOf(promise, isHeld, lastTurnAt) };
  });
}

/** Drops a promise; returns the process that still keeps it, or whether there was one. */
export function forgetPromise(
  host: Host,
  layout: Layout,
  thread: string,
): Promise<boolean | { readonly heldBy: number }> {
  return promiseStore(host, layout).forget(thread);
}

/** The time of the last turn event of a promised thread; undefined when its rollout is gone. */
function lastTurnOf({ home, thread }: Promised): number | undefined {
  for (const path of rolloutsBelow(rolloutsOf(home))) {
    if (threadOfRollout(basename(path)) !== thread) continue;
    const rollout = new RolloutEnd(path);
    rollout.look();
    return rollout.activity.lastTurn?.at;
  }
  return undefined;
}
