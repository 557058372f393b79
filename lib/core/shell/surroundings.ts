import { posix, win32 } from "node:path";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A platform as the runtimes call it: "linux", "darwin", "win32". In this room all but the last behave the same. */
export type PlatformName = string;

/** The facts about the platform and the user that decisions need. */
export interface Surroundings {
  readonly env: Environment;
  readonly platform: PlatformName;
}

/** The path functions of a platform. */
export function pathsOn(platform: PlatformName): typeof posix {
  return platform === "win32" ? win32 : posix;
}

/** Tells whether a path is independent of the working folder and drive; on Windows `\x` and `C:x` are not. */
export function isFixed(path: string, platform: PlatformName): boolean {
  return platform === "win32" ? /^([A-Za-z]:[\\/]|[\\/]{2}[^\\/])/.test(path) : path.startsWith("/");
}

/** A variable of an environment; on Windows `Path` and `PATH` are the same. */
export function variable(env: Environment, name: string, platform: PlatformName): string | undefined {
  if (platform !== "win32" || env[name] !== undefined) return env[name];
  const wanted = name.toUpperCase();
  return Object.entries(env).find(([key]) => key.toUpperCase() === wanted)?.[1];
}

/** The variable with the folder of the user. */
export function homeVariable(platform: PlatformName): "HOME" | "USERPROFILE" {
  return platform === "win32" ? "USERPROFILE" : "HOME";
}

/** The user's shell. */
export function usersShell({ env, platform }: Surroundings): string {
  if (platform === "win32") return variable(env, "COMSPEC", platform) || "cmd.exe";
  return env.SHELL || "/bin/sh";
}

/** The folder for temporary files. */
export function temporaryFolder({ env, platform }: Surroundings): string {
  if (platform !== "win32") return env.TMPDIR || "/tmp";
  return variable(env, "TEMP", platform) || variable(env, "TMP", platform) || "C:\\Windows\\Temp";
}

/** The folders for settings and state of a user's programs; `userHome` is the expansion of `~`. */
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

/** The variables with these folders, and the defaults below the user's own. */
const FOLDERS = {
  windows: [["APPDATA", "AppData", "Roaming"], ["LOCALAPPDATA", "AppData", "Local"]],
  others: [["XDG_CONFIG_HOME", ".config"], ["XDG_STATE_HOME", ".local", "state"]],
} as const;

/** Relative paths in these variables are ignored (XDG Base Directory Specification). */
function absolute(path: string | undefined, { platform }: Surroundings): string | undefined {
  return path !== undefined && isFixed(path, platform) ? path : undefined;
}

/** The reason why no file of a platform can have this name, which has no path separator; undefined when one can. */
export function unusableName(name: string, platform: PlatformName): string | undefined {
  if (platform !== "win32") return undefined;
  const [char] = /[<>:"|?*]/.exec(name) ?? [];
  if (char !== undefined) return `it holds "${char}", which Windows has in no file name`;
  return /[. ]$/.test(name) ? `it ends with "${name.at(-1)}", which Windows drops` : undefined;
}

const SYSTEMS: Readonly<Record<string, string>> = { linux: "-linux-", darwin: "-apple-", win32: "-windows-" };
const CHIPS: Readonly<Record<string, string>> = { x64: "x86_64-", arm64: "aarch64-" };

/** Tells whether a target triple, as Rust names them (`x86_64-unknown-linux-musl`), means this machine. */
export function isBuiltFor(triple: string, { platform, arch }: { platform: string; arch: string }): boolean {
  return triple.includes(SYSTEMS[platform] ?? "") && triple.startsWith(CHIPS[arch] ?? "");
}
