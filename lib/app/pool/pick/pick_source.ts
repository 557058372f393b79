import { wholeOf } from "../../../core/pool/python/numbers.ts";
import { modulo, successor } from "../../../core/pool/python/whole.ts";
import { sha256 } from "../../../core/text/sha256.ts";
import type { Host } from "../../../io/host.ts";
import type { PoolSettings } from "../load.ts";
import { changeState } from "../store.ts";

type HostPart = Pick<Host, "clock" | "env" | "err" | "random" | "system">;

/** Picks the source directory for a worker: in turn, or by the worker's name. */
export async function pickSource(
  host: HostPart,
  settings: PoolSettings,
  sources: readonly string[],
  worker: string,
): Promise<string> {
  const index = settings.strategy === "hash"
    ? slotOf(worker, sources.length)
    : await changeState(host, settings, ({ state, now, report }) => {
      const value = state.get("counter") ?? 0;
      const counter = wholeOf(value);
      if (counter === undefined) report("counter is no whole number");
      state.set("counter", successor(counter ?? 0));
      state.set("updated_at", now);
      return modulo(counter ?? 0, sources.length);
    });
  return sources[index]!;
}

/** The first eight bytes of the name's SHA-256, modulo. */
function slotOf(worker: string, count: number): number {
  return Number(new DataView(sha256(worker).buffer).getBigUint64(0) % BigInt(count));
}
