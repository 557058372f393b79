/** A release made in a copy of the sources. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { sha256 } from "../checksums.ts";

export interface Copy {
  readonly tree: string;
  /** Of `npm ci` and of `npm run release`. */
  readonly seconds: { readonly install: number; readonly release: number };
  /** The built files, by path below `dist`. */
  readonly files: ReadonlyMap<string, Built>;
}

export interface Built {
  readonly bytes: number;
  readonly sha256: string;
}

export interface Surroundings {
  readonly umask: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Copies the sources of `tree` to the folder `to`. */
export function copySources(tree: string, to: string): void {
  const left = ["node_modules", "dist", ".git"].map((name) => join(tree, name));
  mkdirSync(to, { recursive: true });
  cpSync(tree, to, { recursive: true, filter: (path) => !left.includes(path) });
}

/** Installs what the lock file of a copy names, and makes a release there. */
export function releaseIn(tree: string, { umask, env }: Surroundings): Copy {
  const run = (...words: string[]) => {
    const began = Date.now();
    const script = `umask ${umask} && exec "$@"`;
    const { status, stdout, stderr } = spawnSync("sh", ["-c", script, "sh", ...words], {
      cwd: tree,
      env: { ...own(process.env), ...env },
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    });
    if (status !== 0) {
      throw new Error(`${words.join(" ")} failed in ${tree} (${status}):\n${stdout}${stderr}`);
    }
    return (Date.now() - began) / 1000;
  };
  // The copies share npm's cache.
  const install = run("npm", "ci", "--prefer-offline");
  const release = run("npm", "run", "release");
  return { tree, seconds: { install, release }, files: filesBelow(join(tree, "dist")) };
}

/** The differences between two folders, one line each. */
export function differences(one: Copy["files"], two: Copy["files"]): string[] {
  const paths = [...new Set([...one.keys(), ...two.keys()])].sort();
  return paths.flatMap((path) => {
    const [left, right] = [one.get(path), two.get(path)];
    if (left === undefined || right === undefined) return [`${path} is in one of them only`];
    if (left.sha256 !== right.sha256) return [`${path} has other bytes`];
    return [];
  });
}

function filesBelow(folder: string): Map<string, Built> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    paths.sort().map((
      path,
    ) => [relative(folder, path), { bytes: statSync(path).size, sha256: sha256(path) }]),
  );
}

/** An environment without npm's variables for the scripts of another folder. */
function own(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const told = /^(npm_(package|lifecycle|command|execpath|node_execpath|config_local_prefix)|INIT_CWD$)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !told.test(name)));
}
