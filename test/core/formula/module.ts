/** What of the program the formula's checks look at: the real modules, or mutated ones. */
export interface Formula {
  readonly judge: typeof import("../../../lib/core/score.ts").judge;
  readonly decide: typeof import("../../../lib/core/choice.ts").decide;
  readonly compareEligible: typeof import("../../../lib/core/score.ts").compareEligible;
  readonly gaugesOf: typeof import("../../../lib/core/windows.ts").gaugesOf;
  readonly defaultConfig: typeof import("../../../lib/core/config.ts").defaultConfig;
  readonly parseStatus: typeof import("../../../lib/core/status.ts").parseStatus;
}
