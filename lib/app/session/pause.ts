import type { Layout } from "../../core/system/layout.ts";
import { parsePaused, renderPaused } from "../../core/session/paused.ts";
import { replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";
import { knownAlias } from "./sessions.ts";
import { glanceAt, recallFile, type Told } from "./state_file.ts";

/** Pauses a session, given by alias or email, or ends that; says its alias, and whether that changed anything. */
export async function setPaused(
  host: Host,
  layout: Layout,
  target: string,
  isPaused: boolean,
): Promise<{ readonly alias: string; readonly isNew: boolean }> {
  return await withLock(host, layout.stateLock, () => {
    const alias = knownAlias(host, layout, target);
    const paused = recallPaused(host, layout);
    if (paused.has(alias) === isPaused) return { alias, isNew: false };
    write(layout, isPaused ? [...paused, alias] : [...paused].filter((each) => each !== alias));
    return { alias, isNew: true };
  });
}

/** The aliases that are not picked by themselves. Only under the state lock. */
export function recallPaused(host: Told, layout: Layout): ReadonlySet<string> {
  return recallFile(host, layout.paused, parsePaused, "nobody is paused any more") ?? new Set();
}

/** The same without the lock; nothing is changed. */
export function glancePaused(layout: Layout): ReadonlySet<string> {
  return glanceAt(layout.paused, parsePaused) ?? new Set();
}

/** A later alias of that name is another one. Only under the state lock. */
export function forgetPaused(host: Told, layout: Layout, alias: string): void {
  const paused = recallPaused(host, layout);
  if (paused.has(alias)) write(layout, [...paused].filter((each) => each !== alias));
}

function write(layout: Layout, aliases: readonly string[]): void {
  replaceFile(layout.paused, renderPaused(aliases));
}
