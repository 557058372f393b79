/** What of the program the formula's checks look at: the real modules, or mutated ones. */
export interface Formula {
  readonly judge: typeof import("../../../lib/core/pick/score.ts").judge;
  readonly decide: typeof import("../../../lib/core/pick/decide.ts").decide;
  readonly compareEligible: typeof import("../../../lib/core/pick/score.ts").compareEligible;
  readonly gaugesOf: typeof import("../../../lib/core/quota/windows.ts").gaugesOf;
  readonly defaultConfig: typeof import("../../../lib/core/config/config.ts").defaultConfig;
  readonly parseStatus: typeof import("../../../lib/core/session/status.ts").parseStatus;
}
