import type { Config } from "../../core/config/config.ts";
import { inTurn } from "../../core/pick/in_turn.ts";
import type { Decision } from "../../core/pick/decide.ts";
import type { Glimpse } from "../../core/pick/report/statusline.ts";
import { gaugesOf } from "../../core/quota/windows.ts";
import { emptyGlobalState, parseGlobalState } from "../../core/session/state.ts";
import type { Layout } from "../../core/system/layout.ts";
import type { Host } from "../../io/host.ts";
import { sessionHere } from "../session/here.ts";
import { aliasesOf } from "../session/sessions.ts";
import { glanceAt } from "../session/state_file.ts";
import { boundSessions } from "./bound.ts";
import { allowed, look, readStatus } from "./survey.ts";

/** What a prompt shows; undefined without sessions. Reads a few files, and starts, locks and waits for nothing. */
export async function glimpse(host: Host, layout: Layout, config: Config): Promise<Glimpse | undefined> {
  const aliases = aliasesOf(layout);
  if (aliases.length === 0) return undefined;
  const nowMs = host.clock.now();
  const read = readStatus(layout);
  const bound = await boundSessions(host, layout, config);
  const these = allowed(aliases, { bound });
  const all = look(layout, config, aliases, nowMs, {}, read);
  const { decision } = bound === undefined ? all : look(layout, config, these, nowMs, { bound }, read);
  const pick = pickOf(layout, aliases, decision);
  const here = sessionHere(host, layout, aliases);
  const alias = here ?? pick ?? aliases[0]!;
  const at = aliases.indexOf(alias);
  return {
    alias,
    isHere: here !== undefined,
    verdict: all.decision.verdicts[at]!,
    gauges: gaugesOf(all.candidates[at]!.status.rateLimits, nowMs),
    pick,
    withRoom: decision.verdicts.filter(({ eligible }) => eligible).length,
    sessions: these.length,
  };
}

/** The session that `agentlb` would take now; undefined = none. */
function pickOf(
  layout: Layout,
  aliases: readonly string[],
  { winner, comesBackFirst, inTurn: usable }: Decision,
): string | undefined {
  const best = winner ?? comesBackFirst;
  if (best !== undefined) return best.alias;
  if (usable.length === 0) return undefined;
  return inTurn(aliases, glanceAt(layout.globalState, parseGlobalState) ?? emptyGlobalState(), usable).alias;
}
