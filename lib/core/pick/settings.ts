/** The settings of the table `[sessions]` that a score depends on. */
export interface ScoreSettings {
  readonly staleSec: number;
  readonly busyPenalty: number;
  readonly unknownUsageLeftPercent: number;
  readonly usagePrimaryWeightPercent: number;
  readonly usageSecondaryWeightPercent: number;
  readonly restartPenaltyPerRestart: number;
  readonly restartPenaltyCap: number;
  readonly stalenessPenaltyMax: number;
  readonly paid: Paid;
}

/** The rule for API keys and credits: picked after every plan that has anything left, never, or ranked like a plan. */
export type Paid = (typeof PAID)[number];
export const PAID = ["last", "never", "ranked"] as const;
