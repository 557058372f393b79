import { join } from "node:path";
import { afterLines, isTaskEvent, SILENT, type ThreadActivity } from "../../../core/codex/activity.ts";
import { rolloutsOf } from "../../../core/system/layout.ts";
import { dayFolders, mayTell, rolloutSuffix, threadTime } from "../../../core/codex/rollout.ts";
import { fingerprintOf, namesIn } from "../../../io/files/read.ts";
import { Tail } from "../../../io/files/tail.ts";

const INTEREST = { wants: mayTell, isEnough: isTaskEvent };

/** The rollout of one thread, found once there is one and followed from then on. No other is opened. */
export class ThreadFile {
  readonly #suffix: string;
  readonly #folders: readonly string[];
  /** The version of each folder in which it was looked for, and looked for again. */
  readonly #seen = new Map<string, { readonly version: string; readonly isSure: boolean }>();
  #found: { readonly folder: string; readonly tail: Tail } | undefined;
  #activity: ThreadActivity = SILENT;

  constructor(home: string, id: string, nowMs: number) {
    this.#suffix = rolloutSuffix(id);
    this.#folders = dayFolders(threadTime(id) ?? nowMs).map((day) => join(rolloutsOf(home), day));
  }

  /** What it has told so far. */
  get activity(): ThreadActivity {
    return this.#activity;
  }

  /** The folder it is in; until it is there, the one it will most likely be in. */
  get folder(): string {
    return this.#found?.folder ?? this.#folders[0]!;
  }

  /** Whether a file of this name is it. */
  isNamed(name: string): boolean {
    return name.endsWith(this.#suffix);
  }

  /** Reads what was appended; whether it told anything. */
  look(nowMs: number): boolean {
    this.#found ??= this.#find();
    const appended = this.#found?.tail.read();
    if (appended === undefined) return false;
    const before = appended.isAnew ? SILENT : this.#activity;
    const after = afterLines(before, appended.lines);
    // Nothing is written so long after a turn, so it goes on.
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
      // A second look, because a file that came in the same instant does not show in the folder's time.
      this.#seen.set(folder, { version, isSure: seen?.version === version });
    }
    return undefined;
  }
}
