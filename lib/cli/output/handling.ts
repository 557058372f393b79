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
