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

/** The variable that names the folder of the user. */
export function homeVariable(platform: PlatformName): "HOME" | "USERPROFILE" {
  return platform === "win32" ? "USERPROFILE" : "HOME";
}

/** Where temporary files go. */
export function temporaryFolder({ env, platform }: Surroundings): string {
  if (platform !== "win32") return env.TMPDIR || "/tmp";
  return variable(env, "TEMP", platform) || variable(env, "TMP", platform) || "C:\\Windows\\Temp";
}

/** The folders in which programs of a user keep their settings and their state; `userHome` is where `~` leads. */
export function userFolders(
  around: Surroundings,
  userHome: string,
): { readonly settings: string; readonly state: string } {
  const [settings, state] = FOLDERS[around.platform === "win32" ? "windows" : "others"];
  const folderOf = ([name, ...usual]: readonly [string, ...string[]]) =>
    absolute(variable(around.env, name, around.platform), around) ??
      pathsOn(around.platform).join(userHome, ...usual);
  return { settings: folderOf(settings), state: folderOf(state) };
}

/** What names these folders, and where they are, below the user's own, when nothing does. */
const FOLDERS = {
  windows: [["APPDATA", "AppData", "Roaming"], ["LOCALAPPDATA", "AppData", "Local"]],
  others: [["XDG_CONFIG_HOME", ".config"], ["XDG_STATE_HOME", ".local", "state"]],
} as const;

/** A relative path in these variables is to be ignored (XDG Base Directory Specification). */
function absolute(path: string | undefined, { platform }: Surroundings): string | undefined {
  return path !== undefined && isFixed(path, platform) ? path : undefined;
}

/** Why no file of a platform can have this name, which holds no path separator; undefined when one can. */
export function unusableName(name: string, platform: PlatformName): string | undefined {
  if (platform !== "win32") return undefined;
  const [char] = /[<>:"|?*]/.exec(name) ?? [];
  if (char !== undefined) return `it holds "${char}", which Windows has in no file name`;
  return /[. ]$/.test(name) ? `it ends with "${name.at(-1)}", which Windows drops` : undefined;
}

const SYSTEMS: Readonly<Record<string, string>> = { linux: "-linux-", darwin: "-apple-", win32: "-windows-" };
const CHIPS: Readonly<Record<string, string>> = { x64: "x86_64-", arm64: "aarch64-" };

/** Whether a target triple, as Rust names them (`x86_64-unknown-linux-musl`), means this machine. */
export function isBuiltFor(triple: string, { platform, arch }: { platform: string; arch: string }): boolean {
  return triple.includes(SYSTEMS[platform] ?? "") && triple.startsWith(CHIPS[arch] ?? "");
}
