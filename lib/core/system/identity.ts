/** The identity of a process, safe against pid reuse and reboots. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Its start time in the kernel's own units; only ever compared. */
  readonly startTime: string;
  readonly bootId: string;
}

/** The holder of `locks/supervisor.lock`: the content of that file. */
export interface DaemonIdentity extends ProcessIdentity {
  readonly version: string;
  readonly exe: string;
}

/** One line; complete only with its newline. */
export function renderIdentity(identity: DaemonIdentity): string {
  return `${JSON.stringify(identity)}\n`;
}

/** The identity in a lock file's content; undefined when it has none or an incomplete one. */
export function parseIdentity(text: string): DaemonIdentity | undefined {
  if (!text.endsWith("\n")) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const fields = value as Partial<Record<keyof DaemonIdentity, unknown>> | null;
  if (typeof fields !== "object" || fields === null) return undefined;
  const { pid, startTime, bootId, version, exe } = fields;
  if (!Number.isSafeInteger(pid) || (pid as number) < 2) return undefined;
  if (typeof startTime !== "string" || typeof bootId !== "string") return undefined;
  if (typeof version !== "string" || typeof exe !== "string") return undefined;
  return { pid: pid as number, startTime, bootId, version, exe };
}

/** Tells whether version `a` ("1.2.3") is older than `b`; an unreadable one is not older. */
export function isOlder(a: string, b: string): boolean {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
