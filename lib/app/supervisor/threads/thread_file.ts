import { join } from "node:path";
import { afterLines, isTaskEvent, SILENT, type ThreadActivity } from "../../../core/codex/activity.ts";
import { rolloutsOf } from "../../../core/system/layout.ts";
import { dayFolders, mayTell, rolloutSuffix, threadTime } from "../../../core/codex/rollout.ts";
import { fingerprintOf, namesIn } from "../../../io/files/read.ts";
import { Tail } from "../../../io/files/tail.ts";

const INTEREST = { wants: mayTell, isEnough: isTaskEvent };

/** The rollout of one thread, followed once it exists. No other rollout is opened. */
export class ThreadFile {
  readonly #suffix: string;
  readonly #folders: readonly string[];
  /** The version of each searched folder; `isSure` after a second search of the same version. */
  readonly #seen = new Map<string, { readonly version: string; readonly isSure: boolean }>();
  #found: { readonly folder: string; readonly tail: Tail } | undefined;
  #activity: ThreadActivity = SILENT;

  constructor(home: string, id: string, nowMs: number) {
    this.#suffix = rolloutSuffix(id);
    this.#folders = dayFolders(threadTime(id) ?? nowMs).map((day) => join(rolloutsOf(home), day));
  }

  /** The activity read so far. */
  get activity(): ThreadActivity {
    return this.#activity;
  }

  /** The folder of the rollout; before it exists, the most likely one. */
  get folder(): string {
    return this.#found?.folder ?? this.#folders[0]!;
  }

  /** True if this is the name of the rollout. */
  isNamed(name: string): boolean {
    return name.endsWith(this.#suffix);
  }

  /** Reads appended lines; returns whether the activity changed. */
  look(nowMs: number): boolean {
    this.#found ??= this.#find();
    const appended = this.#found?.tail.read();
    if (appended === undefined) return false;
    const before = appended.isAnew ? SILENT : this.#activity;
    const after = afterLines(before, appended.lines);
    // A rollout never grows this much after the end of a turn, so the turn is still under way.
    this.#activity = appended.isCut
      ? { ...after, turnSince: after.turnSince ?? after.lastAt ?? nowMs }
      : after;
    return appended.isAnew || this.#activity !== before;
  }

  #find() {
    for (const folder of this.#folders) {
      const version = fingerprintOf(folder);
      const seen = this.#seen.get(folder);
      if (version === undefined || (seen?.version === version && seen.isSure)) continue;
      const name = namesIn(folder).find((name) => this.isNamed(name));
      if (name !== undefined) return { folder, tail: new Tail(join(folder, name), INTEREST) };
      // Searches a second time: a file created in the same instant does not change the folder's time.
      this.#seen.set(folder, { version, isSure: seen?.version === version });
    }
    return undefined;
  }
}
