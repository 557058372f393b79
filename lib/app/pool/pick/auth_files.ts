import { sep } from "node:path";
import { Failure, wordsOf } from "../../../core/text/failure.ts";
import { sortByBytes } from "../../../core/text/byte_order.ts";
import { fits, type GlobPart, parseGlob } from "../../../core/pool/python/glob.ts";
import { eachEntry } from "../../../io/files/folders.ts";
import { type Kind, kindOf, leadsToFile, resolvedPath } from "../../../io/files/read.ts";

/** The content of a team directory. */
export interface AuthListing {
  /** Real paths without duplicates, sorted by code point. */
  readonly files: readonly string[];
  /** Names that are not valid text, in printable form; such files cannot be used. */
  readonly nameless: readonly string[];
}

/**
 * The auth files of a team directory: real paths without duplicates, sorted by code point. `stateFile` and its
 * companion files never count, whatever the pattern. Throws Failure for an unusable pattern.
 */
export function listAuthFiles(dir: string, glob: string, stateFile?: string): readonly string[] {
  return scanAuthFiles(dir, glob, stateFile).files;
}

/** The same, with the names that had to be left out. */
export function scanAuthFiles(dir: string, glob: string, stateFile?: string): AuthListing {
  const parts = partsOf(glob);
  const state = stateFile === undefined ? undefined : resolvedPath(stateFile);
  const files: string[] = [];
  const nameless: string[] = [];
  const top = resolvedPath(dir);
  walk(top.endsWith(sep) ? top.slice(0, -1) : top, parts, (folder, name, isLink) => {
    const path = `${folder}${sep}${name}`;
    if (ODD.test(name)) {
      if (isJunk(name)) return;
      if (name.includes("\ufffd") && kindOf(path) === undefined) {
        nameless.push(path);
        return;
      }
    }
    const real = isLink ? (leadsToFile(path) ? resolvedPath(path) : undefined) : path;
    if (real !== undefined && !belongsToState(real, state)) files.push(real);
  });
  return { files: sortByBytes([...new Set(files)]), nameless: [...new Set(nameless)] };
}

/** Names that need a closer check. */
const ODD = /^\.(?:auth-|DS_Store$)|\.(?:lock|tmp)$|\ufffd/;

type Note = (folder: string, name: string, isLink: boolean) => void;

/** Walks the pattern. Links to files count; links to directories are not entered. Folders end without a separator. */
function walk(folder: string, [part, ...rest]: readonly GlobPart[], note: Note): void {
  if (part === undefined) return;
  const meet = (name: string, kind: Kind | undefined) => {
    if (rest.length > 0) {
      if (kind === "directory") walk(`${folder}${sep}${name}`, rest, note);
    } else if (kind === "file" || kind === "link") {
      note(folder, name, kind === "link");
    }
  };
  if (part === "**") {
    if (rest.length === 0) return; // directories only
    walk(folder, rest, note);
    eachEntry(`${folder}${sep}`, (name, kind) => {
      if (kind === "directory") walk(`${folder}${sep}${name}`, [part, ...rest], note);
    });
  } else if ("literal" in part) {
    meet(part.literal, kindOf(`${folder}${sep}${part.literal}`));
  } else {
    eachEntry(`${folder}${sep}`, (name, kind) => {
      if (fits(name, part.pieces)) meet(name, kind);
    });
  }
}

function partsOf(glob: string): GlobPart[] {
  try {
    return parseGlob(glob, sep);
  } catch (error) {
    throw new Failure("failed", `❌ cannot use the glob '${glob}': ${wordsOf(error)}`, { verbatim: true });
  }
}

/** Codex's temporary and lock files, and files of file managers. */
function isJunk(name: string): boolean {
  return name.startsWith(".auth-") || name.endsWith(".lock") || name.endsWith(".tmp") || name === ".DS_Store";
}

function belongsToState(path: string, state: string | undefined): boolean {
  if (state === undefined || !path.startsWith(state)) return false;
  const rest = path.slice(state.length);
  return rest === "" || rest === ".prev" || /^\.(corrupt|restart)-[^/\\]+$/.test(rest);
}

/** The auth files of a pool, and backups as recognized by name. */
export interface OwnAndBackups {
  readonly own: readonly string[];
  readonly backups: readonly string[];
}

/**
 * Separates backups from the rest and keeps the order. A backup's refresh token is most likely used up, so backups are
 * a last resort. If all files have names of backups, none counts as one.
 */
export function withoutBackups(paths: readonly string[]): OwnAndBackups {
  if (!MARKS.test(paths.join("\n"))) return { own: paths, backups: [] };
  const own = paths.filter((path) => !isBackup(path));
  if (own.length === 0 || own.length === paths.length) return { own: paths, backups: [] };
  return { own, backups: paths.filter(isBackup) };
}

/** Every name of a backup has one of these; looking once through all names is quick. */
const MARKS = /[~#]|bak|backup|old|orig|save|sw[op]|prev|rej|dpkg|disabled|copy|conflict|crdownload|part/i;
/** `work.json.bak`, `auth.json.old-2026-11-30`, `auth.json~`, `auth.backup.json`, `auth-bak2.json`, `auth - Copy (2).json`. */
const NAMES = [
  /.~$/,
  /^#.+#$/,
  /.\.(?:bak|backup|old|orig|save|sw[op]|prev(?:ious)?|rej|dpkg-\w+|disabled|crdownload|part)[-_.]?\d*(?:[-_.:TZ]\d+)*Z?$/i,
  /.[-_.](?:bak|backup)[-_.]?\d*(?:[-_.:TZ]\d+)*Z?\.\w+$/i,
  // Copies have the same refresh token: whichever is renewed first spends it for the other.
  /^Copy (?:\(\d+\) )?of ./i,
  /.[-_ (]+copy\)?(?: ?\(?\d+\)?)?\.\w+$/i,
  /conflicted copy|\.sync-conflict-\d/i,
];

function isBackup(path: string): boolean {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  return NAMES.some((form) => form.test(name));
}
