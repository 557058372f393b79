import { join } from "node:path";
import {
  type ChildEntry,
  MARK,
  parseChildren,
  renderChildren,
} from "../../../core/session/app_server_record.ts";
import { wordsOf } from "../../../core/text/failure.ts";
import { homeOf, type Layout } from "../../../core/system/layout.ts";
import { readOwn } from "../../../io/files/read.ts";
import { MOST_BYTES } from "../../../io/files/sizes.ts";
import { NOT_OURS, replaceFile } from "../../../io/files/replace.ts";
import type { Clock } from "../../../io/host.ts";
import type { Journal } from "../../../io/journal.ts";
import { serversIn } from "../../../io/process/codex_processes.ts";
import { kinOf } from "../../../io/process/kin.ts";
import { hasGroup, identityOf, isAlive, signal, variableOf } from "../../../io/process/process.ts";
import { UNTOUCHABLE_MS } from "../../codex/app_server.ts";

/** The record of supervised app-servers, read by commands before they start Codex and by the next supervisor. */
export class Children {
  readonly #layout: Layout;
  readonly #journal: Journal;
  #entries: ChildEntry[] = [];
  /** Processes of app-servers of an earlier supervisor, and what ended app-servers of this one have left. */
  #orphans: ChildEntry[] = [];
  /** Monotonic milliseconds. */
  #lookedAt: number | undefined;
  readonly #mayWrite: (path: string) => boolean;
  #isUnwritten = false;

  constructor(layout: Layout, journal: Journal, mayWrite: (path: string) => boolean) {
    this.#layout = layout;
    this.#journal = journal;
    this.#mayWrite = mayWrite;
    const recorded = parseChildren(this.#text());
    const left = recorded.flatMap((entry) => entry.pid === 0 ? unrecorded(layout, entry) : entry);
    this.#orphans = withKin(left).filter(isAlive);
    if (recorded.length > 0) this.#write();
  }

  /** Processes without a supervisor that still run; drops the others. */
  orphans(): readonly ChildEntry[] {
    const alive = this.#orphans.filter(isAlive);
    if (alive.length !== this.#orphans.length) {
      this.#orphans = alive;
      this.#write();
    }
    return alive;
  }

  /** Ends orphans older than a minute; younger ones may be renewing a login. Returns the wait until the next check. */
  endStuck(clock: Clock): number {
    if (this.#isUnwritten) this.#write();
    if (this.#orphans.length > 0) this.#adopt(this.#orphans);
    const orphans = this.orphans();
    this.#lookedAt ??= clock.monotonic();
    const watchedMs = clock.monotonic() - this.#lookedAt;
    for (const { pid, startedAt, neverSignal } of orphans) {
      if (neverSignal === true) continue;
      const age = clock.now() - startedAt;
      // The age is wrong after the clock was set back.
      if (Math.max(age, watchedMs) < UNTOUCHABLE_MS) continue;
      signal(pid, "SIGKILL");
      signal(-pid, "SIGKILL"); // the group that it leads, if any
    }
    return orphans.length > 0 || this.#isUnwritten ? 1000 : Infinity;
  }

  /** Notes the processes that these have started. */
  #adopt(entries: readonly ChildEntry[], hasJustEnded = false): void {
    const kin = withKin(entries, hasJustEnded).filter((entry) =>
      isAlive(entry) && !this.#orphans.some((other) => isSame(other, entry))
    );
    if (kin.length === 0) return;
    this.#orphans.push(...kin);
    this.#write();
  }

  /** Records a child. Throws on a write error if it may renew a login: that entry must be on disk before the start. */
  add(entry: ChildEntry): void {
    this.#entries = [...this.#entries.filter((other) => !isSame(other, entry)), entry];
    this.#write(entry.mayRenew);
  }

  /** Replaces the entry of a starting child by the started one, or removes it. */
  settle(alias: string, started: ChildEntry | undefined): void {
    this.#entries = this.#entries.filter((other) => !(other.alias === alias && other.pid === 0));
    if (started) this.#entries.push(started);
    this.#write(); // on a full disk the entry without a pid stays, which is safe
  }

  /** Records that a child no longer can be renewing the login. */
  renewed(pid: number): void {
    this.#mark(pid, false);
  }

  /** Records that a child may be renewing the login. */
  renewing(pid: number): void {
    this.#mark(pid, true);
  }

  #mark(pid: number, mayRenew: boolean): void {
    this.#entries = this.#entries.map((entry) => entry.pid === pid ? { ...entry, mayRenew } : entry);
    this.#write();
  }

  /** Drops a child that has ended; with `isKept` something of it still holds its pipe. What it left is an orphan now. */
  remove(pid: number, isKept = false): void {
    const ended = this.#entries.filter((entry) => entry.pid === pid);
    this.#entries = this.#entries.filter((entry) => entry.pid !== pid);
    this.#write();
    if (isKept || hasGroup(pid)) this.#adopt(ended, true);
  }

  /** The record; without one, or one that can be read, there are no known app-servers. */
  #text(): string | undefined {
    try {
      return readOwn(this.#layout.children, MOST_BYTES.table);
    } catch (error) {
      this.#journal.note("cannot read children", { why: wordsOf(error) });
      return undefined;
    }
  }

  #write(mustWork = false): void {
    try {
      const { children } = this.#layout;
      const mayReplace = () => this.#mayWrite(children);
      this.#isUnwritten = !mayReplace();
      if (this.#isUnwritten) throw new Error(NOT_OURS);
      replaceFile(children, renderChildren([...this.#orphans, ...this.#entries]), { mayReplace });
    } catch (error) {
      if (mustWork) throw error;
      this.#journal.note("cannot record children", { why: wordsOf(error) });
    }
  }
}

/** Finds a child that started as its supervisor died. Its database folder distinguishes it from the user's Codex. */
function unrecorded(layout: Layout, entry: ChildEntry): ChildEntry[] {
  const databases = join(layout.sqlite, entry.alias);
  return serversIn(homeOf(layout, entry.alias))
    .filter((pid) => variableOf(pid, "CODEX_SQLITE_HOME") === databases)
    .map(identityOf)
    .flatMap((identity) => identity ? { ...entry, ...identity } : []);
}

/** The entries, and one more for each process that they have started. */
function withKin(entries: readonly ChildEntry[], hasJustEnded = false): ChildEntry[] {
  return entries.flatMap((entry) => {
    const mark = entry.mark === undefined ? undefined : { name: MARK, value: entry.mark };
    return [entry, ...kinOf({ identity: entry, mark, hasJustEnded }).map((own) => ({ ...entry, ...own }))];
  });
}

function isSame(a: ChildEntry, b: ChildEntry): boolean {
  return a.pid === b.pid && a.alias === b.alias;
}
