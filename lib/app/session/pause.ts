import type { Layout } from "../../core/system/layout.ts";
import { parsePaused, renderPaused } from "../../core/session/paused.ts";
import { replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";
import { knownAlias } from "./sessions.ts";
import { glanceAt, recallFile, type StateHost } from "./state_file.ts";

/** Pauses or unpauses a session, given by alias or email. Returns its alias, and true when that changed anything. */
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

/** Reads the paused aliases. Only under the state lock. */
export function recallPaused(host: StateHost, layout: Layout): ReadonlySet<string> {
  return recallFile(host, layout.paused, parsePaused, "nobody is paused any more") ?? new Set();
}

/** Reads the paused aliases without the lock; changes nothing. */
export function glancePaused(layout: Layout): ReadonlySet<string> {
  return glanceAt(layout.paused, parsePaused) ?? new Set();
}

/** Forgets the pause of a removed alias, so that a later one of that name has none. Only under the state lock. */
export function forgetPaused(host: StateHost, layout: Layout, alias: string): void {
  const paused = recallPaused(host, layout);
  if (paused.has(alias)) write(layout, [...paused].filter((each) => each !== alias));
}

/** Pauses the new name of a paused alias instead of the old one. Only under the state lock. */
export function renamePaused(host: StateHost, layout: Layout, alias: string, to: string): void {
  const paused = recallPaused(host, layout);
  if (paused.has(alias)) write(layout, new Set([...paused].map((each) => each === alias ? to : each)));
}

/** Pauses a returned alias again. Only under the state lock. */
export function returnPaused(host: StateHost, layout: Layout, alias: string): void {
  write(layout, new Set([...recallPaused(host, layout), alias]));
}

function write(layout: Layout, aliases: Iterable<string>): void {
  replaceFile(layout.paused, renderPaused(aliases));
}
