import { join } from "node:path";
import { Failure } from "../../core/text/failure.ts";
import { runningProgram } from "../../core/skill/carried.ts";
import { type Carried, piecesOf } from "../../core/skill/piece.ts";
import { planInstall, planRemoval, type Step } from "../../core/skill/plan.ts";
import { type Skill, SKILLS } from "../../core/skill/skill.ts";
import { quote } from "../../core/shell/quote.ts";
import { VERSION } from "../../core/text/version.ts";
import { ensureFolder, makeFolders } from "../../io/files/folders.ts";
import { isFolder, isLink, namesIn, resolvedPath } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";
import { removeIfEmpty, sha256At } from "../../io/files/place.ts";
import { CALLER, folderOf, placesOf, type SkillFolder } from "./folder.ts";
import { carryOut, changedIn, halfDone, lockOf, look, recordIn, removeFolders, sweep } from "./steps.ts";

/** The skill and its place. */
export interface SkillRequest {
  readonly pool: "cap" | "clb";
  /** The folder of skills; undefined = the project's, else the user's. */
  readonly to: string | undefined;
  /** True to only print the steps. */
  readonly isDry: boolean;
}

/** The steps done or planned. */
export interface SkillWork {
  readonly folder: SkillFolder;
  readonly steps: readonly Step[];
  /** Additional notes for the user. */
  readonly notes: readonly string[];
}

type HostPart = Pick<Host, "clock" | "cwd" | "env" | "random" | "self">;

/** Installs a skill with the running program. Throws Failure if something is in the way. */
export async function installSkill(
  host: HostPart,
  request: SkillRequest & { readonly how: "copy" | "link" | undefined },
): Promise<SkillWork> {
  const { pool, to, isDry } = request;
  const skill = SKILLS[pool];
  const program = carried(host);
  const folder = folderOf(host, skill, to);
  const how = request.how ?? fittingWay(host, program, folder);
  const pieces = piecesOf(skill, program, how, placeInWords(host, folder));
  if (how === "link" && pieces.some(({ path }) => join(folder.path, path) === program.path)) {
    throw new Failure("failed", `Cannot link ${program.path} to itself`, {
      hint: "it is in place already; for the rest: agentlb skill install, without --link",
    });
  }
  const plan = () => planInstall(look(folder, recordIn(folder)), pieces, VERSION);
  const notes = [...linked(folder), ...unseen(host, skill, folder, to), ...foundFirst(skill, folder)];
  if (isDry) return { folder, steps: plan(), notes };
  makeFolders(folder.path);
  ensureFolder(folder.kept);
  const again = lineFor("install", request) + (request.how === "link" ? " --link" : "");
  return { folder, steps: await carriedOut(host, folder, again, plan), notes };
}

/** Restores a skill's folder to its state before the first install. */
export async function removeSkill(host: HostPart, request: SkillRequest): Promise<SkillWork> {
  const { pool, to, isDry } = request;
  const folder = folderOf(host, SKILLS[pool], to);
  const plan = () => planRemoval(look(folder, recordIn(folder)));
  if (isDry) return { folder, steps: plan(), notes: linked(folder) };
  if (!isFolder(folder.kept)) {
    if (!isLink(folder.named)) removeIfEmpty(folder.path);
    return { folder, steps: [], notes: linked(folder) };
  }
  const steps = await carriedOut(host, folder, lineFor("remove", request), plan, removeFolders);
  const kept = changedIn(folder).map((path) => `what you had changed is kept: ${path}`);
  return { folder, steps, notes: [...linked(folder), ...kept] };
}

/** The command line that repeats the operation. */
function lineFor(verb: string, { pool, to }: SkillRequest): string {
  return `agentlb skill ${verb} ${pool}${to === undefined ? "" : ` --to ${quote(to)}`}`;
}

/** Plans and executes under the folder's lock. */
async function carriedOut(
  host: HostPart,
  folder: SkillFolder,
  again: string,
  plan: () => Step[],
  end: (folder: SkillFolder) => void = () => {},
): Promise<Step[]> {
  try {
    return await withLock(host, lockOf(folder), () => {
      sweep(folder);
      const steps = plan();
      for (const step of steps) carryOut(folder, step);
      end(folder);
      return steps;
    });
  } catch (error) {
    throw halfDone(error, again);
  }
}

function carried({ self }: HostPart): Carried {
  const { form, path } = runningProgram(self);
  const real = resolvedPath(path);
  return { form, path: real, sha256: sha256At(real) };
}

function linked({ named, path }: SkillFolder): string[] {
  return isLink(named) ? [`${named} is a link; what changes is ${path}`] : [];
}

/**
 * Chooses a link in the user's own `.codex`, which callers copy into every worker's home: it avoids copies of a hundred
 * megabytes. The program it points to must then stay in place.
 */
function fittingWay(host: HostPart, { form, path }: Carried, { path: skill }: SkillFolder): "copy" | "link" {
  if (form === "script" || !host.env.HOME) return "copy";
  const isIn = (folder: string, file: string) => file.startsWith(`${folder}/`);
  return isIn(resolvedPath(join(host.env.HOME, ".codex")), skill) && !isIn(skill, path) ? "link" : "copy";
}

/** The folder of a skill for a shell: relative to the project, relative to the user's home, or absolute. */
function placeInWords({ cwd, env }: HostPart, { named }: SkillFolder): string {
  const isBelow = (folder: string | undefined) => folder !== undefined && named.startsWith(`${folder}/`);
  if (isBelow(cwd) && cwd !== env.HOME) return quote(named.slice(cwd.length + 1));
  return isBelow(env.HOME) ? `~/${quote(named.slice(env.HOME!.length + 1))}` : quote(named);
}

/** Notes a caller in another place, which would not find this skill. */
function unseen(host: HostPart, skill: Skill, { named }: SkillFolder, to: string | undefined): string[] {
  const skills = join(named, "..");
  if (to !== undefined || !host.env.HOME || isFolder(join(skills, CALLER))) return [];
  const elsewhere = placesOf(host, skill).find((place) => place !== skills && isFolder(join(place, CALLER)));
  return elsewhere === undefined
    ? []
    : [`${CALLER} is in ${elsewhere} and does not look here; for it, add: --to ${elsewhere}`];
}

/** Notes programs in the folder that the shim prefers. */
function foundFirst({ flavour }: Skill, { path }: SkillFolder): string[] {
  return namesIn(join(path, "scripts")).filter((name) => name.startsWith(`${flavour.name}-`)).map((name) =>
    `on a machine that it is made for, ${join(path, "scripts", name)} is started instead`
  );
}
