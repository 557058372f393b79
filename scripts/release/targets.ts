/** The machines that there are programs for. */
import { existsSync } from "node:fs";
import { join } from "node:path";

export interface Target {
  /** As in the names of archives. */
  readonly name: string;
  /** As Bun calls it. */
  readonly bunTarget: string;
  /** As the runtimes call its system. */
  readonly platform: string;
  /** The package of the npm registry that holds Bun's runtime for it. */
  readonly runtime: string;
  readonly exe: "agentlb" | "agentlb.exe";
  readonly archive: ".tar.gz" | ".zip";
}

export const TARGETS: readonly Target[] = [
  target("linux", "x64"),
  target("linux", "arm64"),
  target("linux", "x64", "-musl"),
  target("linux", "arm64", "-musl"),
  target("darwin", "x64"),
  target("darwin", "arm64"),
  target("windows", "x64"),
  target("windows", "arm64"),
];

/** The target of that name; throws when there is none. */
export function targetOf(name: string): Target {
  const found = TARGETS.find((target) => target.name === name);
  if (found === undefined) {
    throw new Error(`no target is called ${name}; there are ${TARGETS.map(({ name }) => name).join(", ")}`);
  }
  return found;
}

/** The target whose runtime npm installed in the tree `tree`: this machine's. */
export function hostTarget(tree: string): Target {
  const os = process.platform === "win32" ? "windows" : process.platform;
  const found = TARGETS.find(({ name, runtime }) =>
    name.startsWith(`${os}-${process.arch}`) && existsSync(join(tree, "node_modules", runtime))
  );
  if (found === undefined) throw new Error(`npm installed no Bun of ours for ${os}-${process.arch}: npm ci`);
  return found;
}

function target(os: "linux" | "darwin" | "windows", cpu: "x64" | "arm64", libc: "" | "-musl" = ""): Target {
  const name = `${os}-${cpu}${libc}`;
  return {
    name,
    bunTarget: `bun-${name}`,
    platform: os === "windows" ? "win32" : os,
    runtime: `@oven/bun-${os}-${cpu === "arm64" ? "aarch64" : cpu}${libc}`,
    exe: os === "windows" ? "agentlb.exe" : "agentlb",
    archive: os === "windows" ? ".zip" : ".tar.gz",
  };
}
