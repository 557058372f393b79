/**
 * Runtimes that don't listen to the environment. Bun looks at some variables before it looks at the program inside of it:
 * `BUN_BE_BUN=1 cap pick` would be Bun, `BUN_OPTIONS=--version cap pick` would print a version, and `BUN_INSPECT` would open
 * a door to whoever connects. Nothing switches that off, so the names themselves are changed into ones that no variable has.
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

/** Longer ones first: one is the beginning of others. */
export const UNHEARD: readonly string[] = [
  "BUN_INSPECT_CONNECT_TO",
  "BUN_INSPECT_PRELOAD",
  "BUN_INSPECT_NOTIFY",
  "BUN_INSPECT",
  "BUN_OPTIONS",
  "BUN_BE_BUN",
];

/** The path of a runtime like the one in `file` that hears none of them; it is made once, below `cache`. */
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

/** The bytes of a runtime with those names changed, wherever they stand by themselves; throws when one is nowhere. */
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

/** Whether a sentence or a script of Bun's own names it, where nobody looks a variable up by it. */
function isPartOfText(bytes: Buffer, at: number, name: string): boolean {
  const around = [bytes[at - 1] ?? 0, bytes[at + name.length] ?? 0];
  return around.some((byte) => byte === 0x20 || byte === 0x2e || byte === 0x22);
}
