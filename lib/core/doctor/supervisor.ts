import { type Caller, reachesOtherwise } from "../supervisor/caller.ts";
import type { OwnRecord } from "../supervisor/own_record.ts";
import { formatTime } from "../text/time.ts";
import { type Finding, finding } from "./finding.ts";

/** Facts about the supervisor. */
export interface SupervisorFacts {
  readonly at: "here" | "elsewhere" | "nowhere";
  readonly isDisabled: boolean;
  readonly record: OwnRecord | undefined;
  /** The surroundings of this program; `codex` is the one that a supervisor started here would run. */
  readonly here: Caller;
}

const LACKS = { codex: "no codex that starts", network: "no network" } as const;

/** The findings about the supervisor. */
export function supervisorFindings({ at, isDisabled, record, here }: SupervisorFacts): Finding[] {
  const found: Finding[] = [];
  if (isDisabled) found.push(finding("supervisor-disabled", "AGENTLB_SUPERVISOR_DISABLED is 1"));
  if (at === "nowhere") {
    return isDisabled ? found : [finding("supervisor-stopped", "the supervisor is not running")];
  }
  if (at === "elsewhere") {
    found.push(
      finding("supervisor-elsewhere", "the supervisor runs in another container or on another machine"),
    );
  }
  if (record === undefined) return found;
  const { trouble, has } = record;
  if (trouble !== undefined) {
    const since = formatTime(trouble.sinceMs);
    found.push(
      finding("supervisor-failing", `the supervisor has had ${LACKS[trouble.kind]} since ${since}`),
    );
  }
  if (at === "elsewhere") return found;
  if (has.codex === "" && here.codex !== "") {
    found.push(finding("supervisor-poorer", `the supervisor finds no codex, and here it is ${here.codex}`));
  } else if (here.codex !== "" && has.codex !== here.codex) {
    found.push(finding("supervisor-codex", `the supervisor runs ${has.codex}, and here it is ${here.codex}`));
  }
  if (trouble?.kind === "network" && reachesOtherwise(here, has)) {
    found.push(
      finding("supervisor-poorer", "the supervisor has another proxy or network than this terminal"),
    );
  }
  return found;
}
