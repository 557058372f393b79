import { dirname, join } from "node:path";
import type { ShareRecord } from "../../core/sharing/record.ts";
import { isFolder, isSamePath, kindOf, leadsToFile, namesIn } from "../../io/files/read.ts";
import { sha256At } from "../../io/files/place.ts";
import { removeFile } from "../../io/files/replace.ts";
import { linkTarget, linkTo } from "../../io/files/tree.ts";
import type { ShareSource } from "./source.ts";

/** One thing that a session may share, and how it stands. */
export interface Entry {
  /** `skills`, or `skills/one` where the session has a folder of its own. */
  readonly name: string;
  readonly source: string;
  readonly target: string;
  /**
   * "linked" = it is there already, "toLink" = a link is missing, "own" = the session has something else of that name,
   * which stays, "missing" = the source has none.
   */
  readonly is: "linked" | "toLink" | "own" | "missing";
}

type Links = ShareRecord["links"];

const COPY = "sha256:";

/** How everything that a source offers stands in a home; a folder of the session's own is looked into. */
export function entriesOf(home: string, { folder, names }: ShareSource, links: Links): Entry[] {
  return names.flatMap((name) => {
    const entry = entryOf(home, folder, name, links);
    if (entry.is !== "own" || kindOf(entry.target) !== "directory" || !isFolder(entry.source)) return [entry];
    return [
      entry,
      ...namesIn(entry.source).filter((each) => !each.startsWith(".")).sort()
        .map((each) => entryOf(home, folder, join(name, each), links)),
    ];
  });
}

function entryOf(home: string, folder: string, name: string, links: Links): Entry {
  const [source, target] = [join(folder, name), join(home, name)];
  return { name, source, target, is: standing(source, target, links.get(name)) };
}

function standing(source: string, target: string, ours: string | undefined): Entry["is"] {
  if (!isFolder(source) && !leadsToFile(source)) return "missing";
  if (kindOf(target) === undefined) return "toLink";
  if (isSamePath(source, target)) return "linked";
  if (ours === undefined || !isOurs(target, ours)) return "own";
  return ours.startsWith(COPY) && digestAt(source) === ours ? "linked" : "toLink";
}

/** Makes a link, or a copy where links are not possible; returns what the record must say of it. */
export function makeEntry({ source, target }: Entry): string {
  // Only what is ours is in the way here.
  if (kindOf(target) !== undefined) removeFile(target);
  return linkTo(source, target) === "copy" ? digestAt(target)! : source;
}

/** Removes a link or copy of ours from a home; false when something else is there now, which stays. */
export function removeEntry(home: string, name: string, ours: string): boolean {
  const [folder, target] = [dirname(name), join(home, name)];
  // A folder that has become a link may lead to the user's own.
  if (folder !== "." && kindOf(join(home, folder)) !== "directory") return false;
  if (!isOurs(target, ours)) return false;
  removeFile(target);
  return true;
}

function isOurs(target: string, ours: string): boolean {
  if (ours.startsWith(COPY)) return kindOf(target) === "file" && digestAt(target) === ours;
  const leads = linkTarget(target);
  return leads !== undefined && (leads === ours || isSamePath(target, ours));
}

function digestAt(path: string): string | undefined {
  return leadsToFile(path) ? `${COPY}${sha256At(path)}` : undefined;
}
