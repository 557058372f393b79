import type { Flavour } from "../../core/pool/flavour.ts";
import { OURS, readTeams, renderTeams, withoutCounts } from "../../core/pool/state/team_memory.ts";
import type { Host } from "../../io/host.ts";
import type { PoolSettings } from "./load.ts";
import { changeState } from "./store.ts";

/** Clears all counts, and the rotation unless the flavour keeps it; returns the state file. */
export async function resetState(
  host: Pick<Host, "clock" | "env" | "err" | "random" | "system">,
  flavour: Flavour,
  settings: Pick<PoolSettings, "stateFile">,
): Promise<string> {
  await changeState(host, settings, ({ state, now, report }) => {
    const ours = renderTeams(withoutCounts(readTeams(state, report), flavour.keptOnReset.length > 0));
    const kept = flavour.keptOnReset.map((key) => [key, state.get(key)] as const);
    state.clear();
    for (const [key, value] of kept) {
      if (value !== undefined) state.set(key, value);
    }
    state.set("reset_at", now);
    state.set("updated_at", now);
    if (ours !== undefined) state.set(OURS, ours);
  }, { sweeps: true });
  return settings.stateFile;
}
