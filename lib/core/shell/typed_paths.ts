import { isFixed, pathsOn, type PlatformName } from "./surroundings.ts";

/** The homes of users. */
export interface Homes {
  /** The expansion of `~`. */
  readonly own: string;
  /** The home of a user by name; undefined for an unknown user. */
  of(user: string): string | undefined;
}

/**
 * A path normalized like Python's `Path`: no empty and no `.` parts; `..` and links stay. Two leading slashes stay two.
 */
export function purePath(path: string, platform: PlatformName): string {
  const { parse, sep } = pathsOn(platform);
  const [separators, given] = platform === "win32"
    ? [/[\\/]/, parse(path).root]
    : ["/", /^\/*/.exec(path)![0]];
  const root = platform === "win32"
    ? given.replaceAll("/", sep)
    : given.length === 2
    ? given
    : given.slice(0, 1);
  const parts = path.slice(given.length).split(separators).filter((part) => part !== "" && part !== ".");
  return `${root}${parts.join(sep)}` || ".";
}

/** A path with `~` or `~user` at its start replaced; an unknown user stays as it is. */
export function expandUser(path: string, homes: Homes, platform: PlatformName): string {
  const [, user, rest] = (platform === "win32" ? /^~([^\\/]*)([^]*)$/ : /^~([^/]*)([^]*)$/).exec(path) ?? [];
  if (user === undefined || rest === undefined) return path;
  const home = user === "" ? homes.own : homes.of(user);
  if (home === undefined) return path;
  return `${home.replace(platform === "win32" ? /[\\/]+$/ : /\/+$/, "")}${rest}` || pathsOn(platform).sep;
}

/** A path of the settings: absolute ones as written, others from `base` with every link and `..` resolved. */
export function settingPath(
  path: string,
  from: { readonly base: string; readonly homes: Homes; readonly platform: PlatformName },
  resolved: (path: string) => string,
): string {
  const { base, homes, platform } = from;
  const expanded = expandUser(path, homes, platform);
  return isFixed(expanded, platform)
    ? purePath(expanded, platform)
    : resolved(below(base, expanded, platform));
}

/** A path relative to a folder; on Windows it may name the root of that folder's drive. */
export function below(folder: string, path: string, platform: PlatformName): string {
  return platform === "win32" ? pathsOn(platform).resolve(folder, path) : `${folder}/${path}`;
}

/**
 * Tells whether `$(echo "$path" | tail -n 1 | xargs)`, which callers run, returns this path unchanged: quotes and
 * backslashes are special there, and blanks collapse. On Windows callers have no xargs.
 */
export function survivesXargs(path: string, platform: PlatformName): boolean {
  return platform === "win32" || !/["'\\\t-\r\0]|^ | $| {2}/.test(path);
}
