import { codexEnvironment as environmentIn } from "../../core/shell/launch.ts";
import type { Policy } from "../../core/pick/policy.ts";
import { comesBackAt, type StatusReport, statusReport } from "../../core/pick/report/report.ts";
import type { Terms } from "../../core/pick/score.ts";
import { awaitRenewal } from "../codex/await_renewal.ts";
import { refreshSettings } from "../codex/run.ts";
import { loadConfig } from "../config/load.ts";
import { GROUND_WORDS, pick } from "../pick/pick.ts";
import { report } from "../pick/report.ts";
import { ensureLayout } from "../session/sessions.ts";
import type { PickRequest } from "../pick/survey.ts";
import type { Options } from "./options.ts";
import { layoutIn, outside } from "./outside.ts";

/** The options of a pick. */
export interface PickOptions extends Options {
  /** "best" = most left (default), "turn" = next in turn, "last" = the one picked most recently. */
  readonly how?: "best" | "turn" | "last";
  /** The policy for the best session; by default that of config.toml. */
  readonly policy?: Policy;
  /** The alias or login email of a session that is picked whenever it is eligible. */
  readonly prefer?: string;
  /** Throws "nothingToPick" instead of picking a session with nothing left. */
  readonly noExhausted?: boolean;
  /** Leaves aside that the working folder is bound to sessions (`agentlb bind`). */
  readonly unbound?: boolean;
}

/** A picked session; the pick is recorded. */
export interface PickedSession {
  /** The user's name for it. */
  readonly alias: string;
  /** Its `CODEX_HOME`, an absolute path. */
  readonly home: string;
  /** The reason: "next in turn" = no session could be scored; "back first" = all are used up, it resets first. */
  readonly reason: "most left" | "back first" | "next in turn" | "last" | "asked for";
  /** Undefined unless the reason is "most left". */
  readonly score: number | undefined;
  /** The terms of the score; undefined unless the reason is "most left". */
  readonly terms: Terms | undefined;
  /** The time of its reset, RFC 3339, if all are used up and the time is known. */
  readonly comesBackAt: string | undefined;
  /** The reason of each session that was not eligible, if "best" found none. */
  readonly refused: readonly { readonly alias: string; readonly reason: string }[];
}

/**
 * Picks a session and records the pick, as `agentlb pick` does: starts the supervisor if none runs, waits up to 3 s
 * (`AGENTLB_DAEMON_START_TIMEOUT_MS`) for a first reading, and, while the login of the picked session is being renewed,
 * up to 45 s until it is safe to start Codex there. In a folder that is bound to sessions only these are picked.
 * Throws `Failure`: "nothingToPick" when there is no session, "usage" when there is none to prefer, "failed" when the
 * preferred one is not among those that the folder is bound to.
 */
export async function pickSession(options: PickOptions = {}): Promise<PickedSession> {
  const how = options.how ?? "best";
  const host = outside(options);
  const layout = layoutIn(host);
  ensureLayout(host, layout);
  const config = await loadConfig(host, layout);
  const picked = await pick(host, layout, config, how, { request: pickRequestOf(options) });
  const { alias, home, ground, isRenewing } = picked;
  if (isRenewing) await awaitRenewal(host, layout, alias);
  await refreshSettings(host, home);
  const verdict = ground.on === "merit" ? ground.verdict : undefined;
  const refused = ground.on === "fallback" ? ground.refused : [];
  return {
    alias,
    home,
    reason: GROUND_WORDS[ground.on],
    score: verdict?.score,
    terms: verdict?.terms,
    comesBackAt: ground.on === "return" ? comesBackAt(ground.verdict) : undefined,
    refused: refused.map(({ alias, reason }) => ({ alias, reason })),
  };
}

function pickRequestOf({ policy, prefer, noExhausted, unbound }: PickOptions): PickRequest {
  return {
    ...(policy === undefined ? {} : { policy }),
    ...(prefer === undefined ? {} : { prefer }),
    ...(noExhausted === undefined ? {} : { noExhausted }),
    ...(unbound === undefined ? {} : { isUnbound: unbound }),
  };
}

/**
 * The environment for a Codex in a home: the current one with `CODEX_HOME`, without variables that would add another
 * login (`OPENAI_API_KEY` and the like), except those in `runner.pass_env`. Throws `Failure` for an unusable
 * config.toml.
 */
export async function codexEnvironment(
  home: string,
  options: Options = {},
): Promise<Readonly<Record<string, string>>> {
  const host = outside(options);
  const { runner } = await loadConfig(host, layoutIn(host));
  return environmentIn(host, home, runner.passEnv);
}

/**
 * Reports on all sessions, as `agentlb status --json` does; changes nothing and starts nothing. Throws `Failure` for an
 * unusable config.toml; an unusable status.json is a `problem` of the report.
 */
export async function readReport(options: Options = {}): Promise<StatusReport> {
  const host = outside(options);
  const layout = layoutIn(host);
  return statusReport(report(layout, await loadConfig(host, layout), host.clock.now()));
}
