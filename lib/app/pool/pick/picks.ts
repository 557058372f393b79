import { Failure } from "../../../core/text/failure.ts";
import { layoutOf, rootFrom } from "../../../core/system/layout.ts";
import type { Roster } from "../../../core/pool/state/adopt.ts";
import { countStart, join, leastUsed, level, showCounts } from "../../../core/pool/state/balance.ts";
import type { Team } from "../../../core/pool/state/team_memory.ts";
import { printable } from "../../../core/text/printable.ts";
import { exists } from "../../../io/files/read.ts";
import type { Host } from "../../../io/host.ts";
import type { PoolSettings } from "../load.ts";
import { withoutBackups } from "./auth_files.ts";
import type { Hindrance, Usable } from "./standings.ts";
import {
  keepTeams,
  namePassedOver,
  noteAccount,
  type PoolLogin,
  recallTeam,
  usableLogin,
} from "./team_memory.ts";
import { changeState } from "../store.ts";

type HostPart = Pick<Host, "clock" | "env" | "err" | "platform" | "random" | "system">;

/**
 * Picks the auth file with the fewest starts, among equals at random; with `byLimits` the one that lasts longest.
 * Accounts known to be used up or to have a dead login are passed over while there are others. Throws Failure if none
 * can be used.
 */
export async function pickAuthFile(
  host: HostPart,
  settings: PoolSettings,
  roster: Roster,
  byLimits = false,
): Promise<string> {
  const limits = await limitsKnown(host, byLimits);
  return await changeState(host, settings, async (open) => {
    const { teams, team } = recallTeam(open, roster);
    join(team, roster.files, settings.balancedJoin);
    const logins = new Map<string, PoolLogin | undefined>();
    const loginOf = async (path: string) => {
      if (!logins.has(path)) logins.set(path, await usableLogin(host, path));
      return logins.get(path);
    };
    const choiceOf = async (files: readonly string[]) =>
      (byLimits ? await limits?.choose(team, files, loginOf) : undefined) ??
        await fewestStarts(host, team, files, loginOf, limits);
    const { own, backups } = withoutBackups(roster.files);
    const choice = await choiceOf(own);
    if (choice.chosen !== undefined) namePassedOver(host, backups);
    const { chosen, passedOver } = choice.chosen === undefined && backups.length > 0
      ? await choiceOf(backups)
      : { ...choice, passedOver: [...choice.passedOver, ...backups] };
    if (chosen === undefined) {
      throw new Failure("failed", `❌ no auth file under ${roster.dir} can be used`, { verbatim: true });
    }
    const why = limits?.hindrance(chosen)?.words;
    if (why !== undefined) {
      const path = printable(chosen.path, 4096);
      host.err(`⚠️ nobody else has anything left, taken all the same: ${path}: ${why}\n`);
    }
    noteAccount(teams, chosen.path, chosen.login);
    if (settings.balancedJoin === "min") level(team, passedOver, roster.files);
    countStart(team, chosen.path);
    if (byLimits) limits?.note(team, chosen.path);
    showCounts(open.state, team, roster.files, open.now);
    teams.shown.counts = roster.dir;
    keepTeams(open, teams);
    return chosen.path;
  });
}

interface Choice {
  readonly chosen: Usable | undefined;
  /** Files passed over for a reason other than their starts. */
  readonly passedOver: readonly string[];
}

type LoginOf = (path: string) => Promise<PoolLogin | undefined>;

/** The order of last resorts: an API key works at once, a used-up account resets, a dead login does not. */
const LAST_RESORTS: Readonly<Record<Hindrance["kind"], number>> = { paid: 0, exhausted: 1, login: 2 };

/** Chooses the file with the fewest starts, hindered files last; unusable files are left out. */
async function fewestStarts(
  host: HostPart,
  team: Team,
  files: readonly string[],
  loginOf: LoginOf,
  limits: Limits | undefined,
): Promise<Choice> {
  const passedOver: string[] = [];
  const hindered: { readonly usable: Usable; readonly why: Hindrance }[] = [];
  let chosen: Usable | undefined;
  for (let left = files; left.length > 0 && chosen === undefined;) {
    const path = leastUsed(team, left, host.random())!;
    const login = await loginOf(path);
    const why = login && limits?.hindrance({ path, login });
    if (login !== undefined && why === undefined) chosen = { path, login };
    else passedOver.push(path);
    if (login !== undefined && why !== undefined) hindered.push({ usable: { path, login }, why });
    left = left.filter((other) => other !== path);
  }
  const { usable } = hindered.toSorted((a, b) => LAST_RESORTS[a.why.kind] - LAST_RESORTS[b.why.kind])[0] ??
    {};
  chosen ??= usable;
  for (const { usable: { path }, why } of hindered) {
    if (path !== chosen?.path) host.err(`ℹ️ passed over: ${printable(path, 4096)}: ${why.words}\n`);
  }
  return { chosen, passedOver: passedOver.filter((path) => path !== chosen?.path) };
}

/** Judgements by the known status of the accounts. */
interface Limits {
  hindrance(usable: Usable): Hindrance | undefined;
  /** The choice by limits; undefined if they don't decide. */
  choose(team: Team, files: readonly string[], loginOf: LoginOf): Promise<Choice | undefined>;
  note(team: Team, path: string): void;
}

/** Loads the known limits; undefined, with no module loaded, for the many pools without readings. */
async function limitsKnown(host: HostPart, byLimits: boolean): Promise<Limits | undefined> {
  const readings = readingsFile(host);
  if (readings === undefined || !exists(readings)) return undefined;
  const [{ knownIn }, { hindranceOf }, limits] = await Promise.all([
    import("../../session/readings_file.ts"),
    import("./standings.ts"),
    byLimits ? import("./by_limits.ts") : undefined,
  ]);
  const nowMs = host.clock.now();
  const standings = { known: knownIn({ readings }, nowMs), nowMs };
  if (standings.known.size === 0) return undefined;
  const hindrance = (usable: Usable) => hindranceOf(standings, usable);
  return {
    hindrance,
    async choose(team, files, loginOf) {
      const usable: Usable[] = [];
      for (const path of files) {
        const login = await loginOf(path);
        if (login !== undefined) usable.push({ path, login });
      }
      const chosen = limits?.longestLasting(standings, team, usable);
      const free = new Set(usable.filter((each) => hindrance(each) === undefined).map(({ path }) => path));
      const passedOver = files.filter((path) => path !== chosen?.path && !free.has(path));
      return chosen && { chosen, passedOver };
    },
    note: (team, path) => limits?.noteStart(team, path, nowMs),
  };
}

function readingsFile({ env, platform }: HostPart): string | undefined {
  try {
    return layoutOf(rootFrom({ env, platform })).readings;
  } catch {
    return undefined; // the user's home is unknown
  }
}
