import { ALIAS_KEYS, CONFIG_KEYS, type ConfigKey, type ConfigValue, pathOf } from "./config_keys.ts";
import type { Config } from "./config.ts";
import { objectOf } from "../text/json.ts";

/** Where a setting comes from. */
export type SettingOrigin =
  | { readonly from: "default" }
  | { readonly from: "file"; readonly line: number | undefined }
  | { readonly from: "variable"; readonly variable: string };

/** A setting as it counts now. */
export interface Setting {
  /** `sessions.stale_sec`, `alias.work.reserve`. */
  readonly key: string;
  /** Infinity = no limit. */
  readonly value: ConfigValue;
  /** Undefined for a folder that is bound: it has none. */
  readonly default: ConfigValue | undefined;
  readonly origin: SettingOrigin;
}

/** A name of a key, taken apart, and its declaration. */
export interface KeyPlace {
  readonly key: ConfigKey;
  readonly path: readonly string[];
}

/** Everything that settings come from. */
export interface SettingSources {
  readonly config: Config;
  /** The parsed config.toml. */
  readonly document: unknown;
  locate(path: string): number | undefined;
  /** True when a variable forbids to go on. */
  readonly isContinueOff: boolean;
}

/** All settings: every key, those of single aliases that the file has, and the bound folders. */
export function listSettings(sources: SettingSources): Setting[] {
  const { config, document, locate } = sources;
  const aliases = [...config.aliases.keys()].flatMap((alias) =>
    ALIAS_KEYS.filter((key) => nameIn(document, ["alias", alias], key) !== undefined)
      .map((key) => settingAt({ key, path: ["alias", alias, key.name] }, sources))
  );
  const bound = Array.from(config.bind, ([folder, names]): Setting => ({
    key: `bind.${folder}`,
    value: names,
    default: undefined,
    origin: { from: "file", line: locate(`bind.${folder}`) },
  }));
  return [
    ...CONFIG_KEYS.map((key) => settingAt({ key, path: [key.table, key.name] }, sources)),
    ...aliases,
    ...bound,
  ];
}

/** One setting as it counts now. */
export function settingAt({ key, path }: KeyPlace, sources: SettingSources): Setting {
  const { config, document, locate, isContinueOff } = sources;
  const tables = config as unknown as Readonly<Record<string, Readonly<Record<string, ConfigValue>>>>;
  const own = path.slice(0, -1);
  const values: Readonly<Record<string, ConfigValue>> | undefined = own[0] === "alias"
    ? config.aliases.get(own[1] ?? "") as unknown as Readonly<Record<string, ConfigValue>> | undefined
    : tables[key.table];
  const field = key.name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  const setting = { key: path.join("."), value: values?.[field] ?? key.default, default: key.default };
  if (pathOf(key) === "runner.continue" && isContinueOff) {
    return { ...setting, value: false, origin: { from: "variable", variable: "AGENTLB_NO_CONTINUE" } };
  }
  const name = nameIn(document, own, key);
  const origin: SettingOrigin = name === undefined
    ? { from: "default" }
    : { from: "file", line: locate([...own, name].join(".")) };
  return { ...setting, origin };
}

/** The key of that name; undefined when there is none. An alias may hold dots. */
export function keyNamed(name: string): KeyPlace | undefined {
  const [, alias, last] = /^alias\.(.+)\.([^.]+)$/s.exec(name) ?? [];
  if (alias !== undefined) {
    const key = ALIAS_KEYS.find((each) => each.name === last);
    return key && { key, path: ["alias", alias, key.name] };
  }
  const key = CONFIG_KEYS.find((each) => pathOf(each) === name);
  return key && { key, path: [key.table, key.name] };
}

/** The names of all keys. */
export function keyNames(): string[] {
  return [...CONFIG_KEYS, ...ALIAS_KEYS].map(pathOf);
}

/** A typed value for a key, as TOML has it: the reader says whether the key takes it. */
export function typedValue(key: ConfigKey, words: readonly string[]): unknown {
  const [word = "", ...more] = words;
  if (Array.isArray(key.default)) return words.length === 1 && word === "" ? [] : [...words];
  const text = [word, ...more].join(" ");
  if (typeof key.default === "number" && /^[+-]?\d{1,30}$/.test(text)) return BigInt(text);
  if (typeof key.default === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

/** A document with one more value; what it had there is replaced. */
export function documentWith(
  document: unknown,
  [name = "", ...rest]: readonly string[],
  value: unknown,
): unknown {
  const entries = objectOf(document) ?? new Map<string, unknown>();
  const inner = rest.length === 0 ? value : documentWith(entries.get(name), rest, value);
  return Object.fromEntries(new Map(entries).set(name, inner));
}

/** Tells whether two parsed TOML documents say the same, in whatever order. */
export function saysSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((each, at) => saysSame(each, other[at]));
  }
  const [these, those] = [objectOf(one), objectOf(other)];
  if (these === undefined || those === undefined || one instanceof Date || other instanceof Date) {
    return one === other || (one instanceof Date && other instanceof Date && String(one) === String(other));
  }
  return these.size === those.size &&
    [...these].every(([key, value]) => those.has(key) && saysSame(value, those.get(key)));
}

/** The name by which a table of the document has the key: its own, or the former one. */
function nameIn(document: unknown, table: readonly string[], key: ConfigKey): string | undefined {
  const entries = table.reduce<unknown>((inside, name) => objectOf(inside)?.get(name), document);
  const names = [key.name, ...key.formerly === undefined ? [] : [key.formerly]];
  return names.find((name) => objectOf(entries)?.has(name));
}
