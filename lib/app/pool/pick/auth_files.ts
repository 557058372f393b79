import { sep } from "node:path";
import { Failure, wordsOf } from "../../../core/text/failure.ts";
import { byteOrder } from "../../../core/text/byte_order.ts";
import { fits, type GlobPart, parseGlob } from "../../../core/pool/python/glob.ts";
import { eachEntry } from "../../../io/files/folders.ts";
import { type Kind, kindOf, leadsToFile, resolvedPath } from "../../../io/files/read.ts";

/** What is in a team directory. */
export interface AuthListing {
  /** Real paths without doubles, by code point. */
  readonly files: readonly string[];
  /** Names that are no text, as far as they can be shown: nobody can name such a file. */
  readonly nameless: readonly string[];
}

/**
 * The auth files of a team directory: real paths without doubles, by code point. `stateFile` and what belongs to it
 * are none, whatever the pattern says. Throws Failure for a pattern that can't be used.
 */
export function listAuthFiles(dir: string, glob: string, stateFile?: string): readonly string[] {
  return scanAuthFiles(dir, glob, stateFile).files;
}

/** The same, and what had to be left out. */
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
  return { files: sorted([...new Set(files)]), nameless: [...new Set(nameless)] };
}

/** Names that need a second look; most don't. */
const ODD = /^\.(?:auth-|DS_Store$)|\.(?:lock|tmp)$|\ufffd/;

type Note = (folder: string, name: string, isLink: boolean) => void;

/** A file that is a link counts, a directory that is a link is not entered. A folder has no separator at its end. */
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

/** Codex's temporary and lock files, and what file managers leave behind. */
function isJunk(name: string): boolean {
  return name.startsWith(".auth-") || name.endsWith(".lock") || name.endsWith(".tmp") || name === ".DS_Store";
}

function belongsToState(path: string, state: string | undefined): boolean {
  if (state === undefined || !path.startsWith(state)) return false;
  const rest = path.slice(state.length);
  return rest === "" || rest === ".prev" || /^\.(corrupt|restart)-[^/\\]+$/.test(rest);
}

/** Sorting by code units is quick and the same, unless there are characters beyond the first 65,536. */
function sorted(paths: string[]): string[] {
  return /[\ud800-\udfff]/.test(paths.join("")) ? paths.sort(byteOrder) : paths.sort();
}

/** The auth files of a pool, and those that are only backups by their names. */
export interface OwnAndBackups {
  readonly own: readonly string[];
  readonly backups: readonly string[];
}

/**
 * Tells backups from the rest, each in its order. The login in a backup is an old one, whose renewal is most likely
 * spent, so it serves only where nothing else does. Where all are called so, they are what they are: none is a backup.
 */
export function withoutBackups(paths: readonly string[]): OwnAndBackups {
  const own = paths.filter((path) => !isBackup(path));
  if (own.length === 0 || own.length === paths.length) return { own: paths, backups: [] };
  return { own, backups: paths.filter(isBackup) };
}

/** `work.json.bak`, `auth.json.old-2026-11-30`, `auth.json~`, `#auth.json#`, `auth.backup.json`, `auth-bak2.json`. */
const NAMES = [
  /.~$/,
  /^#.+#$/,
  /.\.(?:bak|backup|old|orig|save|swp|prev)[-_.]?\d*(?:[-_.:TZ]?\d+)*Z?$/i,
  /.[-_.](?:bak|backup)[-_.]?\d*(?:[-_.:TZ]?\d+)*Z?\.\w+$/i,
];

function isBackup(path: string): boolean {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  return NAMES.some((form) => form.test(name));
}
