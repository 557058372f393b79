import { ALIAS_KEYS, CONFIG_KEYS, type ConfigKey, type ConfigValue, pathOf } from "./config_keys.ts";
import type { EventKind } from "../event/kinds.ts";
import { type JsonObject, objectOf } from "../text/json.ts";
import { nearest } from "../text/nearest.ts";
import { tomlText } from "../text/toml.ts";
import type { Policy } from "../pick/policy.ts";
import type { ScoreSettings } from "../pick/settings.ts";
import type { OnLimit } from "../session/on_limit.ts";
import { LARGEST_COUNT } from "../session/status.ts";

/** The settings of config.toml, read and normalised. */
export interface Config {
  readonly runner: {
    readonly defaultCommand: string;
    readonly defaultCommandArgs: readonly string[];
    readonly loginCommand: string;
    readonly passEnv: readonly string[];
    readonly onLimit: OnLimit;
    readonly continue: boolean;
    readonly unattendedHours: number;
  };
  readonly sessions: ScoreSettings & {
    readonly aliasPattern: string;
    readonly assignmentHistoryWindow: number;
    readonly pickBehavior: string;
    readonly policy: Policy;
    /** Empty = nothing is shared, unless the user said yes. */
    readonly shareFrom: string;
    readonly share: readonly string[];
  };
  readonly supervisor: {
    readonly managed: "active" | "all" | "none";
    /** Empty = the supervisor finds the program. */
    readonly codex: string;
  };
  readonly notify: NotifySettings;
  /** The settings of single aliases, by name; an alias without a table is not in it. */
  readonly aliases: ReadonlyMap<string, AliasSettings>;
  /** The folders that are bound to sessions, `[bind]`, as they are written there. */
  readonly bind: ReadonlyMap<string, readonly string[]>;
}

/** What is told of events, and how. */
export interface NotifySettings {
  /** A program and its arguments; empty = none. */
  readonly command: readonly string[];
  readonly desktop: boolean;
  /** The kinds that are told. */
  readonly events: readonly EventKind[];
  /** A limit is near below so much left. */
  readonly nearPercent: number;
}

/** The settings of one alias, `[alias.<name>]`. */
export interface AliasSettings {
  /** Percent, 0 to 100. */
  readonly reserve: number;
  readonly priority: number;
  /** Infinity = no limit. */
  readonly maxOpen: number;
}

export interface ConfigProblem {
  /** "error" for a value that can't be read; its key has the default, as with a warning. */
  readonly kind: "error" | "warning";
  readonly path: string;
  /** The line in the file, from 1. */
  readonly line: number | undefined;
  readonly message: string;
}

type Values = Map<ConfigKey, ConfigValue>;

const TABLES = [...CONFIG_KEYS.map((key) => key.table), "alias", "bind"];

export function defaultConfig(): Config {
  return configOf(new Map(), new Map(), new Map());
}

/**
 * The settings in a parsed TOML document whose whole numbers are bigints; `locate` returns the line of a key's
 * path. Values out of range become the default, with a warning.
 */
export function readConfig(
  document: unknown,
  locate: (path: string) => number | undefined,
): { config: Config; problems: readonly ConfigProblem[] } {
  const problems: ConfigProblem[] = [];
  const report = (kind: ConfigProblem["kind"], path: string, message: string) =>
    void problems.push({ kind, path, line: locate(path), message });
  const values: Values = new Map();
  const aliases = new Map<string, AliasSettings>();
  const bind = new Map<string, readonly string[]>();
  for (const [table, content] of objectOf(document) ?? []) {
    const keys = CONFIG_KEYS.filter((key) => key.table === table);
    if (table === "alias") {
      for (const [alias, wishes] of tableIn(content, table, report)) {
        aliases.set(alias, readAlias(wishes, `alias.${alias}`, report));
      }
    } else if (table === "bind") {
      for (const [folder, sessions] of tableIn(content, table, report)) {
        const bound = readBinding(folder, sessions, report);
        if (bound !== undefined) bind.set(folder, bound);
      }
    } else if (keys.length === 0) report("warning", table, unknownTable(table, content));
    else readTable(tableIn(content, table, report), table, keys, values, report);
  }
  restoreWeights(values, report);
  return { config: configOf(values, aliases, bind), problems };
}

/** The text of config.toml with every key, its effect and when to change it. */
export function renderConfig(config: Config = defaultConfig()): string {
  const lines = ["# Settings of agentlb. A key that is left out has the default."];
  let table = "";
  for (const key of CONFIG_KEYS) {
    lines.push("");
    if (key.table !== table) lines.push(`[${key.table}]`);
    table = key.table;
    lines.push(`# ${key.effect} (default ${tomlOf(key.default)})`);
    if (key.raise !== "") lines.push(`#   raise it when ${key.raise}`);
    if (key.lower !== "") lines.push(`#   lower it when ${key.lower}`);
    if (key.typical !== "") lines.push(`#   typical: ${key.typical}`);
    lines.push(`${key.name} = ${tomlOf(valueIn(config, key))}`);
    if (key.alternative) {
      const [value, why] = key.alternative;
      lines.push(`# ${tomlOf(value)} ${why}:`, `# ${key.name} = ${tomlOf(value)}`);
    }
  }
  lines.push("", "# What is wanted of one session; each may have such a table.", "# [alias.work]");
  for (const { name, effect, default: value } of ALIAS_KEYS) {
    const [shown, example] = value === Infinity ? ["no limit", 3] : [tomlOf(value), value];
    lines.push(`#   ${effect} (default ${shown})`, `# ${name} = ${tomlOf(example)}`);
  }
  lines.push(
    "",
    "# Work in a folder and below it only by some sessions.",
    "# [bind]",
    '# "~/acme" = ["work"]',
  );
  return `${lines.join("\n")}\n`;
}

/** A value in TOML syntax. */
export function tomlOf(value: ConfigValue): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") return tomlText(value);
  return `[${value.map(tomlOf).join(", ")}]`;
}

type Report = (kind: ConfigProblem["kind"], path: string, message: string) => void;

/** The entries of a table; a value that is no table has none, and is reported as an error. */
function tableIn(content: unknown, path: string, report: Report): JsonObject {
  const entries = objectOf(content);
  if (entries === undefined) report("error", path, `${path} must be a table, not ${kindOf(content)}`);
  return entries ?? new Map();
}

function readAlias(content: unknown, path: string, report: Report): AliasSettings {
  const values: Values = new Map();
  readTable(tableIn(content, path, report), path, ALIAS_KEYS, values, report);
  return objectWith(ALIAS_KEYS, values) as unknown as AliasSettings;
}

/** The sessions that a folder is bound to: one alias, or several. A folder that is not understood must not be left open. */
function readBinding(folder: string, value: unknown, report: Report): readonly string[] | undefined {
  const path = `bind.${folder}`;
  const aliases = typeof value === "string" ? [value] : value;
  if (!/^(~$|~?[\\/]|[A-Za-z]:[\\/])/.test(folder)) report("error", path, `${path} must begin with / or ~/`);
  else if (
    !Array.isArray(aliases) || aliases.length === 0 ||
    aliases.some((each) => typeof each !== "string" || each === "")
  ) {
    report("error", path, `${path} must be a list of aliases`);
  } else return aliases;
  return undefined;
}

function readTable(
  entries: JsonObject,
  table: string,
  keys: readonly ConfigKey[],
  values: Values,
  report: Report,
): void {
  for (const [name, value] of entries) {
    const path = `${table}.${name}`;
    const former = keys.find((key) => key.formerly === name);
    if (former !== undefined) {
      report("warning", path, `${path} is called ${former.name} now`);
      if (!entries.has(former.name)) values.set(former, readValue(former, path, value, report));
      continue;
    }
    const key = keys.find((key) => key.name === name);
    if (key === undefined) {
      report("warning", path, `${path} is not a key of agentlb${meant(name, keys.map((key) => key.name))}`);
    } else {
      values.set(key, readValue(key, path, value, report));
    }
  }
}

function readValue(key: ConfigKey, path: string, value: unknown, report: Report): ConfigValue {
  const wrong = (wanted: string) => {
    report("error", path, `${path} must be ${wanted}, not ${kindOf(value)}`);
    return key.default;
  };
  const taken = (result: ConfigValue, why: string) => {
    report("warning", path, `${path} ${why}: taken as ${result === Infinity ? "no limit" : tomlOf(result)}`);
    return result;
  };
  if (typeof key.default === "number") {
    if (typeof value !== "bigint") return wrong("a whole number");
    // The predecessor refuses the whole file here, so the value is an error and not out of range.
    if (key.name === "assignment_history_window" && value < 0n) return wrong("a whole number from 0");
    if (value < (key.least ?? 0)) return taken(key.default, `is below ${key.least ?? 0}`);
    if (key.most !== undefined && value > key.most) return taken(key.default, `is above ${key.most}`);
    return value > LARGEST_COUNT ? taken(LARGEST_COUNT, "is very large") : Number(value);
  }
  if (typeof key.default === "boolean") return typeof value === "boolean" ? value : wrong("true or false");
  if (typeof key.default !== "string") {
    const isList = Array.isArray(value) && value.every((item) => typeof item === "string");
    if (!isList) return wrong("a list of texts");
    const odd = value.filter((item) => !(key.oneOf?.includes(item) ?? true));
    const known = value.filter((item) => !odd.includes(item));
    return odd.length === 0 ? value : taken(known, `may hold only ${key.oneOf?.join(", ")}`);
  }
  if (typeof value !== "string") return wrong("a text in quotes");
  if (value.trim() === "") return key.default;
  if (key.oneOf === undefined || key.oneOf.includes(value)) return value;
  return taken(key.default, `is none of ${key.oneOf.join(", ")}`);
}

/** Two weights of 0 would leave nothing to divide by. */
function restoreWeights(values: Values, report: Report): void {
  const weights = CONFIG_KEYS.filter((key) => key.name.endsWith("_weight_percent"));
  if (weights.some((key) => (values.get(key) ?? key.default) !== 0)) return;
  for (const key of weights) values.set(key, key.default);
  report("warning", pathOf(weights[0] as ConfigKey), "both weights are 0: both have their defaults");
}

function configOf(values: Values, aliases: Config["aliases"], bind: Config["bind"]): Config {
  // One pass, since every start does it.
  const config: Record<string, Record<string, ConfigValue>> = {};
  for (const key of CONFIG_KEYS) (config[key.table] ??= {})[camel(key.name)] = values.get(key) ?? key.default;
  return { ...config, aliases, bind } as unknown as Config;
}

function objectWith(keys: readonly ConfigKey[], values: Values): Record<string, ConfigValue> {
  return Object.fromEntries(keys.map((key) => [camel(key.name), values.get(key) ?? key.default]));
}

function valueIn(config: Config, key: ConfigKey): ConfigValue {
  const tables = config as unknown as Readonly<Record<string, Readonly<Record<string, ConfigValue>>>>;
  return tables[key.table]?.[camel(key.name)] ?? key.default;
}

function camel(name: string): string {
  const [first = "", ...others] = name.split("_");
  return others.reduce((camel, word) => camel + word.charAt(0).toUpperCase() + word.slice(1), first);
}

function unknownTable(name: string, content: unknown): string {
  const home = [...CONFIG_KEYS, ...ALIAS_KEYS].find((key) => key.name === name);
  if (home !== undefined) return `${name} must be under [${home.table}]`;
  const shown = objectOf(content) === undefined ? name : `[${name}]`;
  return `${shown} is not a part of agentlb's settings${meant(name, TABLES)}`;
}

function meant(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? "" : `; did you mean ${near}?`;
}

function kindOf(value: unknown): string {
  if (typeof value === "string") return "a text";
  if (typeof value === "bigint") return "a whole number";
  if (typeof value === "number") return "a number with a fraction";
  if (typeof value === "boolean") return "true or false";
  if (Array.isArray(value)) return "a list";
  return value instanceof Date ? "a time" : "a table";
}
