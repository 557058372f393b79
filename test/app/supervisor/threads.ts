import { appendFileSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { threadLocksOf } from "../../../lib/core/system/layout.ts";
import { until } from "../../../rig/until.ts";
import { threadId } from "../../../rig/rollouts.ts";
import type { Root, RunOptions } from "./supervised.ts";

/** A thread that some Codex has open in a home: its lock, and its rollout once somebody writes it. */
export interface Thread {
  readonly id: string;
  readonly file: string;
  /** Appends whole lines to the rollout. */
  write(...lines: string[]): void;
  /** Who has it open; 0 = nobody we can see. */
  open(pid?: number): void;
  /** Ends as Codex does, or as a killed one. */
  close(how?: "well" | "killed"): void;
}

/** Who holds which lock, as far as this system tells; no lock is really taken. */
export interface Locks {
  /** False = as where there is no `/proc`. */
  canSee: boolean;
  readonly holders: NonNullable<RunOptions["lockHolders"]>;
  thread(world: Root, alias: string, begunMs?: number): Thread;
}

export function locks(): Locks {
  const held = new Map<string, number>();
  const made: Locks = {
    canSee: true,
    holders: () => made.canSee ? new Map(held) : undefined,
    thread(world, alias, begunMs = world.clock.now()) {
      const id = threadId(begunMs, `7fc2-8354-${String(++count).padStart(12, "0")}`);
      const home = world.home(alias);
      const lock = join(threadLocksOf(home), `${id}.lock`);
      const day = new Date(begunMs).toISOString().slice(0, 10).replaceAll("-", "/");
      const file = join(home, "sessions", day, `rollout-2026-11-20T12-00-00-${id}.jsonl`);
      let inode = "";
      return {
        id,
        file,
        write(...lines) {
          mkdirSync(dirname(file), { recursive: true });
          appendFileSync(file, lines.map((line) => `${line}\n`).join(""));
        },
        open(pid = 0) {
          mkdirSync(dirname(lock), { recursive: true });
          writeFileSync(lock, "");
          utimesSync(lock, world.clock.now() / 1000, world.clock.now() / 1000);
          inode = String(statSync(lock).ino);
          held.set(inode, pid);
        },
        close(how = "well") {
          held.delete(inode);
          if (how === "well") rmSync(lock);
        },
      };
    },
  };
  return made;
}

let count = 0;

/** Lets time pass until something is so, ten minutes of it at most. */
export async function inTime(world: Root, isSo: () => boolean, what: string): Promise<void> {
  let passed = 0;
  await until(async () => {
    if (isSo()) return true;
    if (passed >= 600_000) throw new Error(`not in ten minutes: ${what}`);
    await world.clock.advance(500);
    passed += 500;
    return isSo();
  }, what);
}
