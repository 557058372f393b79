/**
 * Bun's runtimes for other machines, from npm's configured registry, verified by the digests in package-lock.json. Bun
 * would fetch them itself, but always from the public registry and without verification.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { x as unpack } from "tar";
import { said } from "../bun.ts";
import { hostTarget, type Target } from "./targets.ts";
import { type Locked, locked } from "./lock.ts";

/** The folder of runtimes, relative to the tree. */
export const RUNTIME_CACHE = "node_modules/.cache/agentlb-runtimes";

/** The path of a target's runtime, fetched into `node_modules/.cache` of the tree when it isn't there. */
export async function runtimeOf(tree: string, target: Target): Promise<string> {
  const { version, integrity } = locked(tree, target.runtime);
  if (process.versions.bun !== version) {
    throw new Error(`this is Bun ${process.versions.bun}, and package-lock.json names ${version}: npm ci`);
  }
  if (target.name === hostTarget(tree).name) return process.execPath;
  const cache = join(tree, RUNTIME_CACHE);
  const folder = join(cache, `${target.bunTarget}-${version}`);
  if (!existsSync(folder)) await fetchInto(folder, { tree, cache, target, version, integrity });
  return join(folder, target.exe === "agentlb.exe" ? "bun.exe" : "bun");
}

interface Fetched extends Locked {
  readonly tree: string;
  readonly cache: string;
  readonly target: Target;
}

async function fetchInto(
  folder: string,
  { tree, cache, target, version, integrity }: Fetched,
): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const temp = mkdtempSync(join(cache, "fetching-"));
  try {
    const name = `${target.runtime}@${version}`;
    await said(
      "npm",
      ["pack", "--prefer-offline", "--loglevel=error", `--pack-destination=${temp}`, name],
      tree,
    );
    const [file = ""] = readdirSync(temp);
    assertIntegrity(name, readFileSync(join(temp, file)), integrity);
    const content = join(temp, "content");
    mkdirSync(content);
    await unpack({ file: join(temp, file), cwd: content, strip: 2 }, ["package/bin"]);
    renameSync(content, folder);
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

/** Throws unless `bytes` have the digest that a lock file names: `sha512-<base64>`. */
function assertIntegrity(name: string, bytes: Uint8Array, integrity: string): void {
  const [algorithm = ""] = integrity.split("-", 1);
  const found = `${algorithm}-${createHash(algorithm).update(bytes).digest("base64")}`;
  if (found !== integrity) {
    throw new Error(`${name} is not what package-lock.json names:\n  came   ${found}\n  locked ${integrity}`);
  }
}
