import { afterLines, isTaskEvent, SILENT, type ThreadActivity } from "../../../core/codex/activity.ts";
import { mayTell } from "../../../core/codex/rollout.ts";
import {
  isTurnContext,
  isWork,
  type RunSettings,
  runSettingsIn,
} from "../../../core/codex/threads/turn_log.ts";
import { Tail } from "../../../io/files/tail.ts";

/** The end of one rollout, however long: how its last turn ended, and what that ran with. */
export class RolloutEnd {
  readonly #tail: Tail;
  #activity: ThreadActivity = SILENT;
  #settings: RunSettings | undefined;
  #hasTurn = false;
  #isFollowing = false;
  #hasWorked = false;

  constructor(path: string) {
    this.#tail = new Tail(path, {
      wants: (line) => {
        // Lines of a whole run: they are counted, not kept.
        this.#hasWorked ||= this.#isFollowing && isWork(line);
        return mayTell(line) || isTurnContext(line);
      },
      isEnough: (line) => {
        this.#hasTurn ||= isTaskEvent(line);
        return this.#hasTurn && isTurnContext(line);
      },
      mostBytes: Infinity,
    });
  }

  get activity(): ThreadActivity {
    return this.#activity;
  }

  /** The settings of the last turn; undefined when it recorded none. */
  get settings(): RunSettings | undefined {
    return this.#settings;
  }

  /** True when a turn got something done since `follow`. */
  get hasWorked(): boolean {
    return this.#hasWorked;
  }

  /** Counts work from here on. */
  follow(): void {
    this.look();
    this.#isFollowing = true;
    this.#hasWorked = false;
  }

  /** Reads what was appended. */
  look(): void {
    const appended = this.#tail.read();
    if (appended === undefined) return;
    this.#activity = afterLines(appended.isAnew ? SILENT : this.#activity, appended.lines);
    for (const line of appended.lines) this.#settings = runSettingsIn(line) ?? this.#settings;
  }
}
