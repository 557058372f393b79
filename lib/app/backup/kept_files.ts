import { join } from "node:path";
import { ALWAYS_KEPT, keptPath, kindOfKept } from "../../core/backup/kept_file.ts";
import { homeOf, type Layout } from "../../core/system/layout.ts";
import { isPlainBelow } from "../../io/files/access.ts";
import { exists, kindOf, namesIn, readOwnBytes } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import { aliasesOf } from "../session/sessions.ts";

/** The files of a root that a backup keeps, and those that it leaves out. */
export interface Keepable {
  /** Below the root, with slashes. */
  readonly paths: readonly string[];
  /** What a link leads to: it is not ours to put back. */
  readonly leftOut: readonly string[];
}

/** Finds the files of a root that a backup keeps, with logins or without. */
export function keepableIn(layout: Layout, withLogins: boolean): Keepable {
  const names = (folder: string, below: string) => namesIn(folder).map((name) => `${below}/${name}`);
  const all = [
    ...ALWAYS_KEPT,
    ...names(layout.sessionStates, "state/sessions"),
    ...names(layout.history, "state/history"),
    ...aliasesOf(layout).flatMap((alias) => {
      const home = homeOf(layout, alias);
      // Of a home behind a link nothing is kept, which is told once.
      return kindOf(home) === "directory" ? names(home, `sessions/${alias}`) : [`sessions/${alias}`];
    }),
  ].filter((path) => exists(keptPath(layout.root, path)));
  const isWanted = (path: string) => {
    const kind = kindOfKept(path);
    return kind !== undefined && (kind !== "login" || withLogins);
  };
  const isLinkedHome = (path: string) => /^sessions\/[^/]+$/.test(path);
  const isPlain = (path: string) => isPlainBelow(layout.root, keptPath(layout.root, path));
  return {
    paths: all.filter((path) => isWanted(path) && isPlain(path)),
    leftOut: all.filter((path) => (isWanted(path) || isLinkedHome(path)) && !isPlain(path))
      .map((path) => join(layout.root, path)),
  };
}

/** The bytes of a file that a backup keeps; undefined when there is none. */
export function keptBytes(folder: string, path: string): Uint8Array<ArrayBuffer> | undefined {
  return readOwnBytes(keptPath(folder, path), mostOf(path));
}

function mostOf(path: string): number {
  if (path.startsWith("state/history/")) return MOST_BYTES.history;
  const kind = kindOfKept(path);
  return kind === "login" ? MOST_BYTES.login : kind === "settings" ? MOST_BYTES.settings : MOST_BYTES.table;
}
