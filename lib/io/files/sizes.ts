const MB = 1024 * 1024;

/** The most that is read of a file, in bytes, by what it holds; a larger one is refused. */
export const MOST_BYTES = {
  /** A login. */
  login: 4 * MB,
  /** Settings that people write. */
  settings: 4 * MB,
  /** One record of ours: a lock's holder, a pid, the state of one session. */
  record: 4 * MB,
  /** A file with an entry for each session, worker or account. */
  table: 64 * MB,
  /** One month of readings. */
  history: 256 * MB,
} as const;
