import type { Step } from "../../core/skill/plan.ts";
import type { SkillRequest, SkillWork } from "../../app/skill/install.ts";
import { jsonText } from "./json.ts";

/** What `agentlb skill install|remove --json` prints: what was done, or with --dry-run would be. */
export interface SkillOutput {
  readonly schema: "agentlb.skill/1";
  readonly verb: "install" | "remove";
  readonly skill: "cap" | "clb";
  /** The folder of the skill. */
  readonly folder: string;
  /** True when nothing was done. */
  readonly dryRun: boolean;
  /** False when all is as asked for already. */
  readonly changed: boolean;
  /** In the order in which they are done; paths are relative to the folder. */
  readonly steps: readonly SkillStep[];
  /** What else there is to say, in words. */
  readonly notes: readonly string[];
}

/** One change to the folder, or a file that stays. */
export interface SkillStep {
  readonly do: "back up" | "copy" | "link" | "write" | "take away" | "bring back" | "keep" | "leave";
  readonly path: string;
  /** Where the file comes from, for "copy" and "bring back", or what the link names. */
  readonly from?: string;
  /** The path of the backup, for "back up", and for "leave" when there is one. */
  readonly backup?: string;
}

/** The output of `agentlb skill install|remove --json`. */
export function skillJson(
  verb: "install" | "remove",
  { pool, isDry }: SkillRequest,
  { folder, steps, notes }: SkillWork,
): string {
  const shown = steps.flatMap(stepOf);
  return jsonText<SkillOutput>({
    schema: "agentlb.skill/1",
    verb,
    skill: pool,
    folder: folder.named,
    dryRun: isDry,
    changed: shown.some((step) => step.do !== "keep"),
    steps: shown,
    notes,
  });
}

function stepOf(step: Step): SkillStep[] {
  switch (step.do) {
    case "note":
    case "forget":
      return [];
    case "back up":
      return [{ do: "back up", path: step.path, backup: step.as }];
    case "put": {
      const { path, from } = step.piece;
      if (from === "nothing") return [{ do: "take away", path }];
      if ("file" in from) return [{ do: "copy", path, from: from.file }];
      return ["link" in from ? { do: "link", path, from: from.link } : { do: "write", path }];
    }
    case "bring back":
      return [{ do: "bring back", path: step.path, from: step.from }];
    case "leave":
      return [{
        do: "leave",
        path: step.path,
        ...(step.before === undefined ? {} : { backup: step.before }),
      }];
    case "take away":
    case "keep":
      return [{ do: step.do, path: step.path }];
  }
}
