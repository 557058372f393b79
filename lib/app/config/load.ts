import { type Config, type ConfigProblem, defaultConfig } from "../../core/config/config.ts";
import { Failure } from "../../core/text/failure.ts";
import type { Layout } from "../../core/system/layout.ts";
import { printable } from "../../core/text/printable.ts";
import { exists } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";

/** A file of another program, put in the place of ours, has hundreds. */
const MOST_WARNINGS = 20;

/** Loads the settings. Throws Failure with line and key for an error in the file; prints warnings on stderr. */
export async function loadConfig(host: Pick<Host, "err">, layout: Layout): Promise<Config> {
  // Most users have no such file, and loading the TOML parser takes longer than a pick.
  if (!hasConfig(layout)) return defaultConfig();
  const { readSettings } = await import("./file.ts");
  const { config, problems } = readSettings(layout);
  const errors = problems.filter((problem) => problem.kind === "error").map(wordsOf);
  if (errors.length > 0) {
    throw new Failure("failed", `Cannot read ${layout.config}: ${errors.join("; ")}`, {
      hint: "correct it, or move the file away and write a new one: agentlb config init",
    });
  }
  for (const problem of problems.slice(0, MOST_WARNINGS)) {
    host.err(`agentlb: warning: ${layout.config}: ${wordsOf(problem)}\n`);
  }
  const others = problems.length - MOST_WARNINGS;
  if (others > 0) host.err(`agentlb: warning: ${layout.config}: ${others} more like these\n`);
  return config;
}

/** Tells whether there is a config.toml. */
export function hasConfig(layout: Pick<Layout, "config">): boolean {
  return exists(layout.config);
}

function wordsOf({ line, message }: ConfigProblem): string {
  return `${line === undefined ? "" : `line ${line}: `}${printable(message)}`;
}
