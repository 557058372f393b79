import { posix, win32 } from "node:path";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A platform as the runtimes call it: "linux", "darwin", "win32". In this room all but the last are alike. */
export type PlatformName = string;

/** What a decision needs to know of where it is made. */
export interface Surroundings {
  readonly env: Environment;
  readonly platform: PlatformName;
}

/** How paths are written there. */
export function pathsOn(platform: PlatformName): typeof posix {
  return platform === "win32" ? win32 : posix;
}

/** Whether a path leads to the same place wherever one stands; on Windows `\x` and `C:x` don't. */
export function isFixed(path: string, platform: PlatformName): boolean {
  return platform === "win32" ? /^([A-Za-z]:[\\/]|[\\/]{2}[^\\/])/.test(path) : path.startsWith("/");
}

/** A variable of an environment; Windows does not tell `Path` from `PATH`. */
export function variable(env: Environment, name: string, platform: PlatformName): string | undefined {
  if (platform !== "win32" || env[name] !== undefined) return env[name];
  const wanted = name.toUpperCase();
  return Object.entries(env).find(([key]) => key.toUpperCase() === wanted)?.[1];
}
