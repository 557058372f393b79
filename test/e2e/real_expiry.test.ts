import { describe, test } from "vitest";
import { expiry } from "../../scripts/torture/expiry.ts";
import { patience } from "../../rig/patience.ts";

// With the real Codex 0.171, open in every home, while the logins come to ten minutes before their end. That Codex
// renews them then, and not five minutes later, is the service's doing; `npm run torture` waits.

describe.concurrent("logins that Codex is about to renew", () => {
  test("are left to it: no app-server of ours asks for a token, or anything else", async ({ expect }) => {
    const figures = await expiry({ homes: 10, isGuarded: true, leadSec: 8, minutesLeft: 10, isForced: true });
    console.log(`figure: guarded: ${JSON.stringify(figures)}`);
    expect(figures).toMatchObject({
      byUs: 0,
      byUser: 10,
      sentTwice: 0,
      refused: 0,
      readBetween: 0,
      lost: 0,
      failedTurns: 0,
    });
    expect(figures.readBefore).toBeGreaterThan(0);
    expect(figures.readAfter).toBeGreaterThanOrEqual(10);
  }, patience(120_000));

  test("would be renewed twice by a supervisor that does not mind", async ({ expect }) => {
    const figures = await expiry({ homes: 4, isGuarded: false, leadSec: 8, minutesLeft: 5, isForced: false });
    console.log(`figure: unguarded: ${JSON.stringify(figures)}`);
    expect(figures.byUs).toBeGreaterThan(0);
    expect(figures.refused).toBeGreaterThan(0);
  }, patience(120_000));
});
