import type { Equivalent } from "./score.ts";

/** Changes that make no difference, each with the reason. */
export const EQUIVALENTS: readonly Equivalent[] = [];
