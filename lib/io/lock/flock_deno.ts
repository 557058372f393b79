import { lstatSync } from "node:fs";
import { isWithoutLocks, noLocks } from "./no_locks.ts";
import type { OpenLock } from "./open_lock.ts";

/** The locking part of Deno's file API; declared here because other compilers do not know it. */
interface DenoFile {
  statSync(): { dev: number; ino: number | null; nlink: number | null; isFile: boolean };
  tryLockSync(exclusive: boolean): boolean;
  truncateSync(length: number): void;
  seekSync(offset: number, whence: number): number;
  writeSync(bytes: Uint8Array): number;
  close(): void;
}
interface DenoFiles {
  openSync(path: string, options: { read: true; write: true; create: true; mode: number }): DenoFile;
}

/** Opens a lock file under Deno, where `node:fs` descriptors cannot be locked but Deno's own files can. */
export function openDeno(path: string): OpenLock {
  const { Deno } = globalThis as unknown as { Deno: DenoFiles };
  const file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
  const stat = file.statSync();
  const byName = lstatSync(path, { throwIfNoEntry: false });
  return {
    // Deno follows links when it opens, so the path must be the opened file itself.
    isFile: stat.isFile && (byName === undefined || byName.isFile()),
    links: stat.nlink ?? 1,
    isCurrent() {
      const named = lstatSync(path, { throwIfNoEntry: false });
      return named !== undefined && `${named.dev}:${named.ino}` === `${stat.dev}:${stat.ino}`;
    },
    tryLock() {
      try {
        return file.tryLockSync(true);
      } catch (error) {
        const [words, errno] = /\(os error (\d+)\)/.exec((error as Error).message) ?? [];
        throw words !== undefined && isWithoutLocks(Number(errno)) ? noLocks(path, `errno ${errno}`) : error;
      }
    },
    write(bytes) {
      file.truncateSync(0);
      file.seekSync(0, 0);
      for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
    },
    close: () => file.close(),
  };
}
