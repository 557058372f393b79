import { isLostByKillingCodex, kills } from "./kills.ts";
import type { Row } from "./row.ts";

/** Supervisors killed while they renew logins. */
export const renewals: Row = {
  name: "kills",
  promise: "no login is lost or renewed twice when the supervisor is killed",
  unit: "kills",
  async run(size) {
    const isFound = await isLostByKillingCodex();
    const { sentTwice, lost, dead, ...figures } = await kills(
      size === "long" ? { kills: 200, users: 3, sessions: 4 } : { kills: 8, users: 1, sessions: 3 },
    );
    return {
      tries: figures.kills,
      planted: isFound ? "a Codex killed in its renewal lost its login" : undefined,
      failures: [
        ...(figures.whileRenewing === 0 ? ["no kill hit a renewal"] : []),
        ...counted(sentTwice, "tokens were sent twice"),
        ...counted(lost, "logins were lost"),
        ...counted(dead, "homes in which Codex does no turn"),
      ],
      figures: { ...figures },
    };
  },
};

/** One failure with its count; none for 0. */
export function counted(count: number, what: string): string[] {
  return count > 0 ? [`${count} ${what}`] : [];
}
