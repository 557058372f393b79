import { dirname, join } from "node:path";
import { Failure } from "../../core/text/failure.ts";
import { behindShim } from "../../core/shell/npm_shim.ts";
import { isBatchFile } from "../../core/shell/path_lookup.ts";
import { readText } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { isProgram } from "../../io/process/spawn.ts";
import { findProgram } from "./find_program.ts";

/** The first words of a command line that the system itself can start. */
interface Start {
  readonly file: string;
  /** What comes before the arguments. */
  readonly before: readonly string[];
}

/**
 * What starts the program in a file: itself, but instead of a batch file what npm made it for. A batch file proper is
 * refused: its interpreter takes `%`, `&` and quotes in arguments for its own, and there is no way to write them all.
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
