import { type Caller, reachesOtherwise } from "../supervisor/caller.ts";
import type { OwnRecord } from "../supervisor/own_record.ts";
import { formatTime } from "../text/time.ts";
import { type Finding, finding } from "./finding.ts";

/** Facts about the supervisor. */
export interface SupervisorFacts {
  readonly at: "here" | "elsewhere" | "nowhere";
  readonly isDisabled: boolean;
  readonly record: OwnRecord | undefined;
  /** The version of the supervisor that runs here, and whether it is older or newer than this program. */
  readonly version: string | undefined;
  readonly age: "same" | "older" | "newer";
  /** A running supervisor of an earlier program. */
  readonly second: number | undefined;
  /** The process in supervisor.pid, when it is no supervisor. */
  readonly stalePid: number | undefined;
  readonly pidFile: string;
  /** App-servers of a supervisor that has ended. */
  readonly orphans: readonly { readonly alias: string; readonly pid: number; readonly ageMs: number }[];
  /** The surroundings of this program; `codex` is the one that a supervisor started here would run. */
  readonly here: Caller;
}

const LACKS = { codex: "no codex that starts", network: "no network" } as const;

/** Age from which an app-server without its supervisor is stuck: until then it may finish what it does. */
const STUCK_MS = 60_000;

/** The findings about the supervisor. */
export function supervisorFindings(facts: SupervisorFacts): Finding[] {
  return [...ownFindings(facts), ...versionFindings(facts), ...remainFindings(facts)];
}

function versionFindings({ version, age }: SupervisorFacts): Finding[] {
  if (version === undefined || age === "same") return [];
  const what = `the supervisor is of version ${version}`;
  return [age === "older" ? finding("supervisor-old", what) : finding("supervisor-new", what)];
}

/** What a supervisor of another program, or one that was killed, leaves here. */
function remainFindings({ second, stalePid, pidFile, orphans }: SupervisorFacts): Finding[] {
  const found: Finding[] = [];
  if (second !== undefined) {
    found.push(
      finding("supervisor-second", `the supervisor of an earlier program is running (pid ${second})`),
    );
  }
  if (stalePid !== undefined) {
    const repair = { kind: "remove pid", path: pidFile, pid: stalePid } as const;
    found.push(
      finding("supervisor-pid", `${pidFile} names a process that is no supervisor (${stalePid})`, "", repair),
    );
  }
  for (const { alias, pid, ageMs } of orphans) {
    if (ageMs < STUCK_MS) continue;
    found.push(
      finding("supervisor-orphan", `${alias}: an app-server has no supervisor any more (pid ${pid})`),
    );
  }
  return found;
}

function ownFindings({ at, isDisabled, record, here }: SupervisorFacts): Finding[] {
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
