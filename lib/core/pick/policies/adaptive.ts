import type { Contender, Mode, Ranking } from "./contender.ts";
import { balanced } from "./balanced.ts";
import { drain, FITS_HOURS } from "./drain.ts";
import { hoursLeft } from "./hours.ts";

/** Quota is plentiful when a session fits in at least two of three; then it stays so until it fits in fewer than one of three. */
const PLENTY = 2 / 3;
const SCARCE = 1 / 3;

/** Drains while quota is plentiful, balances when it is scarce; `mode` is what it did last. */
export function adaptive(contenders: readonly Contender[], nowMs: number, mode: Mode | undefined): Ranking {
  const next = modeOf(contenders, mode);
  return { figures: next === "drain" ? drain(contenders, nowMs) : balanced(contenders), mode: next };
}

function modeOf(contenders: readonly Contender[], mode: Mode | undefined): Mode {
  const fitting = hoursLeft(contenders).filter((hours) => hours >= FITS_HOURS).length;
  const share = fitting / Math.max(1, contenders.length);
  return share >= (mode === "drain" ? SCARCE : PLENTY) ? "drain" : "balanced";
}
