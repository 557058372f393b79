import { join } from "node:path";
import { errnoOf, Failure, wordsOf } from "../../core/text/failure.ts";
import type { Entry } from "../../core/skill/entry.ts";
import type { Seen, Step } from "../../core/skill/plan.ts";
import { type InstallRecord, parseRecord, renderRecord } from "../../core/skill/record.ts";
import { makeFolders } from "../../io/files/folders.ts";
import { isLink, namesIn, readOwn } from "../../io/files/read.ts";
import { removeFile, replaceFile } from "../../io/files/replace.ts";
import { entryAt, keepAs, moveTo, place, removeIfEmpty, takeAway } from "../../io/files/place.ts";
import type { SkillFolder } from "./folder.ts";

const LOCK = "lock";

/** A cached view of a skill's folder; each path is read once. */
export function look({ path }: SkillFolder, record: InstallRecord | undefined): Seen {
  const seen = new Map<string, Entry>();
  return {
    record,
    at(name) {
      const entry = seen.get(name) ?? entryAt(join(path, name));
      seen.set(name, entry);
      return entry;
    },
  };
}

/** The record of the install; undefined without one. Throws Failure if it is unreadable. */
export function recordIn(folder: SkillFolder): InstallRecord | undefined {
  const path = recordOf(folder);
  const text = readOwn(path);
  return text === undefined ? undefined : parseRecord(text, path);
}

/** Executes a step; its result is on disk when this returns. */
export function carryOut(folder: SkillFolder, step: Step): void {
  const at = (name: string) => join(folder.path, name);
  const temporary = join(folder.kept, "next.new");
  switch (step.do) {
    case "note":
      return replaceFile(recordOf(folder), renderRecord(step.record), { durable: true });
    case "forget":
      return takeAway(recordOf(folder));
    case "back up":
      return keepAs(at(step.path), at(step.as), temporary);
    case "take away":
      return takeAway(at(step.path));
    case "bring back":
      makeFolders(join(at(step.path), ".."));
      return moveTo(at(step.from), at(step.path));
    case "put": {
      const { path, from, want } = step.piece;
      if (from === "nothing" || want.kind === "none") return takeAway(at(path));
      makeFolders(join(at(path), ".."));
      return place(from, at(path), want.kind === "file" ? want.mode : 0, temporary);
    }
    case "keep":
    case "leave":
      return;
  }
}

/** Removes the remains of an interrupted install or removal. Requires the lock. */
export function sweep({ kept }: SkillFolder): void {
  for (const name of namesIn(kept)) {
    if (name.endsWith(".new") || /^\..*\.tmp$/.test(name)) removeFile(join(kept, name));
  }
}

/** Removes empty folders after the files are restored. The last step under the lock. */
export function removeFolders(folder: SkillFolder): void {
  const { named, path, kept } = folder;
  removeIfEmpty(join(path, "scripts"));
  if (namesIn(kept).join() === LOCK) {
    takeAway(lockOf(folder));
    removeIfEmpty(kept);
  }
  // A linked folder belongs to the user.
  if (!isLink(named)) removeIfEmpty(path);
}

/** The lock held during changes of a skill's folder. */
export function lockOf({ kept }: SkillFolder): string {
  return join(kept, LOCK);
}

/** The kept copies of files that the user changed after an install. */
export function changedIn({ kept }: SkillFolder): string[] {
  return namesIn(kept).filter((name) => name.includes(".changed-")).map((name) => join(kept, name));
}

/** Adds a hint to a system error in the middle of an operation. */
export function halfDone(error: unknown, again: string): unknown {
  if (error instanceof Failure || errnoOf(error) === undefined) return error;
  return new Failure("failed", wordsOf(error), {
    cause: error,
    hint: `nothing is lost; to finish: ${again}`,
  });
}

function recordOf({ kept }: SkillFolder): string {
  return join(kept, "install.json");
}
