import { type Config, type ConfigProblem, readConfig, tomlOf } from "../../core/config/config.ts";
import type { ConfigValue } from "../../core/config/config_keys.ts";
import {
  documentWith,
  keyNamed,
  keyNames,
  type KeyPlace,
  listSettings,
  saysSame,
  type Setting,
  settingAt,
  type SettingSources,
  typedValue,
} from "../../core/config/listing.ts";
import type { Layout } from "../../core/system/layout.ts";
import { type VariableSetting, variableSettings } from "../../core/system/variables.ts";
import { Failure } from "../../core/text/failure.ts";
import { tomlLines } from "../../core/text/toml_lines.ts";
import { nearest } from "../../core/text/nearest.ts";
import { printable } from "../../core/text/printable.ts";
import { withTomlValue } from "../../core/text/toml_edit.ts";
import { replaceFile } from "../../io/files/replace.ts";
import { parseToml } from "../../io/formats.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";
import { settingsText } from "./file.ts";

/** All settings, and the variables of the environment that count as settings. */
export interface Settings {
  readonly settings: readonly Setting[];
  readonly variables: readonly VariableSetting[];
  readonly problems: readonly ConfigProblem[];
}

/** A changed setting, before and after. */
export interface ChangedSetting {
  readonly before: Setting;
  readonly after: Setting;
}

/** Reads all settings. Throws Failure unless config.toml is TOML. */
export function allSettings(host: Pick<Host, "env">, layout: Layout): Settings {
  const { sources, problems } = read(host, layout, settingsText(layout) ?? "");
  return { settings: listSettings(sources), variables: variableSettings(host.env, layout.root), problems };
}

/** Reads one setting. Throws Failure when there is no such key. */
export function oneSetting(host: Pick<Host, "env">, layout: Layout, name: string): Setting {
  return settingAt(placeOf(name), read(host, layout, settingsText(layout) ?? "").sources);
}

/**
 * Changes one setting in config.toml, which keeps its comments and its order; the file as it was stays beside it.
 * Throws Failure, before anything is written, for a value that the key does not take.
 */
export async function changeSetting(
  host: Host,
  layout: Layout,
  name: string,
  words: readonly string[],
): Promise<ChangedSetting> {
  const place = placeOf(name);
  const value = typedValue(place.key, words);
  return await withLock(host, layout.stateLock, () => {
    const text = settingsText(layout) ?? "";
    const old = read(host, layout, text);
    const before = settingAt(place, old.sources);
    // The reader judges the value before the text is made of it.
    const wanted = documentWith(old.sources.document, place.path, value);
    refuseNew(place, old.problems, readConfig(wanted, () => undefined).problems);
    const changed = withTomlValue(text, place.path, tomlOf(plain(value)));
    const now = readChanged(host, layout, changed, place);
    if (!saysSame(now.sources.document, wanted)) throw byHand(layout, place);
    replaceFile(layout.config, changed, { durable: true, follow: true, keepPrevious: text !== "" });
    return { before, after: settingAt(place, now.sources) };
  });
}

interface ReadSettings {
  readonly sources: SettingSources;
  readonly config: Config;
  readonly problems: readonly ConfigProblem[];
}

function read({ env }: Pick<Host, "env">, layout: Layout, text: string): ReadSettings {
  const document = parseToml(text, layout.config);
  const locate = tomlLines(text);
  const { config, problems } = readConfig(document, locate);
  const isContinueOff = env.AGENTLB_NO_CONTINUE === "1";
  return { sources: { config, document, locate, isContinueOff }, config, problems };
}

/** The changed text as the reader has it; one that is no TOML any more has its key in a place that is not understood. */
function readChanged(host: Host, layout: Layout, text: string, place: KeyPlace): ReadSettings {
  try {
    return read(host, layout, text);
  } catch (error) {
    throw error instanceof Failure ? byHand(layout, place) : error;
  }
}

function byHand(layout: Layout, { path }: KeyPlace): Failure {
  return new Failure("failed", `Cannot set ${printable(path.join("."))} in ${layout.config}`, {
    hint: "its table is written in a way that only you can change: edit the file",
  });
}

/** Throws Failure for the first problem that the file did not have before. */
function refuseNew(
  { path }: KeyPlace,
  before: readonly ConfigProblem[],
  after: readonly ConfigProblem[],
): void {
  const known = new Set(before.map(({ message }) => message));
  const problem = after.find(({ message }) => !known.has(message));
  if (problem === undefined) return;
  // What the reader takes instead is not taken here.
  const why = problem.message.replace(/: (taken as .*|both have their defaults)$/s, "");
  throw new Failure("usage", `Cannot set ${printable(path.join("."))}: ${printable(why)}`);
}

function placeOf(name: string): KeyPlace {
  const place = keyNamed(name);
  if (place !== undefined) return place;
  const near = nearest(name, keyNames());
  const hint = name.startsWith("bind.")
    ? "folders are bound by: agentlb bind"
    : near === undefined
    ? "to see all keys: agentlb config show"
    : `did you mean: ${near}`;
  throw new Failure("usage", `There is no setting '${name}'`, { hint });
}

function plain(value: unknown): ConfigValue {
  return typeof value === "bigint" ? Number(value) : value as ConfigValue;
}
