import { errnoOf, Failure, wordsOf } from "../../core/text/failure.ts";
import { type ConfigEntry, readLines } from "../../core/pool/python/config_lines.ts";
import type { AuthStrategy, Flavour, Strategy } from "../../core/pool/flavour.ts";
import { type Origin, placeOf } from "../../core/pool/origin.ts";
import { below, expandUser, type Homes, settingPath } from "../../core/pool/python/paths.ts";
import { type FileValue, KEYS, wishesOf } from "../../core/pool/settings.ts";
import { homeVariable, isFixed, pathsOn, variable } from "../../core/system/platform.ts";
import { printable } from "../../core/text/printable.ts";
import { resolvedPath } from "../../io/files/directory.ts";
import { isFolder } from "../../io/files/files.ts";
import { readUtf8 } from "../../io/files/folders.ts";
import type { Host } from "../../io/host.ts";
import { homeInPasswd } from "../../io/platform/passwd.ts";

/** What a pool program goes by. All paths are absolute. */
export interface PoolSettings {
  readonly name: Flavour["name"];
  readonly skillDir: string;
  readonly configFile: string;
  readonly configReading: "lines" | "yaml" | "none";
  /** Why the files are where they are, in words. */
  readonly rule: string;
  readonly strategy: Strategy;
  readonly authStrategy: AuthStrategy;
  readonly stateFile: string;
  readonly authTeamDir: string | undefined;
  /** Also the name of the view under which a rotation is remembered: whoever uses another glob replaces it. */
  readonly authTeamGlob: string;
  readonly balancedJoin: "min" | "zero";
  readonly homes: Homes;
  /** The existing source directories; missing ones are named on stderr. Throws Failure when there is none. */
  sources(): readonly string[];
}

type Outside = Pick<Host, "env" | "uid" | "platform" | "err">;

/** Reads the settings that belong to `from`. Throws Failure for a file or a value that can't be used. */
export async function loadPool(host: Outside, flavour: Flavour, from: Origin): Promise<PoolSettings> {
  const { platform } = host;
  const homes = homesOf(host);
  const place = placeOf(from, flavour, host, homes.own || "/");
  const file = await readConfig(place.configFile);
  const wishes = wishesOf(flavour, host.env, file?.values ?? new Map());
  const pathOf = (text: string) => settingPath(text, { base: place.skillDir, homes, platform }, resolvedPath);
  return {
    name: flavour.name,
    skillDir: place.skillDir,
    configFile: place.configFile,
    configReading: file?.reading ?? "none",
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
        // Outside of a skill nobody could tell where "scripts" is.
        configFile: place.isSkill ? `scripts/${flavour.configName}` : printable(place.configFile, 4096),
      }),
  };
}

function homesOf(host: Outside): Homes {
  const { env, platform } = host;
  const named = variable(env, homeVariable(platform), platform);
  if (platform === "win32") return { own: named ?? "C:\\", of: () => undefined };
  return { own: named ?? listedHome(host) ?? "/", of: homeInPasswd };
}

/** Only looked up for a user without HOME: Deno asks its user whether we may know who we are. */
function listedHome({ uid }: Outside): string | undefined {
  return uid === undefined ? undefined : homeInPasswd(uid);
}

/** A path that was typed: relative ones start from where the user stands, every link and `..` is resolved. */
export function typedPath(
  { cwd, platform }: Pick<Host, "cwd" | "platform">,
  { homes }: Pick<PoolSettings, "homes">,
  text: string,
): string {
  const path = expandUser(text, homes, platform);
  return resolvedPath(isFixed(path, platform) ? path : below(cwd, path, platform));
}

/** The user's own home is a source only where none is configured: a mistyped path must not pick another account. */
function existing(
  host: Outside,
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
}

async function readConfig(path: string): Promise<ConfigFile | undefined> {
  let text: string | undefined;
  try {
    text = readUtf8(path);
  } catch (error) {
    const why = error instanceof TypeError ? "it is not valid UTF-8" : errnoOf(error) ?? wordsOf(error);
    throw unreadable(path, why);
  }
  if (text === undefined) return undefined;
  const values = new Map<string, FileValue>();
  let reading: ConfigFile["reading"] = "lines";
  for (const [key, entry] of readLines(text, KEYS)) {
    if (entry.block !== undefined) reading = "yaml";
    values.set(key, entry.block === undefined ? entry : { texts: await textsOf(path, key, entry) });
  }
  return { values, reading };
}

/** What lines of YAML say of a key: one text, or those of a list. */
async function textsOf(path: string, key: string, { block, line }: ConfigEntry): Promise<string[]> {
  const { parseYaml } = await import("../../io/yaml.ts");
  let value: unknown;
  try {
    value = (parseYaml(block ?? "") as Record<string, unknown> | null)?.[key];
  } catch (error) {
    throw unreadable(path, `line ${line}: ${key}: ${wordsOf(error).split("\n")[0]}`);
  }
  const items = Array.isArray(value) ? value : value === null || value === undefined ? [] : [value];
  const odd = items.find((item) => typeof item === "object");
  if (odd !== undefined) throw unreadable(path, `line ${line}: ${key}: its items must be texts`);
  return items.map(String);
}

function unreadable(path: string, why: string): Failure {
  return new Failure("failed", `❌ cannot read ${printable(path, 4096)}: ${printable(why)}`, {
    verbatim: true,
  });
}
