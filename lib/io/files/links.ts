import { constants, copyFileSync, linkSync, lstatSync, readlinkSync, statSync, symlinkSync } from "node:fs";
import native from "node:path";
import { system } from "../platform/here.ts";

const MOST_LINKS = 40;

/**
 * An absolute path with every link and `..` resolved; what does not exist stays as it is written. Step by step, because
 * the runtimes' own way drops `a/..` before it looks where `a` leads, and Bun's, when the file is replaced at that
 * instant, gives a name that ends in " (deleted)".
 */
export function resolvedPath(path: string): string {
  return resolvedOn(native, path);
}

type Paths = Pick<typeof native, "dirname" | "isAbsolute" | "parse" | "sep">;

/** The same, as paths are written on some platform. */
export function resolvedOn(paths: Paths, path: string, linksLeft = MOST_LINKS): string {
  const { dirname, parse, sep } = paths;
  const isSlashed = sep === "/";
  const { root } = parse(path);
  // Windows takes c:/ and C:\ for the same.
  let done = isSlashed ? "/" : root.replaceAll("/", sep).replace(/^[a-z]/, (drive) => drive.toUpperCase());
  for (const part of path.slice(root.length).split(isSlashed ? "/" : /[\\/]/)) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      done = dirname(done);
      continue;
    }
    const next = done.endsWith(sep) ? `${done}${part}` : `${done}${sep}${part}`;
    const target = linksLeft > 0 ? absoluteTarget(paths, next) : undefined;
    done = target === undefined ? next : resolvedOn(paths, target, linksLeft - 1);
  }
  return done;
}

/** Where a link leads; undefined when it is none. */
function absoluteTarget({ dirname, isAbsolute, sep }: Paths, path: string): string | undefined {
  try {
    if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return undefined;
    const target = readlinkSync(path);
    return isAbsolute(target) ? target : `${dirname(path)}${sep}${target}`;
  } catch {
    return undefined; // below what is no directory, or gone just now
  }
}

/** Where an absolute path leads when every link is followed; undefined when it leads nowhere. */
export function realPath(path: string): string | undefined {
  try {
    const resolved = resolvedPath(path);
    return statSync(resolved, { throwIfNoEntry: false }) && resolved;
  } catch {
    return undefined; // a circle of links, or not ours to see
  }
}

/** Makes a link; where not everybody may, a second name of the file, or on another drive a copy. */
export function makeLink(target: string, path: string): void {
  if (system.linksFreely) return symlinkSync(target, path);
  try {
    linkSync(target, path);
  } catch {
    copyFileSync(target, path, constants.COPYFILE_EXCL);
  }
}
