import { Failure, unreadableWords } from "../../core/text/failure.ts";
import { type ConfigEntry, readConfigLines } from "../../core/pool/python/config_lines.ts";
import type { AuthStrategy, Flavour, Strategy } from "../../core/pool/flavour.ts";
import { type Origin, placeOf } from "../../core/pool/origin.ts";
import { below, expandUser, type Homes, settingPath } from "../../core/shell/typed_paths.ts";
import { type FileValue, KEYS, wishesOf } from "../../core/pool/settings.ts";
import { homeVariable, isFixed, pathsOn, variable } from "../../core/shell/surroundings.ts";
import { printable } from "../../core/text/printable.ts";
import { isFolder, readUtf8, resolvedPath } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";

/** The settings of a pool program. All paths are absolute. */
export interface PoolSettings {
  readonly name: Flavour["name"];
  readonly skillDir: string;
  readonly configFile: string;
  readonly configReading: "lines" | "yaml" | "none";
  /** Messages about lines of the configuration that set nothing. */
  readonly notUnderstood: readonly string[];
  /** The reason for the places of the files. */
  readonly rule: string;
  readonly strategy: Strategy;
  readonly authStrategy: AuthStrategy;
  readonly stateFile: string;
  readonly authTeamDir: string | undefined;
  /** The glob of auth files, also the name under which a rotation is stored: another glob replaces it. */
  readonly authTeamGlob: string;
  readonly balancedJoin: "min" | "zero";
  readonly homes: Homes;
  /** The existing source directories; missing ones are named on stderr. Throws Failure without any. */
  sources(): readonly string[];
}

type HostPart = Pick<Host, "env" | "uid" | "platform" | "system" | "err">;

/** Reads the settings that belong to `from`. Throws Failure for an unusable file or value. */
export async function loadPool(host: HostPart, flavour: Flavour, from: Origin): Promise<PoolSettings> {
  const { platform } = host;
  const homes = homesOf(host);
  const place = placeOf(from, flavour, host, homes.own || "/");
  const file = await readConfig(host, flavour, place.configFile);
  const wishes = wishesOf(flavour, host.env, file?.values ?? new Map());
  const pathOf = (text: string) => settingPath(text, { base: place.skillDir, homes, platform }, resolvedPath);
  return {
    name: flavour.name,
    skillDir: place.skillDir,
    configFile: place.configFile,
    configReading: file?.reading ?? "none",
    notUnderstood: file?.notUnderstood ?? [],
    rule: place.rule,
    strategy: wishes.strategy,
    authStrategy: wishes.authStrategy,
    stateFile: wishes.stateFile === undefined ? resolvedPath(place.stateFile) : pathOf(wishes.stateFile),
    authTeamDir: wishes.authTeamDir === undefined ? undefined : pathOf(wishes.authTeamDir),
    authTeamGlob: wishes.authTeamGlob,
    balancedJoin: wishes.balancedJoin,
    homes,
    sources: () =>
      existing(host, flavour, wishes.sources.map(pathOf), {
        fallback: pathsOn(platform).join(homes.own || "/", ".codex"),
        // Outside a skill a relative "scripts" would be ambiguous.
        configFile: place.isSkill ? `scripts/${flavour.configName}` : printable(place.configFile, 4096),
      }),
  };
}

function homesOf(host: HostPart): Homes {
  const { env, platform, system } = host;
  const named = variable(env, homeVariable(platform), platform);
  return { own: named ?? listedHome(host) ?? system.rootFolder, of: system.homeOfUser };
}

/** The home in the user database, read only without HOME because Deno requires a permission for it. */
function listedHome({ uid, system }: HostPart): string | undefined {
  return uid === undefined ? undefined : system.homeOfUser(uid);
}

/** Resolves a typed path against the current folder, with all links and `..`. */
export function typedPath(
  { cwd, platform }: Pick<Host, "cwd" | "platform">,
  { homes }: Pick<PoolSettings, "homes">,
  text: string,
): string {
  const path = expandUser(text, homes, platform);
  return resolvedPath(isFixed(path, platform) ? path : below(cwd, path, platform));
}

/** The existing sources; the user's own home only if none is configured, so that a typo picks no other account. */
function existing(
  host: HostPart,
  flavour: Flavour,
  configured: readonly string[],
  { fallback, configFile }: { readonly fallback: string; readonly configFile: string },
): readonly string[] {
  const all = [...new Set(configured.length === 0 ? [fallback] : configured)];
  const found = all.filter(isFolder);
  const missing = all.filter((path) => !found.includes(path));
  if (found.length === 0) {
    const lines = [
      "❌ no valid sources configured.",
      `   Set \`sources:\` in ${configFile} (or env ${flavour.prefix}SOURCES).`,
      ...configured.length === 0
        ? [`   Default fallback missing: ${fallback}`]
        : missing.map((path) => `   Missing: ${printable(path, 4096)}`),
    ];
    throw new Failure("failed", lines.join("\n"), { verbatim: true });
  }
  for (const path of missing) host.err(`⚠️ source not found: ${printable(path, 4096)}\n`);
  return found;
}

interface ConfigFile {
  readonly values: ReadonlyMap<string, FileValue>;
  readonly reading: "lines" | "yaml";
  readonly notUnderstood: readonly string[];
}

async function readConfig(
  { env, err }: Pick<Host, "env" | "err">,
  flavour: Flavour,
  path: string,
): Promise<ConfigFile | undefined> {
  let text: string | undefined;
  try {
    text = readUtf8(path);
  } catch (error) {
    const why = error instanceof TypeError ? "it is not valid UTF-8" : unreadableWords(error);
    throw unreadable(path, why);
  }
  if (text === undefined) return undefined;
  if (text.includes("\0")) throw unreadable(path, "it holds NUL bytes, as UTF-16 does; save it as UTF-8");
  const { entries, odd, needsDocument } = readConfigLines(text, KEYS);
  const needsYaml = needsDocument || [...entries.values()].some(({ block }) => block !== undefined);
  try {
    const yaml = needsYaml
      ? (await import("./yaml_config.ts")).yamlValues(entries, needsDocument ? text : undefined, KEYS)
      : { values: entries, odd: [] };
    const { values } = yaml;
    const strange = [...odd, ...yaml.odd];
    for (const [key, entry] of entries) {
      if (PATHS.has(key)) refuseNull(key, entry);
    }
    const notUnderstood = strange.length === 0 ? [] : (await import("../../core/pool/odd_lines.ts"))
      .judgeOddLines(flavour, env, { entries: values, odd: strange });
    for (const words of notUnderstood) {
      err(`⚠️ ${printable(path, 4096)}: not understood, left out: ${printable(words)}\n`);
    }
    return { values, reading: needsYaml ? "yaml" : "lines", notUnderstood };
  } catch (error) {
    throw error instanceof Failure ? unreadable(path, error.message) : error;
  }
}

const PATHS: ReadonlySet<string> = new Set(["sources", "state_file", "auth_team_dir"]);

/** YAML's null values are no paths, including a lone `~`. */
function refuseNull(key: string, entry: ConfigEntry): void {
  if (entry.block !== undefined) return;
  const bare = /^(~|null)\s*(?:\s#.*)?$/i.exec(entry.raw)?.[1];
  if (bare === undefined) return;
  const cure = bare === "~" ? "write ~/ for your home" : `remove the line to leave ${key} unset`;
  throw new Failure("failed", `line ${entry.line}: ${key}: ${bare} is no path; ${cure}`);
}

function unreadable(path: string, why: string): Failure {
  return new Failure("failed", `❌ cannot read ${printable(path, 4096)}: ${printable(why)}`, {
    verbatim: true,
  });
}
