/**
 * agentlb for other programs: pick a session, or look at all of them.
 *
 *     const { alias, home } = await pickSession();
 *     spawn("codex", [], { env: { ...process.env, CODEX_HOME: home } });
 *
 * @module
 */
import { choose, type Picked } from "./lib/app/choose.ts";
import { loadConfig } from "./lib/app/config.ts";
import { ensureSupervisor } from "./lib/app/daemon.ts";
import { awaitReadings } from "./lib/app/readings.ts";
import { awaitRenewal } from "./lib/app/renewal.ts";
import { type Report, report } from "./lib/app/report.ts";
import { ensureLayout } from "./lib/app/sessions.ts";
import type { Demand } from "./lib/app/survey.ts";
import { type Layout, layoutOf, rootFrom } from "./lib/core/layout.ts";
import { type Host, realHost } from "./lib/io/host.ts";

export { Failure } from "./lib/core/failure.ts";
export { parseStatus, type SessionStatus, type Status } from "./lib/core/status.ts";
export type { Verdict } from "./lib/core/score.ts";
export type { Demand, Picked, Report };

export interface Options {
  /** Gets the lines that the command would print on stderr; without it they are dropped. */
  readonly say?: (line: string) => void;
  /** Instead of the environment of this process: `HOME`, `AGENTLB_…`, `PATH`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Picks the session that has the most left, as `agentlb pick` does, and records the pick. Throws Failure. */
export async function pickSession(options: Options & Demand = {}): Promise<Picked> {
  const { host, layout } = open(options);
  const config = await loadConfig(host, layout);
  await ensureSupervisor(host, layout);
  const read = await awaitReadings(host, layout, config, options);
  const picked = await choose(host, layout, config, "best", { demand: options, read });
  if (picked.isRenewing) await awaitRenewal(host, layout, picked.alias);
  return picked;
}

/** What `agentlb status` shows; changes nothing and starts nothing. Throws Failure. */
export async function readReport(options: Options = {}): Promise<Report> {
  const { host, layout } = open(options);
  return report(layout, await loadConfig(host, layout), host.clock.now());
}

function open({ say, env }: Options): { host: Host; layout: Layout } {
  // The supervisor is a program of its own, beside this file.
  const real = realHost(new URL("./cli.ts", import.meta.url).href);
  const host: Host = { ...real, env: env ?? real.env, err: (text) => say?.(text.trimEnd()) };
  const layout = layoutOf(rootFrom(host.env));
  ensureLayout(host, layout);
  return { host, layout };
}
