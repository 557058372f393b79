import type { Outcome } from "../../core/simulation/world.ts";

/** What `agentlb simulate --json` prints. */
export interface SimulationOutput {
  readonly schema: "agentlb.simulation/1";
  /** The random seeds; none for the work of the past. */
  readonly seeds: readonly number[];
  readonly scenarios: readonly SimulatedScenario[];
}

/** One workload under every policy. */
export interface SimulatedScenario {
  readonly name: string;
  /** In words. */
  readonly about: string;
  /** The means over all seeds. */
  readonly means: readonly PolicyMeans[];
  /** The figures of each seed. */
  readonly trials: readonly {
    /** Null for the work of the past. */
    readonly seed: number | null;
    /** The most work that could have been served, with perfect foresight. */
    readonly bound: number;
    readonly outcomes: readonly (Outcome & { readonly policy: string })[];
  }[];
}

/** The means of one policy. */
export interface PolicyMeans {
  /** A policy, or one of the references beside them. */
  readonly policy: string;
  /** Percent of the work that was asked for. */
  readonly servedPercent: number;
  /** Percent of the upper bound. */
  readonly boundPercent: number;
  /** Turns cut short by a full window. */
  readonly blocked: number;
  /** Those of them that another account could have finished at that moment. */
  readonly avoidable: number;
  /** Avoidable ones, compared with those of the documented score; absent when that has none. */
  readonly avoidablePercentOfDocumented?: number | undefined;
  /** Sessions begun anew on another account after a block. */
  readonly switches: number;
}
