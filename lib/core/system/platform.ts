import { posix, win32 } from "node:path";
import type { Environment } from "../shell/launch.ts";

/** What a decision needs to know of where it is made. */
export interface Surroundings {
  readonly env: Environment;
  readonly platform: Platform;
}

/** A platform as the runtimes call it: "linux", "darwin", "win32". All but the last are alike here. */
export type Platform = string;

/** How paths are written there. */
export function pathsOn(platform: Platform): typeof posix {
  return platform === "win32" ? win32 : posix;
}

/** Whether a path leads to the same place wherever one stands; on Windows `\x` and `C:x` don't. */
export function isFixed(path: string, platform: Platform): boolean {
  return platform === "win32" ? /^([A-Za-z]:[\\/]|[\\/]{2}[^\\/])/.test(path) : path.startsWith("/");
}

/** A variable of an environment; Windows does not tell `Path` from `PATH`. */
export function variable(env: Environment, name: string, platform: Platform): string | undefined {
  if (platform !== "win32" || env[name] !== undefined) return env[name];
  const wanted = name.toUpperCase();
  return Object.entries(env).find(([key]) => key.toUpperCase() === wanted)?.[1];
}

/** The variable that names the folder of the user. */
export function homeVariable(platform: Platform): "HOME" | "USERPROFILE" {
  return platform === "win32" ? "USERPROFILE" : "HOME";
}

/** Where temporary files go. */
export function temporaryFolder({ env, platform }: Surroundings): string {
  if (platform !== "win32") return env.TMPDIR || "/tmp";
  return variable(env, "TEMP", platform) || variable(env, "TMP", platform) || "C:\\Windows\\Temp";
}
