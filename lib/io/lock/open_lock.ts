/** A lock file, open: each runtime has another way to the same `flock(2)`. */
export interface OpenLock {
  readonly isFile: boolean;
  readonly links: number;
  /** Whether the path still names this file. */
  isCurrent(): boolean;
  /** Whether the lock is ours now; throws when this file system can't lock. */
  tryLock(): boolean;
  write(bytes: Uint8Array): void;
  close(): void;
}
