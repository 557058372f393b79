import { isAbsolute } from "node:path";

/** Where users live. */
export interface Homes {
  /** Where `~` leads. */
  readonly own: string;
  /** The home of a user by name; undefined when there is no such user. */
  of(user: string): string | undefined;
}

/** A path as Python's `Path` keeps it: no empty and no `.` parts; `..` and links stay. Two leading slashes stay two. */
export function purePath(path: string): string {
  const slashes = /^\/*/.exec(path)![0].length;
  const root = slashes === 0 ? "" : slashes === 2 ? "//" : "/";
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return `${root}${parts.join("/")}` || ".";
}

/** A path with `~` or `~user` at its start replaced; an unknown user stays as it is. */
export function expandUser(path: string, homes: Homes): string {
  const [, user, rest] = /^~([^/]*)([^]*)$/.exec(path) ?? [];
  if (user === undefined || rest === undefined) return path;
  const home = user === "" ? homes.own : homes.of(user);
  if (home === undefined) return path;
  return `${home.replace(/\/+$/, "")}${rest}` || "/";
}

/** A path of the settings: absolute ones as written, others from `base` with every link and `..` resolved. */
export function settingPath(
  path: string,
  base: string,
  homes: Homes,
  resolved: (path: string) => string,
): string {
  const expanded = expandUser(path, homes);
  return isAbsolute(expanded) ? purePath(expanded) : resolved(`${base}/${expanded}`);
}

/**
 * Whether `$(echo "$path" | tail -n 1 | xargs)`, as callers have it, gives this path back: quotes and backslashes
 * mean something there, and blanks run together.
 */
export function survivesXargs(path: string): boolean {
  return !/["'\\\t-\r\0]|^ | $| {2}/.test(path);
}
