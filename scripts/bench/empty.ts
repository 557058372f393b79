/** An empty compiled program, the lower bound of every other. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { COMPILE } from "../compile_flags.ts";

/** Compiles an empty program in `folder`, with agentlb's flags; returns its path. */
export function emptyProgram(folder: string): string {
  writeFileSync(join(folder, "empty.ts"), "");
  const words = ["build", ...COMPILE, "empty.ts", "--outfile=empty"];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`the empty program was not built: ${stdout}${stderr}`);
  return join(folder, process.platform === "win32" ? "empty.exe" : "empty");
}
