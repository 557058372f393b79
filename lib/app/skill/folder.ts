import { basename, isAbsolute, join } from "node:path";
import { Failure } from "../../core/text/failure.ts";
import { KEPT } from "../../core/skill/plan.ts";
import type { Skill } from "../../core/skill/skill.ts";
import { isFolder, kindOf, resolvedPath } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";

/** The folder of a skill, existing or not. */
export interface SkillFolder {
  /** The path as typed. */
  readonly named: string;
  /** The path with links resolved. */
  readonly path: string;
  /** The folder inside it for the record and the backups of the install. */
  readonly kept: string;
}

/**
 * The folder of a skill below `to`, a folder of skills. The default is the current project's, if it has a `.codex` or
 * `.agents`, else the user's own; callers search beside themselves, which is one of them. Throws Failure if changes
 * would follow a link to something else.
 */
export function folderOf(host: Pick<Host, "cwd" | "env">, skill: Skill, to: string | undefined): SkillFolder {
  const skills = to === undefined ? defaultSkills(host, skill) : absolute(host, to);
  if (basename(skills) === skill.folder) {
    throw new Failure("usage", `${skills} is the skill itself; --to names the folder of all skills`, {
      hint: `leave the last name out: --to ${join(skills, "..")}`,
    });
  }
  const named = join(skills, skill.folder);
  const path = resolvedPath(named);
  const kind = kindOf(path);
  if (kind !== undefined && kind !== "directory") {
    throw new Failure("failed", `Cannot use ${named}: it is not a folder`);
  }
  if (kind === undefined && kindOf(named) === "link") {
    throw new Failure("failed", `Cannot use ${named}: it is a link that leads nowhere`);
  }
  for (const inner of ["scripts", KEPT]) {
    const inside = join(path, inner);
    const kind = kindOf(inside);
    if (kind === undefined || kind === "directory") continue;
    throw kind === "link"
      ? new Failure(
        "failed",
        `Cannot use ${inside}: it is a link, and what it leads to is not the skill's own`,
        {
          hint: "put a folder in its place",
        },
      )
      : new Failure("failed", `Cannot use ${inside}: it is not a folder`);
  }
  return { named, path, kept: join(path, KEPT) };
}

/** The skill that asks for a pool. */
export const CALLER = "tmux-workflow";

/** The known folders of skills, the project's first, each with the place of skills bundled with ai-team-workflow. */
export function placesOf(host: Pick<Host, "cwd" | "env">, { otherPlace }: Skill): string[] {
  const home = homeOf(host);
  return [host.cwd, ...home === undefined ? [] : [home]].flatMap((folder) =>
    PLACES.map((place) => join(folder, place, "skills"))
  ).flatMap((skills) => otherPlace === undefined ? [skills] : [skills, join(skills, otherPlace)]);
}

/** The folders searched in the project and in the user's home, in this order. */
const PLACES = [".codex", ".agents"];

/** The user's own folder of skills, where callers search second. */
function userSkills(host: Pick<Host, "env">): string {
  const home = homeOf(host);
  if (home !== undefined) return join(home, ".codex", "skills");
  const { HOME, USERPROFILE } = host.env;
  throw new Failure(
    "failed",
    `Cannot tell where your skills are: HOME is ${(HOME ?? USERPROFILE) || "not set"}`,
    {
      hint: "say it with --to <folder>",
    },
  );
}

function homeOf({ env }: Pick<Host, "env">): string | undefined {
  const home = env.HOME ?? env.USERPROFILE ?? "";
  return isAbsolute(home) ? home : undefined;
}

function defaultSkills(host: Pick<Host, "cwd" | "env">, { otherPlace }: Skill): string {
  const own = PLACES.find((place) => isFolder(join(host.cwd, place)));
  const skills = own === undefined ? userSkills(host) : join(host.cwd, own, "skills");
  if (otherPlace === undefined || isFolder(join(skills, CALLER))) return skills;
  // A bundled caller searches beside itself.
  return isFolder(join(skills, otherPlace, CALLER)) ? join(skills, otherPlace) : skills;
}

function absolute({ cwd }: Pick<Host, "cwd">, path: string): string {
  if (path === "") throw new Failure("usage", "--to names no folder");
  return isAbsolute(path) ? join(path) : join(cwd, path);
}
