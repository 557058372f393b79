import { type AliasRules, type Candidate, decide, type Decision } from "../../core/pick/decide.ts";
import type { Config } from "../../core/config/config.ts";
import type { Layout } from "../../core/system/layout.ts";
import { type Leases, unopened } from "../../core/session/leases.ts";
import { parseMode } from "../../core/pick/adaptive_state.ts";
import type { Mode } from "../../core/pick/policies/scored_candidate.ts";
import type { Policy } from "../../core/pick/policy.ts";
import { lastSelectedMs, type PickMark } from "../../core/session/state.ts";
import { emptySession, emptyStatus, parseStatus, type Status } from "../../core/session/status.ts";
import { wordsOf } from "../../core/text/failure.ts";
import { fingerprintOf, readOwn } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import { glanceLeases } from "../session/leases.ts";
import { glance } from "../session/picks_file.ts";
import { glancePaused } from "../session/pause.ts";
import { glanceAt } from "../session/state_file.ts";
import type { Bound } from "./bound.ts";

/** A pick further in the future was made with a clock that was ahead. */
const FUTURE_MS = 60_000;

/** A request for a pick by policy, on top of the settings. */
export interface PickRequest {
  /** Replaces `sessions.policy`. */
  readonly policy?: Policy;
  /** The alias that is picked whenever it is eligible. */
  readonly prefer?: string;
  /** Fails rather than pick an exhausted session. */
  readonly noExhausted?: boolean;
  /** Leaves aside that the folder is bound to sessions. */
  readonly isUnbound?: boolean;
  /** The only sessions that may be picked, because the folder is bound to them. */
  readonly bound?: Bound | undefined;
}

/** A read of status.json, with its text: parsing is skipped while that stays the same. */
export interface StatusRead {
  readonly text: string;
  /** The fingerprint of the file; undefined when it could not be used. */
  readonly print?: string | undefined;
  readonly status: Status;
  /** The reason why it could not be read. */
  readonly problem?: string;
}

/** The known facts about all sessions. */
export interface Known {
  readonly status: Status;
  readonly picks: ReadonlyMap<string, PickMark>;
  readonly leases: Leases;
  readonly paused: ReadonlySet<string>;
  /** The mode of the policy `adaptive`; read only for that policy. */
  readonly mode: Mode | undefined;
}

/** The candidates among some sessions and the decision between them. */
export interface Survey {
  readonly status: Status;
  readonly policy: Policy;
  /** The candidates of the decision, in the order of the aliases. */
  readonly candidates: readonly Candidate[];
  readonly decision: Decision;
}

/** Decides which of these sessions would be picked now, without the lock and without recording a pick. */
export function look(
  layout: Layout,
  config: Config,
  aliases: readonly string[],
  nowMs: number,
  request: PickRequest = {},
  { status } = readStatus(layout),
): Survey {
  const known = {
    status,
    picks: glance(layout, aliases),
    leases: glanceLeases(layout, nowMs),
    paused: glancePaused(layout),
    mode: policyOf(config, request) === "adaptive" ? glanceAt(layout.policy, parseMode) : undefined,
  };
  return survey(config, aliases, known, nowMs, request);
}

/** Returns a function that surveys some sessions, always by the same facts, without the picks of the state file. */
export function looker(
  layout: Layout,
  config: Config,
  nowMs: number,
  request: PickRequest,
  { status }: StatusRead,
): (aliases: readonly string[]) => Survey {
  const leases = glanceLeases(layout, nowMs);
  const known = { status, picks: new Map(), leases, paused: glancePaused(layout), mode: undefined };
  return (aliases) => survey(config, aliases, known, nowMs, request);
}

/** Decides among these sessions by the known facts and the settings. */
export function survey(
  config: Config,
  aliases: readonly string[],
  known: Known,
  nowMs: number,
  request: PickRequest,
): Survey {
  const { status } = known;
  const candidates = inOrderOfPicks(
    aliases.map((alias): Candidate => {
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
    }),
    nowMs,
  );
  const policy = policyOf(config, request);
  const { prefer } = request;
  const { mode } = known;
  const decision = decide(candidates, nowMs, config.sessions, {
    policy,
    ...(prefer === undefined ? {} : { prefer }),
    ...(mode === undefined ? {} : { mode }),
  });
  return { status, policy, candidates, decision };
}

/** Replaces the times of picks by their numbers when a clock was ahead at one of them: that session would wait for its time. */
function inOrderOfPicks(candidates: readonly Candidate[], nowMs: number): readonly Candidate[] {
  const isAhead = candidates.some(({ lastSelectedMs }) => (lastSelectedMs ?? 0) > nowMs + FUTURE_MS);
  if (!isAhead) return candidates;
  return candidates.map((candidate) =>
    candidate.lastSelectedMs === undefined ? candidate : { ...candidate, lastSelectedMs: candidate.pickSeq }
  );
}

/** Those of some aliases that a request allows. */
export function allowed(aliases: readonly string[], { bound }: PickRequest): readonly string[] {
  return bound === undefined ? aliases : aliases.filter((alias) => bound.aliases.includes(alias));
}

/** The requested policy, else that of the settings. */
export function policyOf(config: Config, { policy }: PickRequest): Policy {
  return policy ?? config.sessions.policy;
}

function rulesOf(config: Config, alias: string, paused: ReadonlySet<string>): AliasRules {
  const settings = config.aliases.get(alias) ?? { reserve: 0, priority: 0, maxOpen: undefined };
  return { ...settings, isPaused: paused.has(alias) };
}

/** Reads status.json; `before` is an earlier read. An unreadable file counts as empty, as it is about to be replaced. */
export function readStatus(layout: Layout, before?: StatusRead): StatusRead {
  let text = "";
  try {
    const print = fingerprintOf(layout.status);
    if (print !== undefined && print === before?.print) return before;
    text = readOwn(layout.status, MOST_BYTES.table) ?? "";
    return text === before?.text ? before : { text, print, status: parseStatus(text) };
  } catch (error) {
    return { text, status: emptyStatus(), ...(text === "" ? {} : { problem: wordsOf(error) }) };
  }
}
