/** What of the program the formula's checks look at: the real modules, or mutated ones. */
export interface Formula {
  readonly judge: typeof import("../../../lib/core/score.ts").judge;
  readonly best: typeof import("../../../lib/core/score.ts").best;
  readonly defaultConfig: typeof import("../../../lib/core/config.ts").defaultConfig;
  readonly parseStatus: typeof import("../../../lib/core/status.ts").parseStatus;
}
