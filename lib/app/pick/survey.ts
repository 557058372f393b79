import { type AliasRules, type Contestant, decide, type Decision } from "../../core/pick/decide.ts";
import type { Config } from "../../core/config/config.ts";
import type { Layout } from "../../core/system/layout.ts";
import { type Leases, unopened } from "../../core/session/leases.ts";
import { parseMode } from "../../core/pick/adaptive_state.ts";
import type { Mode } from "../../core/pick/policies/contender.ts";
import type { Policy } from "../../core/pick/policy.ts";
import { lastSelectedMs, type PickMark } from "../../core/session/state.ts";
import { emptySession, emptyStatus, parseStatus, type Status } from "../../core/session/status.ts";
import { wordsOf } from "../../core/text/failure.ts";
import { fingerprintOf, readText } from "../../io/files/read.ts";
import { glanceLeases } from "../session/leases.ts";
import { glance } from "../session/picks_file.ts";
import { glancePaused } from "../session/pause.ts";
import { glanceAt } from "../session/state_file.ts";

/** What is wanted of a pick on merit, beyond the settings. */
export interface Demand {
  /** Instead of `sessions.policy`. */
  readonly policy?: Policy;
  /** An alias that is picked whenever it may be. */
  readonly prefer?: string;
  /** Rather nobody than one that has nothing left. */
  readonly noExhausted?: boolean;
}

/** status.json as it was read, with its text: it is long, and most often it is still the same a moment later. */
export interface StatusRead {
  readonly text: string;
  /** Which version of the file that is; undefined when it could not be used. */
  readonly print?: string | undefined;
  readonly status: Status;
  /** Why it could not be read. */
  readonly problem?: string;
}

/** What is known of all sessions. */
export interface Known {
  readonly status: Status;
  readonly picks: ReadonlyMap<string, PickMark>;
  readonly leases: Leases;
  readonly paused: ReadonlySet<string>;
  /** Of the policy `adaptive`; read only where it is asked for. */
  readonly mode: Mode | undefined;
}

/** A look at all sessions. */
export interface Survey {
  readonly status: Status;
  readonly policy: Policy;
  /** What was decided on, in the order of the aliases. */
  readonly contestants: readonly Contestant[];
  readonly decision: Decision;
}

/** Looks at these sessions without the lock; changes nothing. */
export function look(
  layout: Layout,
  config: Config,
  aliases: readonly string[],
  nowMs: number,
  demand: Demand = {},
  { status } = readStatus(layout),
): Survey {
  const known = {
    status,
    picks: glance(layout, aliases),
    leases: glanceLeases(layout, nowMs),
    paused: glancePaused(layout),
    mode: policyOf(config, demand) === "adaptive" ? glanceAt(layout.policy, parseMode) : undefined,
  };
  return survey(config, aliases, known, nowMs, demand);
}

/** The same for a few sessions at a time, by what was to be seen when this began. When each was last picked is left out. */
export function looker(
  layout: Layout,
  config: Config,
  nowMs: number,
  demand: Demand,
  { status }: StatusRead,
): (aliases: readonly string[]) => Survey {
  const leases = glanceLeases(layout, nowMs);
  const known = { status, picks: new Map(), leases, paused: glancePaused(layout), mode: undefined };
  return (aliases) => survey(config, aliases, known, nowMs, demand);
}

/** Decides among these sessions by what is known of them and the settings. */
export function survey(
  config: Config,
  aliases: readonly string[],
  known: Known,
  nowMs: number,
  demand: Demand,
): Survey {
  const { status } = known;
  const contestants = aliases.map((alias): Contestant => {
    const entry = status.sessions.get(alias);
    const { activity, lastSelectedAt } = entry ?? emptySession();
    const leases = unopened(known.leases.get(alias), activity, nowMs);
    const pick = known.picks.get(alias);
    return {
      alias,
      status: entry ?? emptySession(),
      isMissing: entry === undefined,
      lastSelectedMs: lastSelectedMs(pick, lastSelectedAt),
      pickSeq: pick?.seq ?? 0,
      leases,
      openSessions: leases + (activity.openThreads ?? 0),
      rules: rulesOf(config, alias, known.paused),
    };
  });
  const policy = policyOf(config, demand);
  const { prefer } = demand;
  const { mode } = known;
  const decision = decide(contestants, nowMs, config.sessions, {
    policy,
    ...(prefer === undefined ? {} : { prefer }),
    ...(mode === undefined ? {} : { mode }),
  });
  return { status, policy, contestants, decision };
}

/** The policy that is asked for, else that of the settings. */
export function policyOf(config: Config, { policy }: Demand): Policy {
  return policy ?? config.sessions.policy;
}

function rulesOf(config: Config, alias: string, paused: ReadonlySet<string>): AliasRules {
  const settings = config.aliases.get(alias) ?? { reserve: 0, priority: 0, maxOpen: undefined };
  return { ...settings, isPaused: paused.has(alias) };
}

/** Reads status.json; `before` is what an earlier look read. What can't be read says nothing: it is about to be written anew. */
export function readStatus(layout: Layout, before?: StatusRead): StatusRead {
  let text = "";
  try {
    const print = fingerprintOf(layout.status);
    if (print !== undefined && print === before?.print) return before;
    text = readText(layout.status) ?? "";
    return text === before?.text ? before : { text, print, status: parseStatus(text) };
  } catch (error) {
    return { text, status: emptyStatus(), ...(text === "" ? {} : { problem: wordsOf(error) }) };
  }
}
