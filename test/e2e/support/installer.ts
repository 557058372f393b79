import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { toolPath } from "../../../scripts/tool_path.ts";
import { TREE } from "../../../rig/codex.ts";
import { sandbox } from "../../../rig/in_test.ts";
import { finished, type Result } from "../../../rig/result.ts";
import type { Sandbox } from "../../../rig/sandbox.ts";
import { describeWith } from "../../../rig/tools.ts";
import { HERE } from "./release.ts";

/** The script of the tree, or of a release (RIG_INSTALLER). */
export const INSTALLER = process.env.RIG_INSTALLER ?? join(TREE, "install.sh");

/** The shells that the script is for: Debian's, the usual one, and that of small machines. */
const SHELLS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  dash: ["dash"],
  bash: ["bash"],
  "busybox sh": ["busybox", "sh"],
};

/** What the script needs of a machine beside a shell, something that downloads and something that checks. */
const NEEDED = [
  ..."cat chmod cmp cp getconf grep gzip ln ls mkdir mktemp mv ps readlink rm rmdir sed tail tar tr".split(
    " ",
  ),
];
const CHECKS = ["sha256sum", "shasum", "openssl"];

/** Someone who installs. */
export interface Person {
  readonly user: Sandbox;
  /** `~/.local/bin`. */
  readonly bin: string;
  readonly receipt: string;
  /** A machine's programs, first on PATH: a folder to which `put` adds. */
  readonly tools: string;
  /** Puts a shell script among the machine's programs. */
  put(name: string, text: string): void;
  /** Everything below HOME but what the test made itself. */
  everything(): string[];
  install(args: readonly string[], options?: InstallOptions): Promise<Result>;
  start(args: readonly string[], options?: InstallOptions): ChildProcess;
}

export interface InstallOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Read by the shell instead of the file. */
  readonly script?: string;
}

export interface PersonOptions {
  /** What downloads (`curl`, `wget`, `busybox wget`); both of the usual ones when not said. */
  readonly loaders?: readonly string[];
  /** What checks; all when not said. */
  readonly checks?: readonly string[];
  /** What `uname` says ("Linux x86_64"); busybox asks itself. */
  readonly machine?: string;
}

/** Tells a story once for each shell. */
export function inShells(name: string, story: (person: (options?: PersonOptions) => Person) => void): void {
  for (const [shell, words] of Object.entries(SHELLS)) {
    describeWith([words[0], "curl"], `${name}, ${shell}`, () => story((options) => person(words, options)));
  }
}

/** Someone on a machine of few programs who uses this shell. */
export function person(
  shell: readonly [string, ...string[]] = ["sh"],
  {
    loaders = ["curl", "wget"],
    checks = CHECKS,
    machine = `Linux ${HERE === "linux-arm64" ? "aarch64" : "x86_64"}`,
  }: PersonOptions = {},
): Person {
  const user = sandbox({ codex: "none" });
  const tools = join(user.dir, "tools");
  mkdirSync(tools);
  const link = (name: string) => {
    const path = toolPath(name);
    if (path !== undefined) symlinkSync(path, join(tools, name));
  };
  for (const name of [...NEEDED, ...checks, ...loaders.filter((name) => !name.includes(" "))]) link(name);
  // It has another name for the programs that are in it.
  if (loaders.includes("busybox wget")) symlinkSync(toolPath("busybox") ?? "", join(tools, "wget"));
  if (checks.includes("shasum")) link("perl");
  const put = (name: string, text: string) => {
    const path = join(tools, name);
    rmSync(path, { force: true }); // never write through a link to the machine's own
    writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755, flag: "wx" });
  };
  const [system = "", hardware = ""] = machine.split(" ");
  put("uname", `case $1 in -s) echo ${system} ;; -m) echo ${hardware} ;; *) echo ${machine} ;; esac`);
  const start = (args: readonly string[], { env = {}, script }: InstallOptions = {}) => {
    const [file, ...words] = [...shell, ...(script === undefined ? [INSTALLER] : ["-s", "--"]), ...args];
    const child = spawn(toolPath(file) ?? file, words, {
      env: {
        HOME: user.home,
        PATH: tools,
        TMPDIR: join(user.dir, "tmp"),
        LANG: "C.UTF-8",
        ...env,
      },
      cwd: user.cwd,
      detached: true,
      stdio: "pipe",
    });
    child.stdin.on("error", () => {});
    child.stdin.end(script ?? "");
    return child;
  };
  return {
    user,
    bin: join(user.home, ".local/bin"),
    receipt: join(user.home, ".local/share/agentlb/install"),
    tools,
    put,
    everything: () =>
      [user.home, join(user.dir, "tmp")].flatMap((folder) =>
        existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : []
      ).filter((path) => path !== "work").sort(),
    start,
    install: (args, options) => finished(start(args, options), 60_000),
  };
}
