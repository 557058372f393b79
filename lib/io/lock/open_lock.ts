/** An open lock file: each runtime calls `flock(2)` in its own way. */
export interface OpenLock {
  readonly isFile: boolean;
  readonly links: number;
  /** Tells whether the path still names this file. */
  isCurrent(): boolean;
  /** Tries to take the lock and returns whether it is ours; throws when this file system cannot lock. */
  tryLock(): boolean;
  write(bytes: Uint8Array): void;
  close(): void;
}
