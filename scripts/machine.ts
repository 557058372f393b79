import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { TREE } from "../rig/codex.ts";

/** The day, this machine and its Node, and the versions of these packages, by their names in a sentence. */
export function machine(packages: Readonly<Record<string, string>>): string {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(
    readFileSync(join(TREE, "package.json"), "utf8"),
  );
  const known: Record<string, string> = { ...dependencies, ...devDependencies };
  const node = spawnSync("node", ["--version"], { encoding: "utf8" }).stdout.trim().slice(1);
  const day = new Date().toISOString().slice(0, 10);
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const versions = Object.entries(packages).map(([name, key]) => `${name} ${known[key]}`);
  return `${day}, Linux ${release()}, ${availableParallelism()} cores (${
    cpus()[0]?.model ?? "unknown"
  }), ${gigabytes} GB; ${[`Node ${node}`, ...versions].join(", ")}.`;
}
