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
}
