import { fieldsOf } from "../text/json.ts";

/** The provider that Codex uses unless its settings name another; the only built-in one with an OpenAI login. */
const OPENAI = "openai";
/** The other built-in ones, which no table in the settings changes. */
const BUILT_IN: readonly string[] = ["ollama", "ollama-chat", "lmstudio", "amazon-bedrock"];

/**
 * The model provider in the settings of a home, if Codex asks for no OpenAI login there; undefined otherwise. `layers` are
 * parsed TOML files, each one over those before it. Codex refuses a provider that is defined nowhere, so that is none.
 */
export function ownProvider(layers: readonly unknown[]): string | undefined {
  const top = (...path: readonly string[]) => valueIn(layers, path);
  const profile = top("profile");
  // Old versions of Codex have their profiles in tables of config.toml.
  const ofProfile = typeof profile === "string" ? top("profiles", profile, "model_provider") : undefined;
  const id = ofProfile ?? top("model_provider");
  if (typeof id !== "string" || id === OPENAI) return undefined;
  if (BUILT_IN.includes(id)) return id;
  if (top("model_providers", id) === undefined) return undefined;
  return top("model_providers", id, "requires_openai_auth") === true ? undefined : id;
}

/** The value at a path in the last layer that has one. */
function valueIn(layers: readonly unknown[], path: readonly string[]): unknown {
  return layers.map((layer) => path.reduce((value, name) => fieldsOf(value)?.get(name), layer))
    .findLast((value) => value !== undefined);
}

/** The parts of a Codex command that choose a provider. */
export interface CommandSettings {
  /** `-p work`: work.config.toml is put over config.toml. */
  readonly profile?: string;
  /** `--oss`, or `-c model_provider=x`. */
  readonly provider?: string;
}

/** The parts of a command's words that choose a provider; the last one counts. */
export function commandSettings(words: readonly string[]): CommandSettings {
  let found: CommandSettings = {};
  words.forEach((word, at) => {
    const [name = "", ...rest] = word.split("=");
    const value = word.startsWith("--") && rest.length > 0 ? rest.join("=") : words[at + 1] ?? "";
    if (name === "-p" || name === "--profile") found = { ...found, profile: value };
    if (name === "--oss") found = { ...found, provider: "ollama" };
    const set = name === "-c" || name === "--config" ? /^model_provider\s*=\s*(.*)$/.exec(value) : null;
    if (set !== null) found = { ...found, provider: set[1]!.replace(/^(["'])(.*)\1$/, "$2") };
  });
  return found;
}
