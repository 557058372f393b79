import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, relative } from "node:path";

/** Everything below a folder, one line each with its mode and, indented, what files hold; in byte order. */
export function treeOf(folder: string, isLeftOut: (path: string) => boolean = () => false): string {
  return lines(folder, folder, isLeftOut).join("\n");
}

/** The paths below a folder whose mode lets anybody else in: not 0700 for folders, not 0600 for files. */
export function openToOthers(folder: string): string[] {
  return names(folder).flatMap((path) => {
    const stat = lstatSync(path);
    if (stat.isSymbolicLink()) return [];
    const wanted = stat.isDirectory() ? 0o700 : 0o600;
    const wrong = (stat.mode & 0o777) === wanted ? [] : [`${(stat.mode & 0o777).toString(8)} ${path}`];
    return stat.isDirectory() ? [...wrong, ...openToOthers(path)] : wrong;
  });
}

function lines(folder: string, top: string, isLeftOut: (path: string) => boolean): string[] {
  return names(folder).flatMap((path) => {
    const name = relative(top, path);
    if (isLeftOut(name)) return [];
    const stat = lstatSync(path);
    const mode = (stat.mode & 0o777).toString(8);
    if (stat.isDirectory()) return [`${mode} ${name}/`, ...lines(path, top, isLeftOut)];
    if (stat.isSymbolicLink()) return [`link ${name} -> ${readlinkSync(path)}`];
    if (!stat.isFile()) return [`${mode} ${name} (special)`];
    return [`${mode} ${name}`, ...readFileSync(path, "utf8").split("\n").map((line) => `    ${line}`)];
  });
}

function names(folder: string): string[] {
  return readdirSync(folder).sort().map((name) => join(folder, name));
}
