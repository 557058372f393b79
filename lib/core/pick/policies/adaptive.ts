import type { Mode } from "./scored_candidate.ts";
import { FITS_HOURS } from "./drain.ts";

/** Quota becomes plentiful when one more session fits at least two of three candidates, and scarce below one of three. */
const PLENTY = 2 / 3;
const SCARCE = 1 / 3;

/** True when an account that lasts so many hours has room for one more session. */
export function fits(hours: number): boolean {
  return hours >= FITS_HOURS;
}

/** The next mode: drains while quota is plentiful, balances when it is scarce; `mode` is the last one. */
export function modeOf(mode: Mode | undefined, fitting: number, all: number): Mode {
  const share = fitting / Math.max(1, all);
  return share >= (mode === "drain" ? SCARCE : PLENTY) ? "drain" : "balanced";
}
