/** The cost of staying as the parent of a command, against being replaced by it. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { commandOf } from "../../rig/program.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { until } from "../../rig/until.ts";
import { columns } from "../figures.ts";
import type { Command } from "./runs.ts";

/** The two ways to run a command that does nothing; the first is the one to compare with. */
export function parentCommands({ env, cwd }: Pick<Sandbox, "env" | "cwd">): Command[] {
  return ["off", "tell"].map((what) => ({
    name: `rr --cmd true --on-limit ${what}`,
    words: [...commandOf("compiled"), "rr", "--cmd", "true", "--on-limit", what],
    env,
    cwd,
  }));
}

const FIELDS = { "own memory": "RssAnon", "of files": "RssFile", "in all": "VmRSS" } as const;

/** Prints the memory of a parent whose command runs, in MiB: its own, and that of files, which all its like share. */
export async function showParentMemory({ env, cwd }: Pick<Sandbox, "env" | "cwd">): Promise<void> {
  const [file, ...words] = commandOf("compiled");
  const child = spawn(file, [...words, "rr", "--cmd", "sleep 1000"], {
    env,
    cwd,
    stdio: "ignore",
    detached: true,
  });
  try {
    const { pid = 0 } = child;
    await until(() => childrenOf(pid).length === 1, "the command runs");
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const mib = (field: string) =>
      Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1024;
    const names = Object.keys(FIELDS);
    console.log(
      columns(["", ...names], [["MiB", ...Object.values(FIELDS).map((field) => mib(field).toFixed(1))]]),
    );
  } finally {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  }
}

function childrenOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter((word) => word !== "");
}
