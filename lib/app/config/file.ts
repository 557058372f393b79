import { type Config, type ConfigProblem, readConfig, renderConfig } from "../../core/config/config.ts";
import { Failure } from "../../core/text/failure.ts";
import { tomlLines } from "../../core/text/toml_lines.ts";
import type { Layout } from "../../core/system/layout.ts";
import { exists, readUtf8 } from "../../io/files/read.ts";
import { replaceFile } from "../../io/files/replace.ts";
import { parseToml } from "../../io/formats.ts";

/** Reads config.toml and its problems; the defaults without a file. Throws Failure unless it is TOML. */
export function readSettings(layout: Layout): { config: Config; problems: readonly ConfigProblem[] } {
  const text = settingsText(layout);
  if (text === undefined) return readConfig({}, () => undefined);
  let lineOf: ((path: string) => number | undefined) | undefined;
  return readConfig(parseToml(text, layout.config), (path) => (lineOf ??= tomlLines(text))(path));
}

/** Writes config.toml with every key and returns its path; replaces an existing one only with `force`. */
export function initConfig(layout: Layout, force: boolean): string {
  if (!force && exists(layout.config)) {
    throw new Failure("failed", `${layout.config} exists already`, {
      hint: "see it with: agentlb config show; replace it by the defaults with: agentlb config init --force",
    });
  }
  replaceFile(layout.config, renderConfig(), { durable: true, follow: true });
  return layout.config;
}

/** The text of config.toml; undefined without a file. Throws Failure unless it is UTF-8. */
export function settingsText({ config: path }: Pick<Layout, "config">): string | undefined {
  try {
    return readUtf8(path);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Failure("failed", `config is not valid UTF-8 (${path})`, { cause: error });
  }
}
