import type { Launch } from "../../core/shell/launch.ts";
import { system } from "../platform/here.ts";
import { childProcesses, onSignals, sendSelf, signal, wouldDieBy } from "./process.ts";
import { type Exit, exitOf, hidden } from "./spawn.ts";

/** The end of a program and its output. */
export interface Captured {
  readonly exit: Exit;
  readonly stdout: string;
  readonly stderr: string;
  /** The limit at which it was ended: of time, or of its output. */
  readonly limit?: "time" | "size";
}

/** The most characters of output, each of stdout and stderr. */
export const MOST_CAPTURED = 4 * 1024 * 1024;
/** How long a killed program may take to be gone. */
const GRACE_MS = 1000;

/**
 * Runs a program to its end and returns its output; killed after `timeoutMs`, or when it prints more than
 * `MOST_CAPTURED`. A launch with its own group is killed with all its children.
 */
export function spawnCaptured(launch: Launch, timeoutMs: number): Promise<Captured> {
  return new Promise((resolved) => {
    const isGroup = launch.group === "own" && system.hasSignals;
    const child = childProcesses().spawn(launch.file, launch.args, {
      ...hidden(launch),
      detached: isGroup,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    let limit: Captured["limit"];
    let grace: ReturnType<typeof setTimeout> | undefined;
    const kill = () => {
      if (child.pid !== undefined) signal(isGroup ? -child.pid : child.pid, "SIGKILL");
    };
    const end = (reached: "time" | "size") => {
      if (limit !== undefined) return;
      limit = reached;
      kill();
      // Children that left its group may hold its pipes open forever.
      child.stdout?.destroy();
      child.stderr?.destroy();
      grace = setTimeout(() => {
        if (child.pid !== undefined) child.unref();
        done({ signal: "SIGKILL" });
      }, GRACE_MS);
    };
    const timer = setTimeout(() => end("time"), timeoutMs);
    // The keys of our terminal do not reach another group.
    const unhear = isGroup
      ? onSignals(wouldDieBy(["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"]), (name) => {
        kill();
        unhear();
        sendSelf(name);
      })
      : () => {};
    const done = (exit: Exit) => {
      clearTimeout(timer);
      clearTimeout(grace);
      unhear();
      resolved({ exit, stdout, stderr, ...(limit === undefined ? {} : { limit }) });
    };
    const isOver = (text: string) => text.length > MOST_CAPTURED && (end("size"), true);
    child.once("error", (error) => done({ error }));
    child.once("close", (code, name) => done(exitOf(code, name)));
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      if (!isOver(stdout)) stdout += chunk;
    });
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      if (!isOver(stderr)) stderr += chunk;
    });
  });
}
