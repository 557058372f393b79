import { createHash } from "node:crypto";
import type { ProcessIdentity } from "../../system/identity.ts";
import { objectOf, textOf } from "../../text/json.ts";

/** Progress of the restart of one worker. */
export type Step = "running" | "stopped" | "resumed" | "told" | "failed";

/** The last rotation of a team and its restart. Kept beside the state, so that another process can finish it. */
export interface Restart {
  readonly team: string;
  readonly from: string;
  readonly to: string;
  /** Time of the rotation, epoch milliseconds; 0 = never. */
  readonly at: number;
  /** The rotating process. */
  readonly by: ProcessIdentity;
  /** "rotating": the rotation was about to happen; it may or may not have. */
  readonly phase: "rotating" | "restarting" | "done";
  readonly workers: ReadonlyMap<string, Step>;
  /** Time at which each worker was resumed, epoch milliseconds. */
  readonly resumedAt: ReadonlyMap<string, number>;
  /** The number of limit messages on each worker's screen after its restart. */
  readonly banners: ReadonlyMap<string, number>;
}

/** The next action for one worker. */
export type Chore = { readonly do: "stop" | "resume" | "tell"; readonly worker: string };

/** The next action: all workers are stopped first, then each is resumed and notified; undefined when all is done. */
export function nextChore(workers: Restart["workers"]): Chore | undefined {
  const entries = [...workers];
  const running = entries.find(([, step]) => step === "running");
  if (running) return { do: "stop", worker: running[0] };
  const open = entries.find(([, step]) => step === "stopped" || step === "resumed");
  return open && { do: open[1] === "stopped" ? "resume" : "tell", worker: open[0] };
}

/** `restart` with one worker advanced by one step. */
export function withStep(restart: Restart, worker: string, step: Step): Restart {
  return { ...restart, workers: new Map(restart.workers).set(worker, step) };
}

/** The path of a team directory's record. */
export function recordOf(stateFile: string, team: string): string {
  return `${stateFile}.restart-${createHash("sha256").update(team).digest("hex").slice(0, 8)}.json`;
}

const SCHEMA = "agentlb.restart/1";

export function renderRestart(restart: Restart): string {
  const { workers, resumedAt, banners, ...rest } = restart;
  const lists = { workers: [...workers], resumedAt: [...resumedAt], banners: [...banners] };
  const record = { schema: SCHEMA, ...rest, ...lists };
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

/** Parses the record; undefined when there is none that makes sense. */
export function parseRestart(text: string | undefined): Restart | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
  const record = objectOf(value);
  const by = objectOf(record?.get("by"));
  const phase = record?.get("phase");
  const [at, pid] = [record?.get("at"), by?.get("pid")];
  if (record?.get("schema") !== SCHEMA || typeof at !== "number" || typeof pid !== "number") return undefined;
  if (phase !== "rotating" && phase !== "restarting" && phase !== "done") return undefined;
  return {
    team: textOf(record.get("team")),
    from: textOf(record.get("from")),
    to: textOf(record.get("to")),
    at,
    by: { pid, startTime: textOf(by?.get("startTime")), bootId: textOf(by?.get("bootId")) },
    phase,
    workers: new Map(
      pairsOf(record.get("workers")).filter((pair): pair is [string, Step] => STEPS.has(pair[1])),
    ),
    resumedAt: numbersOf(record.get("resumedAt")),
    banners: numbersOf(record.get("banners")),
  };
}

const STEPS = new Set<unknown>(["running", "stopped", "resumed", "told", "failed"]);

function numbersOf(value: unknown): Map<string, number> {
  return new Map(pairsOf(value).filter((pair): pair is [string, number] => typeof pair[1] === "number"));
}

function pairsOf(value: unknown): [string, unknown][] {
  if (!Array.isArray(value)) return [];
  return value.filter((pair): pair is [string, unknown] =>
    Array.isArray(pair) && typeof pair[0] === "string"
  );
}
