import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { NATIVE_CODEX, TREE } from "../../rig/codex.ts";
import { CHECKED_CODEX, LEAST_CODEX } from "../../lib/core/codex/versions.ts";

/** The checked versions, oldest first. */
export function versionsListed(): string[] {
  return readFileSync(join(TREE, "test/codexes.txt"), "utf8").split("\n").filter((line) => line !== "");
}

/** Installs missing versions from the npm registry, beside the tree; returns the unavailable ones. */
export function installMissing(versions: readonly string[]): string[] {
  return versions.filter((version) => programOf(version) === undefined && !install(version));
}

/** The program of a version; undefined when it is not installed. */
export function programOf(version: string): string | undefined {
  if (version === CHECKED_CODEX) return existsSync(NATIVE_CODEX) ? NATIVE_CODEX : undefined;
  const scope = join(folderOf(version), "node_modules/@openai");
  const packages = namesIn(scope).map((name) => join(scope, name));
  // The tree has the least supported version too, for its tests.
  if (version === LEAST_CODEX) packages.unshift(join(TREE, "node_modules/codex-least"));
  const system = process.platform === "darwin" ? "apple-darwin" : "linux";
  const chip = process.arch === "arm64" ? "aarch64" : "x86_64";
  for (const folder of packages) {
    for (const triple of namesIn(join(folder, "vendor"))) {
      if (!triple.startsWith(chip) || !triple.includes(system)) continue;
      const found = ["bin", "codex"].map((inner) => join(folder, "vendor", triple, inner, "codex"));
      const program = found.find((path) => existsSync(path));
      if (program !== undefined) return program;
    }
  }
  return undefined;
}

function install(version: string): boolean {
  const folder = folderOf(version);
  mkdirSync(folder, { recursive: true });
  console.log(`installing codex ${version} in ${folder}`);
  const words = [
    "install",
    "--prefix",
    folder,
    "--no-save",
    "--no-audit",
    "--no-fund",
    `@openai/codex@${version}`,
  ];
  const { status } = spawnSync("npm", words, { stdio: ["ignore", "ignore", "inherit"], timeout: 600_000 });
  return status === 0 && programOf(version) !== undefined;
}

function folderOf(version: string): string {
  const cache = process.env.AGENTLB_CODEXES ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "agentlb-codexes");
  return join(cache, version);
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
