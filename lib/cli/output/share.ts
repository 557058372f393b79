import { jsonText } from "./json.ts";

/** What `agentlb share --json` prints: what each session shares now, or would. */
export interface ShareOutput {
  readonly schema: "agentlb.share/1";
  /** The folder that the sessions share from. */
  readonly from: string;
  readonly isDryRun: boolean;
  readonly sessions: readonly SharedSessionOutput[];
}

/** One session: what it shares, or why not. */
export interface SharedSessionOutput {
  readonly alias: string;
  readonly home: string;
  /** The reason why nothing was done here. */
  readonly skipped?: string;
  readonly links?: readonly SharedLinkOutput[];
  readonly settings?: {
    /** "toMake" = they would be made, "link" = its config.toml is a link, which stays, "kept" = those it has stay. */
    readonly state: "made" | "toMake" | "same" | "kept" | "link";
    /** The settings of the user that are not taken over. */
    readonly leftOut: readonly string[];
    readonly notes: readonly string[];
  };
}

/** One file or folder that a session may share. */
export interface SharedLinkOutput {
  readonly name: string;
  readonly source: string;
  readonly target: string;
  /** "own" = the session has something else of that name, "missing" = the source has none. */
  readonly state: "made" | "toMake" | "linked" | "own" | "missing";
}

/** What `agentlb share --undo --json` prints: what was undone in each session, or would be. */
export interface UnshareOutput {
  readonly schema: "agentlb.unshare/1";
  readonly isDryRun: boolean;
  readonly sessions: readonly UnsharedSessionOutput[];
}

/** One session: what was undone. */
export interface UnsharedSessionOutput {
  readonly alias: string;
  readonly home: string;
  /** True when it shared something. */
  readonly wasShared: boolean;
  readonly removed: readonly string[];
  /** Names of links that something else has taken the place of, which stays. */
  readonly left: readonly string[];
  readonly skipped?: string;
}

/** The output of `agentlb share --json`. */
export function shareJson(output: ShareOutput): string {
  return jsonText<ShareOutput>(output);
}

/** The output of `agentlb share --undo --json`. */
export function unshareJson(output: UnshareOutput): string {
  return jsonText<UnshareOutput>(output);
}
