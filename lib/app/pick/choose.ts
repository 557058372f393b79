import type { Config } from "../../core/config/config.ts";
import { Failure } from "../../core/text/failure.ts";
import { homeOf, type Layout } from "../../core/system/layout.ts";
import { HINDRANCES } from "../../core/pick/hindrance.ts";
import { parseMode, renderMode } from "../../core/pick/adaptive_state.ts";
import type { Mode } from "../../core/pick/policies/scored_candidate.ts";
import type { Policy } from "../../core/pick/policy.ts";
import { inTurn } from "../../core/pick/in_turn.ts";
import { reasonsOf } from "../../core/pick/refusal_words.ts";
import type { Eligible, Ineligible, Verdict } from "../../core/pick/score.ts";
import { emptyGlobalState, type GlobalState, parseGlobalState } from "../../core/session/state.ts";
import { emptyStatus, type SessionStatus } from "../../core/session/status.ts";
import { printable } from "../../core/text/printable.ts";
import { isSupervisorDisabled } from "../../core/system/timing.ts";
import { formatSpan } from "../../core/text/time.ts";
import { isFolder } from "../../io/files/read.ts";
import { replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";
import { hasBackgroundCodex, NOTED } from "../codex/homes.ts";
import { recallLeases, recordClaim } from "../session/leases.ts";
import { recall, recallSession, remember } from "../session/picks_file.ts";
import { recallPaused } from "../session/pause.ts";
import { renewing } from "../codex/await_renewal.ts";
import { aliasesOf, missingSession } from "../session/sessions.ts";
import { glanceAt, recallFile } from "../session/state_file.ts";
import { noneBound } from "./bound.ts";
import {
  allowed,
  glanceKnown,
  type Known,
  type PickRequest,
  policyOf,
  readStatus,
  type StatusRead,
  survey,
} from "./survey.ts";

/** The way to choose a session: the best by policy, the next in turn, the last one, or a named one. */
export type How = "best" | "turn" | "last" | { readonly alias: string };

/** The reason why a session was picked. */
export type Ground =
  | {
    readonly on: "merit";
    readonly verdict: Eligible;
    readonly policy: Policy;
    /** The policy's figure of the session. */
    readonly figure: number;
  }
  /** All are exhausted: this one comes back first. */
  | { readonly on: "return"; readonly verdict: Ineligible }
  /** None is eligible: this one was next in turn. */
  | { readonly on: "fallback"; readonly refused: readonly Verdict[] }
  /** The user asked for the next in turn, the last one, or this one. */
  | { readonly on: "turn" }
  | { readonly on: "last" | "name"; readonly caution?: Ineligible };

/** A picked session; the pick is recorded. */
export interface Picked {
  readonly alias: string;
  readonly home: string;
  readonly ground: Ground;
  readonly status?: SessionStatus;
  /** True when one of our app-servers may be renewing its login now. */
  readonly isRenewing: boolean;
  /** True when its Codex leaves processes behind, and no note has said so before. */
  readonly leavesProcesses: boolean;
}

/** The options of `choose`. */
export interface ChooseOptions {
  readonly request?: PickRequest;
  /** True when this process runs the session, which makes a lease; otherwise the pick becomes a reservation. */
  readonly isRunHere?: boolean;
  /** Throws to cancel the pick before it is recorded. */
  readonly check?: () => void;
}

interface ChooseOptionsAndRead extends ChooseOptions {
  /** The last read of status.json. */
  readonly read?: StatusRead | undefined;
}

/** Picks a session and records the pick and its lease. Throws Failure when there is none to pick, or what `check` throws. */
export function choose(
  host: Host,
  layout: Layout,
  config: Config,
  how: How,
  { request = {}, isRunHere = false, read, check = () => {} }: ChooseOptionsAndRead = {},
): Promise<Picked> {
  return withLock(host, layout.stateLock, () => {
    const aliases = aliasesOf(layout);
    const memory = recall(host, layout, aliases);
    const nowMs = host.clock.now();
    const found = how === "turn" ? undefined : readStatus(layout, read);
    // A running supervisor is about to replace the file.
    if (found?.problem !== undefined && isSupervisorDisabled(host.env)) {
      host.err(`agentlb: warning: Cannot read ${layout.status}: ${printable(found.problem)}\n`);
    }
    const isAdaptive = how === "best" && policyOf(config, request) === "adaptive";
    const known: Known = {
      status: found?.status ?? emptyStatus(),
      picks: memory.picks,
      leases: recallLeases(host, layout),
      paused: recallPaused(host, layout),
      mode: isAdaptive ? recallFile(host, layout.policy, parseMode, "starting it anew") : undefined,
    };
    const { global } = memory;
    const taken = take(layout, config, how, aliases, { global, known, nowMs, request });
    const { alias, ground, roundRobinIndex, mode, status } = taken;
    check();
    const home = homeOf(layout, alias);
    const session = recallSession(host, layout, alias);
    const leavesProcesses = !session?.others?.has(NOTED) && hasBackgroundCodex(home);
    recordClaim(layout, known.leases, alias, isRunHere, nowMs);
    remember(layout, memory, session, {
      alias,
      nowMs,
      window: config.sessions.assignmentHistoryWindow,
      ...(roundRobinIndex === undefined ? {} : { roundRobinIndex }),
      ...(leavesProcesses ? { note: [NOTED, true] } : {}),
    });
    // Some of the sessions tell nothing of how scarce quota is for all.
    if (mode !== undefined && mode !== known.mode && request.bound === undefined) {
      replaceFile(layout.policy, renderMode(mode));
    }
    return {
      alias,
      home,
      ground,
      ...(status === undefined ? {} : { status }),
      isRenewing: renewing(layout, alias),
      leavesProcesses,
    };
  });
}

/**
 * Tells which session would be picked now, and why. Records nothing, takes no lock and changes no file. Throws Failure
 * when there is none to pick.
 */
export function peek(
  host: Pick<Host, "clock">,
  layout: Layout,
  config: Config,
  request: PickRequest = {},
): Picked {
  const aliases = aliasesOf(layout);
  const nowMs = host.clock.now();
  const global = glanceAt(layout.globalState, parseGlobalState) ?? emptyGlobalState();
  const known = glanceKnown(layout, config, aliases, nowMs, request);
  const { alias, ground, status } = take(layout, config, "best", aliases, { global, known, nowMs, request });
  return {
    alias,
    home: homeOf(layout, alias),
    ground,
    ...(status === undefined ? {} : { status }),
    isRenewing: renewing(layout, alias),
    leavesProcesses: false,
  };
}

interface Taken {
  readonly alias: string;
  readonly ground: Ground;
  readonly roundRobinIndex?: number;
  readonly status?: SessionStatus | undefined;
  /** The mode of `adaptive` after this pick. */
  readonly mode?: Mode | undefined;
}

interface Circumstances {
  readonly global: GlobalState;
  readonly known: Known;
  readonly nowMs: number;
  readonly request: PickRequest;
}

function take(
  layout: Layout,
  config: Config,
  how: How,
  aliases: readonly string[],
  around: Circumstances,
): Taken {
  const { global, known, nowMs, request } = around;
  const named = (alias: string, on: "last" | "name"): Taken => {
    const [verdict] = survey(config, [alias], known, nowMs, {}).decision.verdicts;
    const isOdd = verdict?.eligible === false && HINDRANCES[verdict.kind].isCautioned;
    if (isOdd && verdict.kind === "exhausted" && request.noExhausted) throw usedUp(verdict, nowMs);
    const ground: Ground = { on, ...(isOdd ? { caution: verdict } : {}) };
    return { alias, ground, status: known.status.sessions.get(alias) };
  };
  if (typeof how === "object") {
    if (!isFolder(homeOf(layout, how.alias))) throw missingSession(layout, how.alias);
    return named(how.alias, "name");
  }
  if (aliases.length === 0) {
    throw nothing(
      "no managed sessions found; create one with: agentlb new <alias>",
      "to set up sessions: agentlb init",
    );
  }
  const { bound } = request;
  const these = allowed(aliases, request);
  if (bound !== undefined && these.length === 0) throw noneBound(bound, "no such session");
  if (how === "last") return named(lastAlias(layout, lastOf(these, around)), "last");
  if (how === "best") return onMerit(config, aliases, these, around);
  const unpaused = these.filter((alias) => !known.paused.has(alias));
  if (bound !== undefined && unpaused.length === 0) throw noneBound(bound, "paused");
  return { ...inTurn(aliases, global, unpaused), ground: { on: "turn" } };
}

/** The session picked last of those that may be picked. */
function lastOf(aliases: readonly string[], { global, known, request }: Circumstances): string {
  if (request.bound === undefined || aliases.includes(global.lastAlias)) return global.lastAlias;
  const seqOf = (alias: string) => known.picks.get(alias)?.seq ?? 0;
  const last = aliases.reduce((last, alias) => seqOf(alias) > seqOf(last) ? alias : last);
  return seqOf(last) > 0 ? last : "";
}

function onMerit(
  config: Config,
  aliases: readonly string[],
  these: readonly string[],
  around: Circumstances,
): Taken {
  const { global, known, nowMs, request } = around;
  const { bound } = request;
  const { status, policy, decision } = survey(config, these, known, nowMs, request);
  const { winner, comesBackFirst, mode, verdicts } = decision;
  if (winner !== undefined) {
    const { alias } = winner;
    const figure = decision.figures.get(alias) ?? winner.score;
    const ground: Ground = { on: "merit", verdict: winner, policy, figure };
    return { alias, ground, status: status.sessions.get(alias), mode };
  }
  // Readings that are missing or old are no reason to leave the folder's own sessions.
  const isUnread = verdicts.some((verdict) =>
    !verdict.eligible && HINDRANCES[verdict.kind].fallbackOrder === 0
  );
  if (bound !== undefined && !(isUnread && decision.inTurn.length > 0)) {
    throw noneBound(bound, reasonsOf(verdicts));
  }
  if (comesBackFirst !== undefined) {
    if (request.noExhausted) throw usedUp(comesBackFirst, nowMs);
    return { alias: comesBackFirst.alias, ground: { on: "return", verdict: comesBackFirst } };
  }
  if (decision.inTurn.length === 0) {
    throw new Failure("nothingToPick", `Cannot pick a session: ${reasonsOf(verdicts)}`, {
      hint: "end one that is open, or raise its max_open in config.toml",
    });
  }
  return { ...inTurn(aliases, global, decision.inTurn), ground: { on: "fallback", refused: verdicts } };
}

function lastAlias(layout: Layout, lastAlias: string): string {
  const advice = "run agentlb or agentlb new <alias> first";
  if (lastAlias === "") throw nothing(`no previous session recorded; ${advice}`);
  if (!isFolder(homeOf(layout, lastAlias))) throw nothing(`last session no longer exists; ${advice}`);
  return lastAlias;
}

function nothing(message: string, hint?: string): Failure {
  return new Failure("nothingToPick", message, { verbatim: true, ...(hint === undefined ? {} : { hint }) });
}

function usedUp({ alias, comesBackMs }: Ineligible, nowMs: number): Failure {
  const when = comesBackMs === undefined
    ? "nobody knows until when"
    : `"${alias}" comes back first, in ${formatSpan(comesBackMs - nowMs)}`;
  return new Failure("nothingToPick", `Cannot pick a session: everything is used up; ${when}`);
}
