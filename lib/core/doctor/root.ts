import { type Finding, finding } from "./finding.ts";

/** What was learned of a folder or file below the root. */
export interface EntryFacts {
  readonly path: string;
  readonly isFolder: boolean;
  /** Undefined where users have no numbers. */
  readonly owner: number | undefined;
  /** The last nine bits of its mode. */
  readonly mode: number;
}

/** What was learned of the root. */
export interface RootFacts {
  readonly root: string;
  /** Who we are; undefined where users have no numbers. */
  readonly uid: number | undefined;
  /** The root first; none when there is no root. */
  readonly entries: readonly EntryFacts[];
  readonly isWritable: boolean;
}

/** What there is to say of the root and of what is in it. */
export function rootFindings({ root, uid, entries, isWritable }: RootFacts): Finding[] {
  if (entries.length === 0) return [finding("root-missing", `there is no ${root}`)];
  const found = isWritable ? [] : [finding("root-readonly", `${root} can't be written`, root)];
  if (uid === undefined) return found;
  for (const { path, isFolder, owner, mode } of entries) {
    if (owner !== uid) {
      const what = `${path} belongs to another user (uid ${owner}, we are ${uid})`;
      found.push(finding("root-foreign", what, `${uid} ${root}`));
    } else if ((mode & 0o077) !== 0) {
      const wanted = isFolder ? "700" : "600";
      const what = `${path} is open to others (mode ${mode.toString(8)})`;
      found.push(finding("root-open", what, `chmod ${wanted} ${path}`));
    }
  }
  return found;
}
