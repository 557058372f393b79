import { clockFindings } from "../../core/doctor/clock.ts";
import type { Finding } from "../../core/doctor/finding.ts";
import { homeOf } from "../../core/system/layout.ts";
import { parseTime } from "../../core/text/time.ts";
import { issuedIn } from "../codex/account_file.ts";
import { readStatus } from "../pick/survey.ts";
import { aliasesOf } from "../session/sessions.ts";
import type { Around } from "./around.ts";

/** Checks the clock by times that were written before; asks no other clock. */
export function lookAtClock({ host, layout }: Around): Finding[] {
  const written = parseTime(readStatus(layout).status.updatedAt);
  return clockFindings({
    nowMs: host.clock.now(),
    times: [
      ...written === undefined ? [] : [{ of: layout.status, isIssued: false, ms: written }],
      ...aliasesOf(layout).flatMap((alias) => {
        const ms = issuedIn(homeOf(layout, alias));
        return ms === undefined ? [] : [{ of: alias, isIssued: true, ms }];
      }),
    ],
  });
}
