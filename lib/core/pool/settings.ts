import { Failure } from "../text/failure.ts";
import type { Environment } from "../shell/surroundings.ts";
import { jsonList, valueOf } from "./python/config_lines.ts";
import type { AuthStrategy, Flavour, Strategy } from "./flavour.ts";
import { strip } from "./python/whole.ts";

/** The keys of a configuration file. */
export const KEYS: ReadonlySet<string> = new Set([
  "sources",
  "strategy",
  "state_file",
  "auth_team_dir",
  "auth_team_glob",
  "auth_strategy",
  "balanced_join",
]);

/** A key's value in the file: as written there, or as YAML read it. */
export type FileValue =
  | { readonly raw: string }
  /** A list. */
  | { readonly texts: readonly string[] }
  /** One text, which may be a list with commas. */
  | { readonly text: string };

/** The settings with defaults filled in; paths are still as written. */
export interface Wishes {
  readonly strategy: Strategy;
  readonly authStrategy: AuthStrategy;
  /** Empty = none configured. */
  readonly sources: readonly string[];
  readonly stateFile: string | undefined;
  readonly authTeamDir: string | undefined;
  readonly authTeamGlob: string;
  readonly balancedJoin: "min" | "zero";
}

/** Reads the settings from the environment and the file; the first source that is not blank wins. Throws Failure. */
export function wishesOf(flavour: Flavour, env: Environment, file: ReadonlyMap<string, FileValue>): Wishes {
  const named = (key: string, ...variables: readonly string[]): string => {
    for (const name of [`${flavour.prefix}${key.toUpperCase()}`, ...variables]) {
      const value = strip(env[name] ?? "");
      if (value !== "") return value;
    }
    const value = file.get(key);
    if (value === undefined) return "";
    return strip(textOf(value));
  };
  const strategy = normal(named("strategy")) || "round_robin";
  if (strategy !== "round_robin" && strategy !== "hash") {
    throw unsupported("strategy", named("strategy").toLowerCase(), "round_robin|hash");
  }
  return {
    strategy,
    authStrategy: authStrategyOf(flavour, flavour.authStrategies.length > 1 ? named("auth_strategy") : ""),
    balancedJoin: joinOf(named("balanced_join")),
    sources: sourcesOf(env[`${flavour.prefix}SOURCES`], file.get("sources")),
    stateFile: named("state_file") || undefined,
    authTeamDir: named("auth_team_dir", "AUTH_TEAM_DIR") || undefined,
    authTeamGlob: named("auth_team_glob") || "*",
  };
}

/** A value as one text. */
export function textOf(value: FileValue): string {
  if ("raw" in value) return valueOf(value.raw);
  return "text" in value ? value.text : value.texts.join(",");
}

const AUTH_STRATEGIES: ReadonlyMap<string, AuthStrategy> = new Map([
  ["balanced", "balanced"],
  ["least_used", "balanced"],
  ["team_cycle", "team_cycle"],
  ["round_robin", "team_cycle"],
  ["rr", "team_cycle"],
  ["limits", "limits"],
]);

function authStrategyOf(flavour: Flavour, text: string): AuthStrategy {
  const found = text === "" ? flavour.authStrategies[0]! : AUTH_STRATEGIES.get(normal(text));
  if (found === undefined) throw unsupported("auth_strategy", text, flavour.authStrategies.join("|"));
  return found;
}

function joinOf(text: string): "min" | "zero" {
  const join = normal(text) || "min";
  if (join !== "min" && join !== "zero") throw unsupported("balanced_join", text, "min|zero");
  return join;
}

/** Callers also write `round-robin`. */
function normal(text: string): string {
  return text.toLowerCase().replaceAll("-", "_");
}

function unsupported(key: string, value: string, choices: string): Failure {
  return new Failure("failed", `❌ unsupported ${key}: '${value}' (use: ${choices})`, { verbatim: true });
}

function sourcesOf(fromEnv: string | undefined, inFile: FileValue | undefined): string[] {
  if (fromEnv !== undefined && strip(fromEnv) !== "") return itemsOf(strip(fromEnv));
  if (inFile === undefined) return [];
  if ("texts" in inFile) return cleaned(inFile.texts);
  if ("text" in inFile) return itemsOf(strip(inFile.text));
  return jsonItems(inFile.raw) ?? itemsOf(unquotedList(inFile.raw));
}

/** The items of a JSON array or of a list with commas, each perhaps in quotes. */
function itemsOf(text: string): string[] {
  return jsonItems(text) ?? cleaned(
    text.split(",").map((item) => {
      const bare = strip(item);
      return /^(["']).*\1$/s.test(bare) && bare.length > 1 ? bare.slice(1, -1) : bare;
    }),
  );
}

/** `"a, b"` is one quoted list, `"a", "b"` a list of quoted items; a comment may follow either. */
function unquotedList(raw: string): string {
  const value = valueOf(raw);
  const quote = raw[0] ?? "";
  if (!/["']/.test(quote) || !value.includes(quote)) return value;
  const whole = `${quote}${value}${quote}`;
  return raw.startsWith(whole) ? whole : raw.replace(/\s#.*$/s, "");
}

function jsonItems(text: string): string[] | undefined {
  const items = jsonList(text);
  return items && cleaned(items.filter((item) => typeof item === "string"));
}

function cleaned(items: readonly string[]): string[] {
  return items.map(strip).filter((item) => item !== "");
}
