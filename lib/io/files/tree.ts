import {
  chmodSync,
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { errnoOf } from "../../core/text/failure.ts";
import { system } from "../platform/here.ts";
import { removeTree } from "./folders.ts";
import { namesIn } from "./read.ts";

/**
 * Copies the content of a folder into a new one: readable by its owner alone, links with their original targets,
 * without pipes, sockets and the top-level names that `isLeftOut` selects. Entries that vanish meanwhile are skipped.
 */
export function copyTree(from: string, to: string, isLeftOut: (name: string) => boolean = () => false): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(from)) {
    if (isLeftOut(name)) continue;
    try {
      copyOne(join(from, name), join(to, name));
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error;
    }
  }
}

function copyOne(from: string, to: string): void {
  const stat = lstatSync(from);
  if (stat.isDirectory()) return copyTree(from, to);
  if (stat.isSymbolicLink()) return symlinkSync(resolve(dirname(from), readlinkSync(from)), to);
  if (!stat.isFile()) return;
  copyFileSync(from, to);
  chmodSync(to, stat.mode & 0o700);
}

/** Makes a link; where not all users may, a second name of the file, or on another drive a copy. */
export function makeLink(target: string, path: string): void {
  if (system.linksFreely) return symlinkSync(target, path);
  try {
    linkSync(target, path);
  } catch {
    copyFileSync(target, path, constants.COPYFILE_EXCL);
  }
}

/**
 * Makes a link to a file or a folder; where not all users may, a junction to a folder and a copy of a file. Fails when
 * the name exists.
 */
export function linkTo(target: string, path: string): "link" | "copy" {
  if (system.linksFreely) symlinkSync(target, path);
  else if (statSync(target).isDirectory()) symlinkSync(target, path, "junction");
  else {
    copyFileSync(target, path, constants.COPYFILE_EXCL);
    chmodSync(path, 0o600);
    return "copy";
  }
  return "link";
}

/** The target of a link as it is written; undefined when there is no link. */
export function linkTarget(path: string): string | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined;
}

/**
 * The files below a folder with matching names, newest first, `most` at most. A folder that is a link is not entered.
 */
export function newestFiles(folder: string, fits: (name: string) => boolean, most: number): string[] {
  const found: { path: string; mtimeMs: number }[] = [];
  const walk = (inside: string) => {
    for (const entry of entriesOf(inside)) {
      const path = join(inside, entry.name);
      if (entry.isDirectory()) walk(path);
      if (!entry.isFile() || !fits(entry.name)) continue;
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat) found.push({ path, mtimeMs: stat.mtimeMs });
    }
  };
  walk(folder);
  return found.sort((a, b) => b.mtimeMs - a.mtimeMs).slice(0, most).map(({ path }) => path);
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EACCES"].includes(errnoOf(error) ?? "")) return [];
    throw error;
  }
}

/** Removes the folders with a prefix that were last changed before a time and do not contain `kept`. */
export function sweepFolders(parent: string, prefix: string, kept: string, beforeMs: number): void {
  for (const name of namesIn(parent).filter((name) => name.startsWith(prefix))) {
    const path = join(parent, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    const holds = lstatSync(join(path, kept), { throwIfNoEntry: false }) !== undefined;
    if (stat?.isDirectory() && stat.mtimeMs < beforeMs && !holds) removeTree(path);
  }
}

/** The names of all files and folders below a folder, relative to it, in no order; links are not followed. */
export function namesBelow(folder: string): string[] {
  const found: string[] = [];
  const walk = (inside: string) => {
    for (const entry of entriesOf(join(folder, inside))) {
      const name = join(inside, entry.name);
      found.push(name);
      if (entry.isDirectory()) walk(name);
    }
  };
  walk("");
  return found;
}
