import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The scripts at the top of the tree that install a release; each has one line that names where releases are. */
const BASE_LINES: Readonly<Record<string, RegExp>> = {
  "install.sh": /^RELEASE_BASE=''$/m,
  "install.ps1": /^\$ReleaseBase = ''$/m,
};

/**
 * Writes the install scripts into `folder`, with the release's address filled in; without one they ask for `--base`.
 * Returns their names.
 */
export function writeInstallers(tree: string, folder: string, base: string | undefined): string[] {
  const names = Object.keys(BASE_LINES).filter((name) => existsSync(join(tree, name)));
  for (const name of names) {
    const text = readFileSync(join(tree, name), "utf8");
    const line = BASE_LINES[name]!.exec(text)?.[0];
    if (line === undefined) throw new Error(`${name} has no line for the address of the release`);
    const filled = base === undefined ? text : text.replace(line, () => line.replace("''", `'${base}'`));
    writeFileSync(join(folder, name), filled);
    chmodSync(join(folder, name), 0o755);
  }
  return names;
}

/**
 * Where the files of a version are to be found, by `repository` in package.json; undefined when that says nothing.
 * Throws when it is anything but the https address of a repository.
 */
export function releaseBase(repository: unknown, version: string): string | undefined {
  if (repository === undefined) return undefined;
  const named = typeof repository === "string" ? repository : (repository as { url?: unknown }).url;
  const address = String(named).replace(/^git\+/, "").replace(/(\.git)?\/?$/, "");
  if (!/^https:\/\/[\w.-]+(:\d+)?(\/[\w.-]+){2,}$/.test(address)) {
    throw new Error(`package.json: repository is ${JSON.stringify(named)}, which is no https address of one`);
  }
  return `${address}/releases/download/v${version}`;
}
