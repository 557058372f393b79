/** What a score depends on, of the table `[sessions]`. */
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

/** When what costs money is picked: after every plan that has anything left, never, or ranked like a plan. */
export type Paid = (typeof PAID)[number];
export const PAID = ["last", "never", "ranked"] as const;
