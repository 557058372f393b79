import type { ProcessIdentity } from "../system/identity.ts";
import { objectOf, textOf } from "../text/json.ts";

/** A process of ours that runs Codex in a home, or was replaced by it. */
export interface Run extends ProcessIdentity {
  readonly home: string;
}

const SCHEMA = "agentlb.run/1";

/** The text of a file in `state/runs`. */
export function renderRun({ home, pid, startTime, bootId }: Run): string {
  return `${JSON.stringify({ schema: SCHEMA, home, pid, startTime, bootId })}\n`;
}

/** Parses the run; undefined when there is none that makes sense. */
export function parseRun(text: string | undefined): Run | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
  const record = objectOf(value);
  const pid = record?.get("pid");
  if (record?.get("schema") !== SCHEMA || !Number.isSafeInteger(pid) || (pid as number) < 2) return undefined;
  const [home, startTime, bootId] = ["home", "startTime", "bootId"].map((key) => textOf(record?.get(key)));
  return { home: home!, pid: pid as number, startTime: startTime!, bootId: bootId! };
}
