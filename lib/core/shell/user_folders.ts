import { isFixed, pathsOn, type PlatformName, type Surroundings, variable } from "./surroundings.ts";

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
