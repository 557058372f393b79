/** What keeps a session from being a candidate. */
export type Hindrance = "missing" | "login" | "unhealthy" | "reading" | "paused" | "full" | "exhausted";

/** What follows from a kind of hindrance. */
export interface HindranceTraits {
  /** When no session is eligible, kinds are tried in this order, the lowest first. */
  readonly fallbackOrder: number;
  /** It ends by itself at a known time: of these the one that comes back first is taken, not the next in turn. */
  readonly comesBack: boolean;
  /** A session that was asked for by name is run with a word of caution. */
  readonly isCautioned: boolean;
  /** With more left, or with fewer turns, the session could be a candidate. */
  readonly dependsOnQuantity: boolean;
  /** There is something to say of the session's account. */
  readonly hasAccount: boolean;
}

const USUAL: HindranceTraits = {
  fallbackOrder: 0,
  comesBack: false,
  isCautioned: false,
  dependsOnQuantity: false,
  hasAccount: true,
};

/** Every kind of hindrance. What treats kinds differently asks this table, where the compiler misses a kind without a row. */
export const HINDRANCES: Readonly<Record<Hindrance, HindranceTraits>> = {
  missing: { ...USUAL, hasAccount: false },
  unhealthy: USUAL,
  reading: USUAL,
  full: { ...USUAL, isCautioned: true, dependsOnQuantity: true },
  exhausted: { ...USUAL, fallbackOrder: 1, comesBack: true, isCautioned: true, dependsOnQuantity: true },
  login: { ...USUAL, fallbackOrder: 2 },
  paused: { ...USUAL, fallbackOrder: 3, isCautioned: true },
};
