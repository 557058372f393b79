import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The text of SHA256SUMS for files in `folder`, as `sha256sum -c` reads it. */
export function checksums(folder: string, names: readonly string[]): string {
  return [...names].sort().map((name) => `${sha256(join(folder, name))}  ${name}\n`).join("");
}

/** The digest of a file in hexadecimal. */
export function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
