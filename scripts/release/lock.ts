import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The entry of a package in package-lock.json. */
export interface Locked {
  readonly version: string;
  /** `sha512-<base64>` of its archive. */
  readonly integrity: string;
}

/** Looks a package up by its folder below `node_modules` of the tree; throws when it isn't locked. */
export function locked(tree: string, folder: string): Locked {
  const lock = JSON.parse(readFileSync(join(tree, "package-lock.json"), "utf8"));
  const { version, integrity } = lock.packages[`node_modules/${folder}`] ?? {};
  if (typeof version !== "string" || typeof integrity !== "string") {
    throw new Error(`package-lock.json does not say which ${folder} is meant`);
  }
  return { version, integrity };
}
