import { isFixed, pathsOn, type Surroundings, variable } from "../system/platform.ts";
import type { Flavour } from "./flavour.ts";

/** Which file was started: the shim of a skill, or the program itself. */
export interface Origin {
  readonly by: "shim" | "program";
  /** Its folder, links resolved. */
  readonly folder: string;
}

/** Where a pool program keeps its settings and its state unless told otherwise. */
export interface Place {
  /** What relative paths in the settings start from. */
  readonly skillDir: string;
  readonly configFile: string;
  readonly stateFile: string;
  /** Whether they are a skill's. */
  readonly isSkill: boolean;
  /** The rule that found it, in words. */
  readonly rule: string;
}

/** The place that belongs to an origin; `userHome` is where `~` leads. */
export function placeOf(origin: Origin, flavour: Flavour, around: Surroundings, userHome: string): Place {
  const { basename, dirname, join } = pathsOn(around.platform);
  if (origin.by === "shim" || basename(origin.folder) === "scripts") {
    const skillDir = dirname(origin.folder);
    return {
      skillDir,
      configFile: join(origin.folder, flavour.configName),
      stateFile: join(skillDir, "share", "state.json"),
      isSkill: true,
      rule: "the skill that the program is in",
    };
  }
  const [config, state] = FOLDERS[around.platform === "win32" ? "windows" : "others"];
  const folderOf = ([name, ...usual]: readonly [string, ...string[]]) =>
    join(
      absolute(variable(around.env, name, around.platform), around) ?? join(userHome, ...usual),
      "agentlb",
    );
  const [skillDir, stateFolder] = [folderOf(config), folderOf(state)];
  return {
    skillDir,
    configFile: join(skillDir, flavour.configName),
    stateFile: join(stateFolder, `${flavour.name}.json`),
    isSkill: false,
    rule: "the user's folders, because the program is in no skill",
  };
}

/** What names the folders of settings and of state, and where they are, below the user's own, when nothing does. */
const FOLDERS = {
  windows: [["APPDATA", "AppData", "Roaming"], ["LOCALAPPDATA", "AppData", "Local"]],
  others: [["XDG_CONFIG_HOME", ".config"], ["XDG_STATE_HOME", ".local", "state"]],
} as const;

/** A relative path in these variables is to be ignored (XDG Base Directory Specification). */
function absolute(path: string | undefined, { platform }: Surroundings): string | undefined {
  return path !== undefined && isFixed(path, platform) ? path : undefined;
}
