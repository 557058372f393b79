import { type Finding, finding } from "./finding.ts";

/** Facts about a folder or file below the root. */
export interface EntryFacts {
  readonly path: string;
  readonly isFolder: boolean;
  /** The owner; undefined where users have no numbers. */
  readonly owner: number | undefined;
  /** The last nine bits of its mode. */
  readonly mode: number;
  /** It is below the root, and no link leads to it: it may be changed here. */
  readonly isOwn: boolean;
}

/** Facts about the root. */
export interface RootFacts {
  readonly root: string;
  /** The current user; undefined where users have no numbers. */
  readonly uid: number | undefined;
  /** The root first; none when there is no root. */
  readonly entries: readonly EntryFacts[];
  readonly isWritable: boolean;
}

/** The findings about the root and its content. */
export function rootFindings({ root, uid, entries, isWritable }: RootFacts): Finding[] {
  if (entries.length === 0) return [finding("root-missing", `there is no ${root}`)];
  const found = isWritable ? [] : [finding("root-readonly", `${root} can't be written`, root)];
  if (uid === undefined) return found;
  for (const { path, isFolder, owner, mode, isOwn } of entries) {
    if (owner !== uid) {
      const what = `${path} belongs to another user (uid ${owner}, we are ${uid})`;
      found.push(finding("root-foreign", what, `${uid} ${root}`));
    } else if ((mode & 0o077) !== 0) {
      const wanted = isFolder ? "700" : "600";
      const what = `${path} is open to others (mode ${mode.toString(8)})`;
      const repair = isOwn ? { kind: "close", path, isFolder } as const : undefined;
      found.push(finding("root-open", what, `chmod ${wanted} ${path}`, repair));
    }
  }
  return found;
}
