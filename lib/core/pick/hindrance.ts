/** The kinds of reasons that make a session ineligible. */
export type Hindrance =
  | "missing"
  | "login"
  | "unhealthy"
  | "reading"
  | "paused"
  | "full"
  | "exhausted"
  | "paid";

/** The consequences of a kind of hindrance. */
export interface HindranceTraits {
  /** When no session is eligible, kinds are tried in this order, the lowest first. */
  readonly fallbackOrder: number;
  /** Ends by itself: as a fallback the first to come back is taken, not the next in turn. */
  readonly comesBack: boolean;
  /** Running such a session by name prints a warning. */
  readonly isCautioned: boolean;
  /** More left, or fewer turns, could make the session eligible. */
  readonly dependsOnQuantity: boolean;
  /** The notes of `agentlb status` include the session's account. */
  readonly hasAccount: boolean;
}

const USUAL: HindranceTraits = {
  fallbackOrder: 0,
  comesBack: false,
  isCautioned: false,
  dependsOnQuantity: false,
  hasAccount: true,
};

/** The traits of every kind; the compiler requires a row for each. */
export const HINDRANCES: Readonly<Record<Hindrance, HindranceTraits>> = {
  missing: { ...USUAL, hasAccount: false },
  unhealthy: USUAL,
  reading: USUAL,
  full: { ...USUAL, isCautioned: true, dependsOnQuantity: true },
  exhausted: { ...USUAL, fallbackOrder: 1, comesBack: true, isCautioned: true, dependsOnQuantity: true },
  login: { ...USUAL, fallbackOrder: 2 },
  paused: { ...USUAL, fallbackOrder: 3, isCautioned: true },
  /** Never a fallback: the user's settings exclude it. */
  paid: { ...USUAL, fallbackOrder: Infinity, isCautioned: true },
};
