/** A removed session that can be brought back. Times are RFC 3339. */
export interface TrashedSession {
  readonly alias: string;
  /** The name of its folder in the trash. */
  readonly name: string;
  readonly email?: string;
  readonly removedAt: string;
  /** The time at which it is deleted for good. */
  readonly deletedAt: string;
}

/** `agentlb restore --json` without a name. */
export interface TrashOutput {
  readonly schema: "agentlb.trash/1";
  /** The folder of all of them. */
  readonly folder: string;
  readonly sessions: readonly TrashedSession[];
}

/** `agentlb restore <alias> --json`. */
export interface RestoredOutput {
  readonly schema: "agentlb.restored/1";
  readonly alias: string;
  readonly home: string;
}

/** `agentlb purge --json`. */
export interface PurgedOutput {
  readonly schema: "agentlb.purged/1";
  readonly sessions: readonly TrashedSession[];
}

/** `agentlb rename --json`. */
export interface RenamedOutput {
  readonly schema: "agentlb.renamed/1";
  readonly from: string;
  readonly alias: string;
  readonly home: string;
  /** The tables and keys of config.toml that still have the old name. */
  readonly inConfig: readonly string[];
}

/** `agentlb path --json`. */
export interface PathOutput {
  readonly schema: "agentlb.path/1";
  readonly alias: string;
  readonly home: string;
}

/** A copy of settings and state. */
export interface BackupEntry {
  /** Its name: its time in UTC and four letters. */
  readonly name: string;
  readonly folder: string;
  /** RFC 3339; null when its list of files can't be read. */
  readonly createdAt: string | null;
  /** Whether a user asked for it, or it keeps what a restore replaced. */
  readonly reason: "asked" | "before a restore" | null;
  readonly files: number;
  readonly bytes: number;
  /** The sessions whose logins it holds. */
  readonly logins: readonly string[];
  /** The reason why it is not restored, in words; null for a whole one. */
  readonly problem: string | null;
}

/** `agentlb backup create --json`. */
export interface BackupOutput extends BackupEntry {
  readonly schema: "agentlb.backup/1";
  /** What links lead to: nothing of it is kept. */
  readonly leftOut: readonly string[];
}

/** `agentlb backup list --json`. */
export interface BackupsOutput {
  readonly schema: "agentlb.backups/1";
  readonly folder: string;
  /** The oldest first. */
  readonly backups: readonly BackupEntry[];
}

/** `agentlb backup restore --json`. */
export interface BackupRestoredOutput {
  readonly schema: "agentlb.backup-restored/1";
  readonly backup: string;
  /** The backup of what was there before; null when nothing had to change. */
  readonly before: string | null;
  /** The replaced files, below the root. */
  readonly files: readonly string[];
  /** The sessions that were made again. */
  readonly made: readonly string[];
}
