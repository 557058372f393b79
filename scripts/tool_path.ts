import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Where a program is on PATH. */
export function toolPath(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue; // not here
    }
  }
  return undefined;
}
