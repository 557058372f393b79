import { programFiles } from "../../core/shell/path_lookup.ts";
import type { Host } from "../../io/host.ts";
import { isProgram } from "../../io/process/spawn.ts";

/** Where a program is: a path is taken as it is (relative to `cwd`), a name is looked up in the absolute folders of PATH. */
export function findProgram(name: string, host: Pick<Host, "env" | "cwd" | "platform">): string | undefined {
  return programFiles(name, host).find(isProgram);
}
