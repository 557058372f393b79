import { dirname, join } from "node:path";
import { Failure } from "../../core/text/failure.ts";
import { behindShim } from "../../core/shell/npm_shim.ts";
import { isBatchFile } from "../../core/shell/path_lookup.ts";
import { readText } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { isProgram } from "../../io/process/spawn.ts";
import { findProgram } from "./find_program.ts";

/** A program the system can start, with its leading arguments. */
interface Start {
  readonly file: string;
  /** The arguments before the caller's. */
  readonly before: readonly string[];
}

/**
 * The program to start for a file: itself, or the target of an npm batch file. Other batch files are refused, because
 * their interpreter gives `%`, `&` and quotes in arguments a meaning that cannot be fully escaped.
 */
export function behindBatch(file: string, host: Pick<Host, "env" | "cwd" | "platform">): Start {
  if (!isBatchFile(file, host)) return { file, before: [] };
  const behind = behindShim(file, readText(file) ?? "");
  if (behind === undefined) {
    throw new Failure("failed", `Cannot start ${file}: arguments can't be given to a batch file safely`, {
      hint: "name the program that it starts instead, with --cmd or in config.toml",
    });
  }
  if ("program" in behind) return { file: behind.program, before: [] };
  const beside = join(dirname(file), "node.exe");
  const node = isProgram(beside) ? beside : findProgram("node", host);
  if (node !== undefined) return { file: node, before: [behind.script] };
  throw new Failure("failed", `Cannot start ${file}: it needs node, which is not on PATH`);
}
