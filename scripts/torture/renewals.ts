import { kills } from "./kills.ts";
import type { Row } from "./row.ts";

/** Supervisors killed while they renew logins. */
export const renewals: Row = {
  name: "kills",
  promise: "no login is lost or renewed twice when the supervisor is killed",
  unit: "kills",
  async run(size) {
    const { sentTwice, lost, dead, ...figures } = await kills(
      size === "long" ? { kills: 200, users: 3, sessions: 4 } : { kills: 8, users: 1, sessions: 3 },
    );
    return {
      tries: figures.kills,
      planted: figures.whileRenewing > 0 ? `${figures.whileRenewing} kills hit a renewal` : undefined,
      failures: [
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
