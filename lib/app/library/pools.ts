import { join, resolve } from "node:path";
import { Failure } from "../../core/text/failure.ts";
import { type Flavour, FLAVOURS } from "../../core/pool/flavour.ts";
import type { Origin } from "../../core/pool/origin.ts";
import { strip } from "../../core/pool/python/whole.ts";
import { isFolder, resolvedPath } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { loadPool, type PoolSettings } from "../pool/load.ts";
import { pickSource as pickSourceFrom } from "../pool/pick/pick_source.ts";
import { pickAuth as pickAuthFrom } from "../pool/pick/roster.ts";
import type { Options } from "./options.ts";
import { outside } from "./outside.ts";

/** The options that choose the pool: a set of template homes and auth files to pick from. */
export interface PoolOptions extends Options {
  /** The program whose settings, environment variables and pick counts apply: `cap` (the default), or `clb`, its older name. */
  readonly flavour?: "cap" | "clb";
  /**
   * The folder of the Codex skill that holds the pool's settings (`scripts/cap_config.yaml`) and pick counts
   * (`share/state.json`). By default the user's own files: `~/.config/agentlb/cap_config.yaml`,
   * `~/.local/state/agentlb/cap.json`.
   */
  readonly skill?: string;
}

/**
 * Picks the source directory (a home to copy) for a worker and counts the pick, as `cap pick` does: in turn, or by the
 * worker's name with the strategy "hash". Returns an absolute path. Throws `Failure` for unusable settings, an unusable
 * state, and without a source.
 */
export async function pickSource(worker: string, options: PoolOptions = {}): Promise<string> {
  const name = strip(worker);
  if (name === "") throw new Failure("usage", "Cannot pick a source: the worker has no name");
  const { host, settings } = await openPool(options);
  return await pickSourceFrom(host, settings, settings.sources(), name);
}

/**
 * Picks an auth file of the team directory and counts the pick, as `cap pick-auth` does: the one with the fewest
 * starts, or the team's current one with "team_cycle". Returns its absolute path. Throws `Failure` for unusable
 * settings, an unusable state, and without a usable auth file.
 */
export async function pickAuth(options: PoolOptions = {}): Promise<string> {
  const { host, flavour, settings } = await openPool(options);
  return await pickAuthFrom(host, flavour, settings);
}

interface Pool {
  readonly host: Host;
  readonly flavour: Flavour;
  readonly settings: PoolSettings;
}

async function openPool(options: PoolOptions): Promise<Pool> {
  const host = outside(options);
  const flavour = FLAVOURS[options.flavour ?? "cap"];
  return { host, flavour, settings: await loadPool(host, flavour, originOf(host, options.skill)) };
}

/** Tells where the pool's files are: in the skill's folder, or, without `skill`, in the user's own. */
function originOf({ cwd }: Pick<Host, "cwd">, skill: string | undefined): Origin {
  if (skill === undefined) return { by: "program", folder: "/" };
  const folder = join(resolvedPath(resolve(cwd, skill)), "scripts");
  if (!isFolder(folder)) throw new Failure("usage", `Cannot find a pool in ${skill}: there is no ${folder}`);
  return { by: "shim", folder };
}
