import { type DaemonIdentity, parseIdentity } from "../../core/system/identity.ts";
import type { Layout } from "../../core/system/layout.ts";
import { readOwn } from "../../io/files/read.ts";
import { replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { tryLock } from "../../io/lock/lock.ts";
import { livingDaemon } from "./living_daemon.ts";

/** The location of a root's supervisor; elsewhere = its lock is held by a process that is not visible from here. */
export type Whereabouts =
  | { readonly at: "here"; readonly identity: DaemonIdentity }
  | { readonly at: "elsewhere"; readonly who: Elsewhere }
  | { readonly at: "nowhere" };

/** A supervisor that is not visible: the text of its lock file, and its pid there if readable. */
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
 * Finds out where the supervisor runs: the identity in its lock file tells. Tries the lock only if that names a process
 * that is not visible: a supervisor clears the file when it ends.
 */
export async function whereabouts({ clock }: Pick<Host, "clock">, layout: Layout): Promise<Whereabouts> {
  for (let look = 0;; look++) {
    const identity = livingDaemon(layout);
    if (identity !== undefined) return { at: "here", identity };
    const text = readOwn(layout.supervisorLock) ?? "";
    if (text === "" || !(await isHeld(layout.supervisorLock))) return { at: "nowhere" };
    // A starting supervisor takes the lock shortly before it writes its identity.
    if (look === LOOKS) {
      const { pid, version = "" } = parseIdentity(text) ?? {};
      return { at: "elsewhere", who: { text, pid, version } };
    }
    await clock.sleep(LOOK_MS);
  }
}

/** True the first time this supervisor is found elsewhere; records that the user is informed. */
export function isNewsElsewhere(layout: Layout, { text }: Elsewhere): boolean {
  try {
    if (readOwn(layout.elsewhere) === text) return false;
    replaceFile(layout.elsewhere, text);
  } catch {
    // Without a record the message is repeated each time.
  }
  return true;
}

/**
 * Tells whether a process holds the lock, by taking it for a moment. There is no other way: the kernel lists only locks
 * of visible processes (/proc/locks leaves out those of other containers and machines), and this asks for the others.
 * Taking it harms nobody: this happens only when the file names no visible process, and a supervisor that starts at
 * that moment tries for a second.
 */
async function isHeld(path: string): Promise<boolean> {
  try {
    const lock = await tryLock(path);
    lock?.release();
    return lock === undefined;
  } catch {
    return false; // no permission, or a file system without locks
  }
}
