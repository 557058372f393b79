/** The Debian packages of `test/debian.txt`: which are missing, and how they come. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { toolPath } from "./tool_path.ts";

export interface Package {
  readonly name: string;
  /** A program that comes with it. */
  readonly program: string;
}

/** The packages in the text of the list; `#` starts a comment line. */
export function parsePackages(text: string): Package[] {
  return text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#")).map((line) => {
    const [name = "", program = ""] = line.trim().split(/\s+/);
    return { name, program };
  });
}

/** The listed packages whose program is not on PATH. */
export function missingPackages(list: string): Package[] {
  return parsePackages(readFileSync(list, "utf8")).filter(({ program }) => toolPath(program) === undefined);
}

/** The one line that installs them. */
export function installLine(packages: readonly Package[]): string {
  return `apt-get update && apt-get install -y --no-install-recommends ${
    packages.map(({ name }) => name).join(" ")
  }`;
}

/** Installs what is missing when we are root and there is apt-get; returns what is missing after that. */
export function installMissing(list: string): Package[] {
  const missing = missingPackages(list);
  if (missing.length === 0) return [];
  if (process.getuid?.() !== 0 || toolPath("apt-get") === undefined) {
    console.log(`Some tests need more programs. To have them all, run as root:\n  ${installLine(missing)}`);
    return missing;
  }
  console.log(`installing ${missing.map(({ name }) => name).join(" ")}`);
  const done = spawnSync("sh", ["-c", installLine(missing)], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    encoding: "utf8",
  });
  if (done.status !== 0) console.log(`${done.stdout}${done.stderr}`.trim().split("\n").slice(-5).join("\n"));
  return missingPackages(list);
}

if (import.meta.main) {
  const left = installMissing(new URL("../test/debian.txt", import.meta.url).pathname);
  process.exitCode = left.length === 0 ? 0 : 1;
}
