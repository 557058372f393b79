import type { Config } from "../../core/config/config.ts";
import { Failure } from "../../core/text/failure.ts";
import type { Layout } from "../../core/system/layout.ts";
import { type Change, changesOf, pausedWinners } from "../../core/pick/why.ts";
import { aliasesOf, missingSession } from "../session/sessions.ts";
import type { Bound } from "./bound.ts";
import { allowed, look, type PickRequest, type Survey } from "./survey.ts";

/** The decision that would be made now, and the changes that would lead to another pick. */
export interface Explanation extends Survey {
  readonly changes: readonly Change[];
  /** The paused sessions that would be picked if they were not paused. */
  readonly pausedWinners: readonly string[];
  /** The sessions that the folder is bound to: no other is shown. */
  readonly bound: Bound | undefined;
}

/** Explains the pick that would be made now, with an alias only the changes about it. Throws Failure without sessions. */
export function explain(
  layout: Layout,
  config: Config,
  nowMs: number,
  request: PickRequest,
  alias?: string,
): Explanation {
  const aliases = aliasesOf(layout);
  if (aliases.length === 0) {
    const message = "no managed sessions found; create one with: agentlb new <alias>";
    throw new Failure("nothingToPick", message, { verbatim: true });
  }
  if (alias !== undefined && !aliases.includes(alias)) throw missingSession(layout, alias);
  const survey = look(layout, config, allowed(aliases, request), nowMs, request);
  const { mode } = survey.decision;
  const options = {
    policy: survey.policy,
    ...(request.prefer === undefined ? {} : { prefer: request.prefer }),
    ...(mode === undefined ? {} : { mode }),
  };
  const { candidates } = survey;
  const changes = changesOf(candidates, nowMs, config.sessions, options);
  const pausedOnes = pausedWinners(candidates, nowMs, config.sessions, options);
  const concerns = (change: Change) => change.alias === alias || change.then === alias;
  return {
    ...survey,
    changes: alias === undefined ? changes : changes.filter(concerns),
    pausedWinners: alias === undefined ? pausedOnes : pausedOnes.filter((paused) => paused === alias),
    bound: request.bound,
  };
}
