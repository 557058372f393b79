/** The Debian packages of a list such as `test/debian.txt`: finds and installs missing ones. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { toolPath } from "./tool_path.ts";

export interface Package {
  readonly name: string;
  /** A program in the package, or else a file. */
  readonly program: string;
}

/** The packages in the text of the list; `#` starts a comment line. */
export function parsePackages(text: string): Package[] {
  return text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#")).map((line) => {
    const [name = "", program = ""] = line.trim().split(/\s+/);
    return { name, program };
  });
}

/** The listed packages whose program is not on PATH or whose file is missing. */
export function missingPackages(list: string): Package[] {
  const isThere = (program: string) => program.startsWith("/") ? existsSync(program) : toolPath(program);
  return parsePackages(readFileSync(list, "utf8")).filter(({ program }) => !isThere(program));
}

/** The command line that installs them. */
export function installLine(packages: readonly Package[]): string {
  return `apt-get update && apt-get install -y --no-install-recommends ${
    packages.map(({ name }) => name).join(" ")
  }`;
}

/** Installs missing packages as root with apt-get; returns the ones still missing. Linux only. */
export function installMissing(list: string): Package[] {
  if (process.platform !== "linux") return [];
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
  const left = installMissing(fileURLToPath(new URL("../test/debian.txt", import.meta.url)));
  process.exitCode = left.length === 0 ? 0 : 1;
}
