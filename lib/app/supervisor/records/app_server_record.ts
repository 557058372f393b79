import { join } from "node:path";
import { type ChildEntry, parseChildren, renderChildren } from "../../../core/session/app_server_record.ts";
import { wordsOf } from "../../../core/text/failure.ts";
import { homeOf, type Layout } from "../../../core/system/layout.ts";
import { readText } from "../../../io/files/read.ts";
import { NOT_OURS, replaceFile } from "../../../io/files/replace.ts";
import type { Clock } from "../../../io/host.ts";
import type { Journal } from "../../../io/journal.ts";
import { serversIn } from "../../../io/process/codex_processes.ts";
import { identityOf, isAlive, signal, variableOf } from "../../../io/process/process.ts";
import { UNTOUCHABLE_MS } from "../../codex/app_server.ts";

/** The record of our app-servers: commands read it before they start Codex, the next supervisor before it starts its own. */
export class Children {
  readonly #layout: Layout;
  readonly #journal: Journal;
  #entries: ChildEntry[] = [];
  /** Left behind by a supervisor before this one. */
  #orphans: ChildEntry[] = [];
  /** Monotonic milliseconds. */
  #lookedAt: number | undefined;
  readonly #mayWrite: (path: string) => boolean;
  #isUnwritten = false;

  constructor(layout: Layout, journal: Journal, mayWrite: (path: string) => boolean) {
    this.#layout = layout;
    this.#journal = journal;
    this.#mayWrite = mayWrite;
    const recorded = parseChildren(readText(layout.children));
    this.#orphans = recorded.flatMap((entry) => entry.pid === 0 ? unrecorded(layout, entry) : entry)
      .filter(isAlive);
    if (recorded.length > 0) this.#write();
  }

  /** Those of an earlier supervisor that still run; looking forgets the others. */
  orphans(): readonly ChildEntry[] {
    const alive = this.#orphans.filter(isAlive);
    if (alive.length !== this.#orphans.length) {
      this.#orphans = alive;
      this.#write();
    }
    return alive;
  }

  /** What an earlier supervisor left may finish a renewal; after a minute it can only be stuck. Returns when to look again. */
  endStuck(clock: Clock): number {
    if (this.#isUnwritten) this.#write();
    const orphans = this.orphans();
    this.#lookedAt ??= clock.monotonic();
    const watchedMs = clock.monotonic() - this.#lookedAt;
    for (const { pid, startedAt, neverSignal } of orphans) {
      if (neverSignal === true) continue;
      const age = clock.now() - startedAt;
      // A clock that was set back tells no age.
      if (Math.max(age, watchedMs) >= UNTOUCHABLE_MS) signal(-pid, "SIGKILL");
    }
    return orphans.length > 0 || this.#isUnwritten ? 1000 : Infinity;
  }

  /** Records a child. One that may renew a login must be on disk before it starts, so then trouble is thrown. */
  add(entry: ChildEntry): void {
    this.#entries = [...this.#entries.filter((other) => !isSame(other, entry)), entry];
    this.#write(entry.mayRenew);
  }

  /** What was about to start did, or did not. */
  settle(alias: string, started: ChildEntry | undefined): void {
    this.#entries = this.#entries.filter((other) => !(other.alias === alias && other.pid === 0));
    if (started) this.#entries.push(started);
    this.#write(); // on a full disk the entry without a pid stays, and says enough
  }

  /** The login is renewed, or will not be: the child is an ordinary one from now on. */
  renewed(pid: number): void {
    this.#mark(pid, false);
  }

  /** A child that was an ordinary one may be renewing the login after all. */
  renewing(pid: number): void {
    this.#mark(pid, true);
  }

  #mark(pid: number, mayRenew: boolean): void {
    this.#entries = this.#entries.map((entry) => entry.pid === pid ? { ...entry, mayRenew } : entry);
    this.#write();
  }

  remove(pid: number): void {
    this.#entries = this.#entries.filter((entry) => entry.pid !== pid);
    this.#write();
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

/** What was about to start when its supervisor died may have started after all: its databases tell it from the user's. */
function unrecorded(layout: Layout, entry: ChildEntry): ChildEntry[] {
  const databases = join(layout.sqlite, entry.alias);
  return serversIn(homeOf(layout, entry.alias))
    .filter((pid) => variableOf(pid, "CODEX_SQLITE_HOME") === databases)
    .map(identityOf)
    .flatMap((identity) => identity ? { ...entry, ...identity } : []);
}

function isSame(a: ChildEntry, b: ChildEntry): boolean {
  return a.pid === b.pid && a.alias === b.alias;
}
