import type { Readings } from "../../../lib/core/codex/rate_limits.ts";
import { left } from "../../../lib/core/quota/limits.ts";
import { gaugesOf } from "../../../lib/core/quota/windows.ts";
import { Broken } from "./check.ts";

/** The moment at which all is read. */
export const NOW = 1_795_170_055_000;

/** Throws `Broken` unless figures that were read make sense. */
export function checkLimits(readings: Pick<Readings, "limits"> | undefined): void {
  if (readings === undefined) return;
  gaugesOf(readings.limits, NOW);
  for (const window of [readings.limits.primary, readings.limits.secondary]) {
    if (window === null) continue;
    if (!(left(window) >= 0 && left(window) <= 100)) throw new Broken(`left ${left(window)}`);
    if (!Number.isSafeInteger(window.usedPercent)) throw new Broken(`used ${window.usedPercent}`);
  }
}
