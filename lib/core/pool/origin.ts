import { pathsOn, type Surroundings, userFolders } from "../shell/surroundings.ts";
import type { Flavour } from "./flavour.ts";

/** The file that was started: the shim of a skill, or the program itself. */
export interface Origin {
  readonly by: "shim" | "program";
  /** Its folder, links resolved. */
  readonly folder: string;
}

/** The default place of a pool program's settings and state. */
export interface Place {
  /** The base of relative paths in the settings. */
  readonly skillDir: string;
  readonly configFile: string;
  readonly stateFile: string;
  /** They belong to a skill. */
  readonly isSkill: boolean;
  /** The rule that found it, in words. */
  readonly rule: string;
}

/** The place for an origin; `userHome` is the expansion of `~`. */
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
  const { settings, state } = userFolders(around, userHome);
  const skillDir = join(settings, "agentlb");
  return {
    skillDir,
    configFile: join(skillDir, flavour.configName),
    stateFile: join(state, "agentlb", `${flavour.name}.json`),
    isSkill: false,
    rule: "the user's folders, because the program is in no skill",
  };
}
