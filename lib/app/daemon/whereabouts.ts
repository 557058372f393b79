import { type DaemonIdentity, parseIdentity } from "../../core/system/identity.ts";
import type { Layout } from "../../core/system/layout.ts";
import { readText } from "../../io/files/read.ts";
import { replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { tryLock } from "../../io/lock/lock.ts";
import { livingDaemon } from "./living_daemon.ts";

/** Where the supervisor of a root runs: elsewhere = its lock is held by a process that can't be seen from here. */
export type Whereabouts =
  | { readonly at: "here"; readonly identity: DaemonIdentity }
  | { readonly at: "elsewhere"; readonly who: Elsewhere }
  | { readonly at: "nowhere" };

/** A supervisor that can't be seen: what its lock file says, and the number that it has there, if that can be read. */
export interface Elsewhere {
  readonly text: string;
  readonly pid: number | undefined;
  readonly version: string;
}

export const ELSEWHERE =
  "the supervisor of this folder runs elsewhere: in another container or on another machine";

const LOOKS = 10;
const LOOK_MS = 20;

/**
 * Where the supervisor runs. Its lock is tried only when the process that its file names is not to be seen: a supervisor
 * that ends takes its name out.
 */
export async function whereabouts({ clock }: Pick<Host, "clock">, layout: Layout): Promise<Whereabouts> {
  for (let look = 0;; look++) {
    const identity = livingDaemon(layout);
    if (identity !== undefined) return { at: "here", identity };
    const text = readText(layout.supervisorLock) ?? "";
    if (text === "" || !(await isHeld(layout.supervisorLock))) return { at: "nowhere" };
    // One that is just starting holds the lock and writes its name in a moment.
    if (look === LOOKS) {
      const { pid, version = "" } = parseIdentity(text) ?? {};
      return { at: "elsewhere", who: { text, pid, version } };
    }
    await clock.sleep(LOOK_MS);
  }
}

/** Whether the user has not been told yet that this very supervisor runs elsewhere; from now on they have. */
export function isNewsElsewhere(layout: Layout, { text }: Elsewhere): boolean {
  try {
    if (readText(layout.elsewhere) === text) return false;
    replaceFile(layout.elsewhere, text);
  } catch {
    // Where nothing can be written it is said each time.
  }
  return true;
}

async function isHeld(path: string): Promise<boolean> {
  try {
    const lock = await tryLock(path);
    lock?.release();
    return lock === undefined;
  } catch {
    return false; // not ours to open, or a file system without locks
  }
}
