import { join } from "node:path";
import { homeOf, type Layout } from "../../core/system/layout.ts";
import { parsePromise, type Promised, renderPromise } from "../../core/thread/promise.ts";
import { UnfitFile } from "../../core/text/failure.ts";
import { ensureFolder } from "../../io/files/folders.ts";
import { exists, namesIn, readOwn } from "../../io/files/read.ts";
import { removeFile, replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";
import { mayBeAlive, ownIdentity } from "../../io/process/process.ts";

/** The promises to go on with threads of an alias. One that can't be read belongs to none. */
export function promisesOf(layout: Layout, alias: string): Promised[] {
  return namesIn(layout.promises).filter((name) => /^[^.].*\.json$/.test(name)).sort().flatMap((name) => {
    const promise = parsed(textAt(join(layout.promises, name)));
    return promise?.alias === alias ? [promise] : [];
  });
}

/** Tells whether another living process keeps a promise. */
export function isHeld({ by }: Promised): boolean {
  return by.pid !== ownIdentity().pid && mayBeAlive(by);
}

/** Drops the promises of an alias that no process keeps. */
export async function forgetPromises(host: Host, layout: Layout, alias: string): Promise<void> {
  await change(host, layout, alias, (promise, path) => {
    if (!isHeld(promise)) removeFile(path);
  });
}

/** Gives a renamed alias its promises. */
export async function renamePromises(host: Host, layout: Layout, alias: string, to: string): Promise<void> {
  await change(
    host,
    layout,
    alias,
    (promise, path) => replaceFile(path, renderPromise(moved(layout, promise, to)), { durable: true }),
  );
}

/** Puts the promises of a returned alias back, unless newer ones are there. */
export async function returnPromises(
  host: Host,
  layout: Layout,
  alias: string,
  texts: readonly string[],
): Promise<void> {
  const promises = texts.map(parsed).filter((promise) => promise !== undefined);
  if (promises.length === 0) return;
  await withLock(host, layout.promisesLock, () => {
    ensureFolder(layout.promises);
    for (const promise of promises) {
      const path = join(layout.promises, `${promise.thread}.json`);
      if (!exists(path)) replaceFile(path, renderPromise(moved(layout, promise, alias)), { durable: true });
    }
  });
}

async function change(
  host: Host,
  layout: Layout,
  alias: string,
  changeOne: (promise: Promised, path: string) => void,
): Promise<void> {
  if (promisesOf(layout, alias).length === 0) return;
  await withLock(host, layout.promisesLock, () => {
    for (const promise of promisesOf(layout, alias)) {
      changeOne(promise, join(layout.promises, `${promise.thread}.json`));
    }
  });
}

function moved(layout: Layout, promise: Promised, alias: string): Promised {
  return { ...promise, alias, home: homeOf(layout, alias) };
}

/** What is no file holds no promise; one that the system does not let us read may hold one. */
function textAt(path: string): string {
  try {
    return readOwn(path) ?? "";
  } catch (error) {
    if (error instanceof UnfitFile) return "";
    throw error;
  }
}

function parsed(text: string): Promised | undefined {
  try {
    const promise = parsePromise(text);
    return /^[0-9A-Za-z-]+$/.test(promise.thread) ? promise : undefined;
  } catch {
    return undefined;
  }
}
