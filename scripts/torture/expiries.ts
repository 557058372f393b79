import { expiry } from "./expiry.ts";
import { counted } from "./renewals.ts";
import type { Row } from "./row.ts";

/** Logins that come to their end while a Codex of the user is open in each home. */
export const guardedExpiries: Row = {
  name: "expiries",
  promise: "a login near its end is left to the Codex that has it open",
  unit: "expiries",
  async run(size) {
    const isLong = size === "long";
    const settings = { homes: isLong ? 20 : 4, leadSec: isLong ? 20 : 8 } as const;
    const [guarded, unguarded] = await Promise.all([
      expiry({ ...settings, minutesLeft: 10, isForced: !isLong, isGuarded: true }),
      expiry({ ...settings, minutesLeft: isLong ? 10 : 5, isForced: false, isGuarded: false }),
    ]);
    const { byUs, byUser, homes, readBetween, readBefore, readAfter } = guarded;
    return {
      tries: homes,
      planted: unguarded.refused > 0
        ? `without the guard ${unguarded.refused} of ${unguarded.homes} logins were refused`
        : undefined,
      failures: [
        ...counted(guarded.sentTwice, "tokens were sent twice"),
        ...counted(guarded.lost, "logins were lost"),
        ...counted(guarded.failedTurns, "turns failed"),
        ...counted(byUs, "tokens were asked for by an app-server of ours"),
        ...counted(homes - byUser, `of ${homes} logins were not renewed by Codex`),
        ...counted(readBetween, "readings of logins near their end"),
        ...(readBefore === 0 || readAfter < homes ? ["too few readings before or after"] : []),
      ],
      figures: { byUser, byUs, readBefore, readBetween, readAfter },
    };
  },
};
