import { join } from "node:path";

/** What a file of a backup holds: the user's settings, what commands remember, or a login. */
export type KeptKind = "settings" | "state" | "login";

const STATE = ["global", "paused", "policy", "bindings", "sharing"].map((name) => `state/${name}.json`);
/** The name of one entry of a folder: no path, and nothing hidden. */
const NAME = "[^./\\\\\\0][^/\\\\\\0]*";
const PATTERNS: readonly (readonly [KeptKind, RegExp])[] = [
  ["settings", new RegExp(`^sessions/${NAME}/(?:${NAME}\\.)?config(?:\\.local)?\\.toml$`)],
  ["state", new RegExp(`^state/sessions/${NAME}\\.json$`)],
  ["state", new RegExp(`^state/history/${NAME}\\.log$`)],
  ["login", new RegExp(`^sessions/${NAME}/auth\\.json$`)],
];

/** The kind of a path below the root, with slashes; undefined for one that no backup keeps. */
export function kindOfKept(path: string): KeptKind | undefined {
  if (path === "config.toml") return "settings";
  if (STATE.includes(path)) return "state";
  return PATTERNS.find(([, pattern]) => pattern.test(path))?.[0];
}

/** The session whose home holds a kept file; undefined for the others. */
export function aliasOfKept(path: string): string | undefined {
  return /^sessions\/([^/]+)\//.exec(path)?.[1];
}

/** The files of the root that every backup keeps, as far as they exist, by path. */
export const ALWAYS_KEPT: readonly string[] = ["config.toml", ...STATE];

/** A kept file below a folder. */
export function keptPath(folder: string, path: string): string {
  return join(folder, ...path.split("/"));
}
