import { dirname, join } from "node:path";
import { type CommandSettings, commandSettings } from "../../core/codex/provider.ts";
import type { Config } from "../../core/config/config.ts";
import type { Launch } from "../../core/shell/launch.ts";
import { behindShim } from "../../core/shell/npm_shim.ts";
import { isBatchFile, plainName, programFile } from "../../core/shell/path_lookup.ts";
import { splitWords } from "../../core/shell/split_words.ts";
import { isBuiltFor } from "../../core/shell/surroundings.ts";
import { exists, fingerprintOf, namesIn, readText, realPath } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { findProgram } from "./find_program.ts";

/** The path of the supervisor's codex and the fingerprint of that file. */
export interface CodexProgram {
  readonly path: string;
  readonly fingerprint: string;
}

type HostPart = Pick<Host, "env" | "cwd" | "platform" | "arch">;

/** `[supervisor] codex`, else the program of the run command when it is a codex, else `codex` on PATH; undefined when none is there. */
export function codexProgram(config: Config, host: HostPart): CodexProgram | undefined {
  const found = findProgram(namedCodex(config, host), host);
  if (found === undefined) return undefined;
  const path = directOf(found, host);
  const fingerprint = path === undefined ? undefined : fingerprintOf(path);
  return path === undefined || fingerprint === undefined ? undefined : { path, fingerprint };
}

/** The codex on PATH; undefined without one. */
export function codexOnPath(host: HostPart): string | undefined {
  const found = findProgram("codex", host);
  return found && directOf(found, host);
}

/** The path or name of codex in the configuration. */
export function namedCodex(config: Config, host: Pick<Host, "platform">): string {
  if (config.supervisor.codex !== "") return config.supervisor.codex;
  const split = splitWords(config.runner.defaultCommand, host.platform);
  const first = "words" in split ? split.words[0] : undefined;
  return first !== undefined && plainName(first, host) === "codex" ? first : "codex";
}

/** The answer of a Codex command that works offline and ends by itself, or why there is none. */
export type ShortAnswer =
  | { readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly problem: string };

/**
 * Runs `codex --version` or `codex login status` and returns the answer. These renew no login, so at the limit of time or
 * size all their processes are ended at once.
 */
export async function shortAnswer(
  { capture }: Pick<Host, "capture">,
  launch: Pick<Launch, "file" | "args" | "env">,
  timeoutMs: number,
): Promise<ShortAnswer> {
  let captured;
  try {
    captured = await capture({ ...launch, group: "own" }, timeoutMs);
  } catch {
    return { problem: "it cannot be started" };
  }
  const { exit, stdout, stderr, limit } = captured;
  if (limit === "time") return { problem: `no answer in ${Math.round(timeoutMs / 1000)} s` };
  if (limit === "size") return { problem: "its answer has no end" };
  if ("error" in exit) return { problem: "it cannot be started" };
  if ("signal" in exit) return { problem: `it was ended by ${exit.signal}` };
  return { code: exit.code, stdout, stderr };
}

/** The choice of a provider in the default command. */
export function defaultCommandSettings(
  config: Config,
  { platform }: Pick<Host, "platform">,
): CommandSettings {
  const { defaultCommand, defaultCommandArgs } = config.runner;
  const split = splitWords(defaultCommand, platform);
  return "words" in split ? commandSettings([...split.words, ...defaultCommandArgs]) : {};
}

/** The native program behind a wrapper, else the found file; undefined for a batch file without one. */
function directOf(found: string, host: HostPart): string | undefined {
  return nativeBehind(found, host) ?? (isBatchFile(found, host) ? undefined : found);
}

/**
 * The program that the npm package's `bin/codex.js` would start: a signal to that wrapper does not reach it, and the
 * wrapper costs 44 MB and 75 ms a start.
 */
function nativeBehind(path: string, host: HostPart): string | undefined {
  const wrapper = scriptBehind(path, host) ?? realPath(path);
  if (wrapper === undefined || !wrapper.endsWith(join("bin", "codex.js"))) return undefined;
  const packageRoot = dirname(dirname(wrapper));
  const name = `codex-${host.platform}-${host.arch}`;
  const homes = [
    join(packageRoot, "node_modules", "@openai", name),
    join(dirname(packageRoot), name),
    packageRoot,
  ];
  for (const vendor of homes.map((home) => join(home, "vendor"))) {
    const triples = namesIn(vendor);
    // Old packages contain the programs of all systems.
    const ours = triples.filter((triple) => isBuiltFor(triple, host));
    for (const triple of ours.length > 0 ? ours : triples) {
      // Packages before 0.132 have another folder.
      const native = ["bin", "codex"]
        .map((folder) => join(vendor, triple, folder, programFile("codex", host)))
        .find(exists);
      if (native !== undefined) return native;
    }
  }
  return undefined;
}

/** The script behind npm's batch file, which takes the place of a link on Windows. */
function scriptBehind(path: string, host: HostPart): string | undefined {
  if (!isBatchFile(path, host)) return undefined;
  const behind = behindShim(path, readText(path) ?? "");
  return behind && "script" in behind ? realPath(behind.script) : undefined;
}
