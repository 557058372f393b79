import type { Mode } from "./scored_candidate.ts";
import { FITS_HOURS } from "./drain.ts";

/** Quota is plentiful when a session fits in at least two of three; then it stays so until it fits in fewer than one of three. */
const PLENTY = 2 / 3;
const SCARCE = 1 / 3;

/** Whether a session fits where it lasts so many hours. */
export function fits(hours: number): boolean {
  return hours >= FITS_HOURS;
}

/** Drains while quota is plentiful, balances when it is scarce; `mode` is what it did last. */
export function modeOf(mode: Mode | undefined, fitting: number, all: number): Mode {
  const share = fitting / Math.max(1, all);
  return share >= (mode === "drain" ? SCARCE : PLENTY) ? "drain" : "balanced";
}
