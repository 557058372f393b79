import type { ProcessIdentity } from "../system/identity.ts";

/** A process of an app-server of ours that may still run: the leader of its group, or what that has left behind. */
export interface ChildEntry extends ProcessIdentity {
  readonly alias: string;
  /** The real path of the auth file it uses. */
  readonly auth: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** It may be renewing the login right now. */
  readonly mayRenew: boolean;
  /** No signal ends it, at any age. */
  readonly neverSignal?: boolean | undefined;
  /** The value of `MARK` in the environment of all its processes. */
  readonly mark?: string | undefined;
}

/** The variable that tells the processes of one start of an app-server from all others. */
export const MARK = "AGENTLB_APP_SERVER";

const SCHEMA = "agentlb.children/1";

/** The text of `state/children.json`. A pid of 0 = about to be started. */
export function renderChildren(children: readonly ChildEntry[]): string {
  return `${JSON.stringify({ schema: SCHEMA, children }, undefined, 2)}\n`;
}

/** The entries of `state/children.json`; unreadable ones are left out. */
export function parseChildren(text: string | undefined): ChildEntry[] {
  if (text === undefined) return [];
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return [];
  }
  const list = (file as { children?: unknown } | null)?.children;
  return Array.isArray(list) ? list.filter(isEntry) : [];
}

function isEntry(value: unknown): value is ChildEntry {
  const entry = value as Partial<Record<keyof ChildEntry, unknown>> | null;
  return typeof entry === "object" && entry !== null &&
    typeof entry.alias === "string" && typeof entry.auth === "string" &&
    typeof entry.startTime === "string" && typeof entry.bootId === "string" &&
    Number.isSafeInteger(entry.pid) && (entry.pid as number) >= 0 && entry.pid !== 1 &&
    (entry.mark === undefined || typeof entry.mark === "string") &&
    typeof entry.startedAt === "number" && typeof entry.mayRenew === "boolean";
}
