import { programFiles } from "../../core/shell/path_lookup.ts";
import type { Host } from "../../io/host.ts";
import { isProgram } from "../../io/process/spawn.ts";

/** Finds a program: a path is used as it is (relative to `cwd`), a name is searched in the absolute folders of PATH. */
export function findProgram(name: string, host: Pick<Host, "env" | "cwd" | "platform">): string | undefined {
  return programFiles(name, host).find(isProgram);
}
