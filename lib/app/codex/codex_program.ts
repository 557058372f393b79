import { dirname, join } from "node:path";
import type { Config } from "../../core/config/config.ts";
import { behindShim } from "../../core/shell/npm_shim.ts";
import { plainName } from "../../core/shell/path_lookup.ts";
import { splitWords } from "../../core/shell/split_words.ts";
import { exists, fingerprintOf, namesIn, readText, realPath } from "../../io/files/files.ts";
import type { Host } from "../../io/host.ts";
import { findProgram } from "./find_program.ts";

/** The codex that the supervisor runs, and which version of the file it is. */
export interface CodexProgram {
  readonly path: string;
  readonly fingerprint: string;
}

type Surroundings = Pick<Host, "env" | "cwd" | "platform" | "arch">;

/** `[supervisor] codex`, else the program of the run command when it is a codex, else `codex` on PATH; undefined when none is there. */
export function codexProgram(config: Config, host: Surroundings): CodexProgram | undefined {
  const found = findProgram(namedCodex(config, host), host);
  if (found === undefined) return undefined;
  const path = directOf(found, host);
  const fingerprint = path === undefined ? undefined : fingerprintOf(path);
  return path === undefined || fingerprint === undefined ? undefined : { path, fingerprint };
}

/** The codex that PATH has; undefined when it has none. */
export function codexOnPath(host: Surroundings): string | undefined {
  const found = findProgram("codex", host);
  return found && directOf(found, host);
}

/** What the configuration calls codex: a path or a name. */
export function namedCodex(config: Config, host: Pick<Host, "platform">): string {
  if (config.supervisor.codex !== "") return config.supervisor.codex;
  const split = splitWords(config.runner.defaultCommand, host.platform);
  const first = "words" in split ? split.words[0] : undefined;
  return first !== undefined && plainName(first, host) === "codex" ? first : "codex";
}

/** What can be started without an interpreter in between, to which our pipes would belong; undefined when nothing can. */
function directOf(found: string, host: Surroundings): string | undefined {
  const isBatch = host.platform === "win32" && /\.(cmd|bat)$/i.test(found);
  return nativeBehind(found, host) ?? (isBatch ? undefined : found);
}

/**
 * The program that the npm package's `bin/codex.js` would start: a signal to that wrapper does not reach it, and the
 * wrapper costs 44 MB and 75 ms a start.
 */
function nativeBehind(path: string, { platform, arch }: Surroundings): string | undefined {
  const wrapper = scriptBehind(path, platform) ?? realPath(path);
  if (wrapper === undefined || !wrapper.endsWith(join("bin", "codex.js"))) return undefined;
  const packageRoot = dirname(dirname(wrapper));
  const name = `codex-${platform}-${arch}`;
  const homes = [
    join(packageRoot, "node_modules", "@openai", name),
    join(dirname(packageRoot), name),
    packageRoot,
  ];
  for (const vendor of homes.map((home) => join(home, "vendor"))) {
    const triples = namesIn(vendor);
    const ours = triples.filter((triple) => isOurs(triple, platform, arch));
    for (const triple of ours.length > 0 ? ours : triples) {
      // Before 0.132 it was elsewhere.
      const native = ["bin", "codex"]
        .map((folder) => join(vendor, triple, folder, platform === "win32" ? "codex.exe" : "codex"))
        .find(exists);
      if (native !== undefined) return native;
    }
  }
  return undefined;
}

/** An old package has the programs of all systems. */
function isOurs(triple: string, platform: string, arch: string): boolean {
  const systems: Readonly<Record<string, string>> = {
    linux: "-linux-",
    darwin: "-apple-",
    win32: "-windows-",
  };
  const chips: Readonly<Record<string, string>> = { x64: "x86_64-", arm64: "aarch64-" };
  return triple.includes(systems[platform] ?? "") && triple.startsWith(chips[arch] ?? "");
}

/** On Windows npm puts a batch file where it puts a link elsewhere. */
function scriptBehind(path: string, platform: string): string | undefined {
  if (platform !== "win32" || !path.toLowerCase().endsWith(".cmd")) return undefined;
  const behind = behindShim(path, readText(path) ?? "");
  return behind && "script" in behind ? realPath(behind.script) : undefined;
}
