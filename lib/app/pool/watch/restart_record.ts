import { parseRestart, recordOf, renderRestart, type Restart } from "../../../core/pool/watch/restart.ts";
import { readOwn, resolvedPath } from "../../../io/files/read.ts";
import { replaceFile } from "../../../io/files/replace.ts";
import { tryLock } from "../../../io/lock/lock.ts";
import type { PoolSettings } from "../load.ts";

/** The record of the progress of a team's restart. */
export interface RestartFile {
  read(): Restart | undefined;
  write(restart: Restart): void;
  /** Runs `work` unless another process holds the lock, which the kernel releases when that process ends. */
  alone<T>(work: () => Promise<T>): Promise<{ readonly result: T } | undefined>;
}

/** The record of one team, beside the state. */
export function restartFileOf({ stateFile }: Pick<PoolSettings, "stateFile">, dir: string): RestartFile {
  const state = resolvedPath(stateFile);
  const path = recordOf(state, resolvedPath(dir));
  return {
    read: () => parseRestart(readOwn(path)),
    write: (restart) => replaceFile(path, renderRestart(restart), { durable: true }),
    async alone(work) {
      const lock = await tryLock(`${path}.lock`);
      if (lock === undefined) return undefined;
      try {
        return { result: await work() };
      } finally {
        lock.release();
      }
    },
  };
}
