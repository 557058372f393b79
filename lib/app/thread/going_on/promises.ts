import { join } from "node:path";
import type { ProcessIdentity } from "../../../core/system/identity.ts";
import type { Layout } from "../../../core/system/layout.ts";
import { Failure, wordsOf } from "../../../core/text/failure.ts";
import { parsePromise, type Promised, renderPromise } from "../../../core/thread/promise.ts";
import { ensureFolder } from "../../../io/files/folders.ts";
import { namesIn, readOwn } from "../../../io/files/read.ts";
import { removeFile, replaceFile, sweepTemporaries } from "../../../io/files/replace.ts";
import type { Host } from "../../../io/host.ts";
import { withLock } from "../../../io/lock/lock.ts";
import { mayBeAlive, ownIdentity } from "../../../io/process/process.ts";

/** The promises to go on, a file each; a promise is written by the process that keeps it alone. */
export interface PromiseStore {
  /** This process. */
  readonly self: ProcessIdentity;
  read(thread: string): Promised | undefined;
  all(): Promised[];
  /** The other process that keeps a promise; undefined when that has ended, or is this one. */
  holderOf(promise: Promised): number | undefined;
  /** Makes a promise of this process, unless another one keeps it: returns false then. */
  claim(promise: Promised): Promise<boolean>;
  /** Writes a promise of this process, so that it survives a power loss. */
  write(promise: Promised): void;
  remove(thread: string): void;
  /** Removes a promise that no living process keeps; returns the process that does, or whether there was one. */
  forget(thread: string): Promise<boolean | { readonly heldBy: number }>;
}

interface StoreSettings {
  readonly self?: ProcessIdentity;
  readonly isAlive?: (identity: ProcessIdentity) => boolean;
  readonly locked?: <T>(action: () => T) => Promise<T>;
}

/** The promises below a root. */
export function promiseStore(
  host: Pick<Host, "clock" | "random">,
  layout: Pick<Layout, "promises" | "promisesLock">,
  settings: StoreSettings = {},
): PromiseStore {
  const { self = ownIdentity(), isAlive = mayBeAlive } = settings;
  const locked = settings.locked ?? (<T>(action: () => T) => withLock(host, layout.promisesLock, action));
  const fileOf = (thread: string) => join(layout.promises, `${thread}.json`);
  const isOurs = ({ by }: Promised) => by.pid === self.pid && by.startTime === self.startTime;
  const holderOf = (promise: Promised) =>
    isOurs(promise) || !isAlive(promise.by) ? undefined : promise.by.pid;
  const read = (thread: string) => {
    const text = readOwn(fileOf(thread));
    return text === undefined ? undefined : parsed(text, fileOf(thread));
  };
  const write = (promise: Promised) =>
    replaceFile(fileOf(promise.thread), renderPromise(promise), { durable: true });
  return {
    self,
    read,
    all: () =>
      namesIn(layout.promises).filter((name) => /^[^.].*\.json$/.test(name)).sort().flatMap((name) =>
        read(name.slice(0, -".json".length)) ?? []
      ),
    holderOf,
    claim: (promise) =>
      locked(() => {
        const known = read(promise.thread);
        if (known !== undefined && holderOf(known) !== undefined) return false;
        ensureFolder(layout.promises);
        sweepTemporaries(layout.promises, host.clock.now());
        write(promise);
        return true;
      }),
    write,
    remove: (thread) => removeFile(fileOf(thread)),
    forget: (thread) =>
      locked(() => {
        const path = fileOf(thread);
        if (readOwn(path) === undefined) return false;
        const heldBy = heldAt(path, holderOf);
        if (heldBy !== undefined) return { heldBy };
        removeFile(path);
        return true;
      }),
  };
}

function parsed(text: string, path: string): Promised {
  try {
    return parsePromise(text);
  } catch (error) {
    throw new Failure("failed", `Cannot read ${path}: ${wordsOf(error)}`, {
      hint: "look whether its thread is at work, then drop it: agentlb waiting --forget <thread>",
    });
  }
}

/** A file that can't be read is kept by nobody. */
function heldAt(path: string, holderOf: (promise: Promised) => number | undefined): number | undefined {
  try {
    return holderOf(parsePromise(readOwn(path) ?? ""));
  } catch {
    return undefined;
  }
}
