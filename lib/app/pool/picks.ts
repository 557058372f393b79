import { Failure } from "../../core/failure.ts";
import type { Roster } from "../../core/pool/adopt.ts";
import { countStart, join, leastUsed, showCounts } from "../../core/pool/balance.ts";
import { wholeOf } from "../../core/pool/numbers.ts";
import { modulo, successor } from "../../core/pool/python.ts";
import { sha256 } from "../../core/pool/sha256.ts";
import type { Host } from "../../io/host.ts";
import type { PoolSettings } from "./load.ts";
import { keepTeams, noteAccount, recallTeam, usableLogin } from "./memory.ts";
import { changeState } from "./store.ts";

type Outside = Pick<Host, "clock" | "env" | "err" | "random">;

/** The source directory for a worker: in turn, or by the worker's name. */
export async function pickSource(
  host: Outside,
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

/** The auth file with the fewest starts, among equals by chance. Throws Failure when none can be used. */
export async function pickLeastUsed(host: Outside, settings: PoolSettings, roster: Roster): Promise<string> {
  return await changeState(host, settings, (open) => {
    const { teams, team } = recallTeam(open, roster);
    join(team, roster.files, settings.balancedJoin);
    const passedOver: string[] = [];
    for (let left = roster.files; left.length > 0;) {
      const path = leastUsed(team, left, host.random())!;
      const login = usableLogin(host, path);
      if (login === undefined) {
        passedOver.push(path);
        left = left.filter((other) => other !== path);
        continue;
      }
      noteAccount(teams, path, login);
      countStart(team, path, passedOver, settings.balancedJoin);
      showCounts(open.state, team, roster.files, open.now);
      teams.shown.counts = roster.dir;
      keepTeams(open, teams);
      return path;
    }
    throw new Failure("failed", `❌ no auth file under ${roster.dir} can be used`, { verbatim: true });
  });
}

/** The first eight bytes of the name's SHA-256, modulo. */
function slotOf(worker: string, count: number): number {
  return Number(new DataView(sha256(worker).buffer).getBigUint64(0) % BigInt(count));
}
