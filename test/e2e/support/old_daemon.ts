import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { killGroup } from "../../../rig/result.ts";
import type { Sandbox } from "../../../rig/sandbox.ts";
import { until } from "../../../rig/until.ts";
import { startShell } from "./shell.ts";

/** A process that looks like the predecessor's daemon. */
export interface OldDaemon {
  readonly pid: number;
  readonly child: ChildProcess;
  /** How often it was asked to end. */
  asked(): number;
}

/** Starts one for a HOME; it is in the pid file of the user's root, and ends at SIGTERM. */
export async function startOldDaemon(user: Sandbox, home: string = user.home): Promise<OldDaemon> {
  const script = join(user.bin, "old-agentlb");
  const log = join(user.dir, `asked-${home.length}`);
  writeFileSync(
    script,
    `trap 'echo TERM >> "${log}"; exit 0' TERM\n: > "${log}"\nwhile :; do read -r _ || exit; done\n`,
  );
  const words = ["sh", script, "supervisor", "daemon"];
  const child = startShell(user, 'exec "$@"', words, { env: { HOME: home } });
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) killGroup(child.pid);
  });
  await until(() => existsSync(log), "the predecessor's daemon runs");
  mkdirSync(user.root, { recursive: true, mode: 0o700 });
  writeFileSync(join(user.root, "supervisor.pid"), `${child.pid}\n`);
  const asked = () => readFileSync(log, "utf8").split("\n").filter((line) => line !== "").length;
  return { pid: child.pid!, child, asked };
}
