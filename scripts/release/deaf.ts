/**
 * Runtimes that ignore some environment variables. Bun reads these before it starts the program inside it:
 * `BUN_BE_BUN=1 cap pick` would run Bun, `BUN_OPTIONS=--version cap pick` would print a version, and `BUN_INSPECT`
 * would open a debugger port. Bun has no setting against that, so the names are replaced by ones that no variable can
 * have.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { sha256 } from "./checksums.ts";

/** Longer names first, because one is a prefix of others. */
export const UNHEARD: readonly string[] = [
  "BUN_INSPECT_CONNECT_TO",
  "BUN_INSPECT_PRELOAD",
  "BUN_INSPECT_NOTIFY",
  "BUN_INSPECT",
  "BUN_OPTIONS",
  "BUN_BE_BUN",
];

/** The path of a copy of the runtime in `file` that ignores them; created once, below `cache`. */
export function deafRuntime(file: string, cache: string): string {
  mkdirSync(cache, { recursive: true });
  const made = join(cache, `deaf-${sha256(file).slice(0, 16)}`);
  if (existsSync(made)) return made;
  const temp = mkdtempSync(join(cache, "making-"));
  try {
    const path = join(temp, "bun");
    writeFileSync(path, deafened(readFileSync(file)));
    chmodSync(path, 0o755);
    renameSync(path, made);
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
  return made;
}

/** The bytes of a runtime with each separate occurrence of the names replaced; throws if a name is not found. */
export function deafened(runtime: Buffer): Buffer {
  const bytes = Buffer.from(runtime);
  for (const name of UNHEARD) {
    let found = 0;
    for (let at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name, at + 1)) {
      // Names of the environment have no "=" in them.
      if (!isPartOfText(bytes, at, name)) {
        bytes[at] = "=".charCodeAt(0);
        found++;
      }
    }
    if (found === 0) throw new Error(`this Bun knows no ${name}, or hides it`);
  }
  return bytes;
}

/** True if the name occurs in a message or script inside Bun, which is no lookup of a variable. */
function isPartOfText(bytes: Buffer, at: number, name: string): boolean {
  const around = [bytes[at - 1] ?? 0, bytes[at + name.length] ?? 0];
  return around.some((byte) => byte === 0x20 || byte === 0x2e || byte === 0x22);
}
