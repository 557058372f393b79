import { accessSync, constants } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const EXE = process.platform === "win32" ? ".exe" : "";

/** The Deno of this tree, without the script that npm puts on PATH. */
export const DENO = resolve(fileURLToPath(import.meta.url), "../../node_modules/deno", `deno${EXE}`);

/** The path of a program on PATH. */
export function toolPath(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, `${name}${EXE}`);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue; // not here
    }
  }
  return undefined;
}
