import { basename } from "node:path";
import { threadLocksOf } from "../../core/system/layout.ts";
import { folderIdentity } from "../../io/files/folders.ts";
import { type Unwatch, watchFolder } from "../../io/files/watch.ts";
import type { HomeThreads } from "./threads/home_threads.ts";

const SETTLES_MS = 100;

interface Running {
  readonly path: string;
  /** The identity of the folder. */
  readonly folder: string;
  readonly unwatch: Unwatch;
}

/** The watched folders, each under a key. */
export class Watches {
  readonly #running = new Map<string, Running>();
  /** Timers of watches that start after a delay. */
  readonly #later = new Map<string, ReturnType<typeof setTimeout>>();
  /** Paths that were watched a moment ago, with the timer of that moment's end. */
  readonly #settling = new Map<string, ReturnType<typeof setTimeout>>();
  /** The watched rollout folders, by alias. */
  readonly #days = new Map<string, readonly string[]>();
  readonly #wake: () => void;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /**
   * Watches a folder if it exists, and replaces the watch of an older folder at the same path. `matters` records a
   * changed name and returns whether to wake up. With the name "", anything may have changed.
   */
  set(key: string, path: string, matters: (name: string) => boolean): void {
    if (this.#later.has(key)) return; // it is going to be watched, and looked at once more
    const folder = folderIdentity(path);
    if (this.#running.get(key)?.folder === folder) return;
    this.drop(key);
    if (folder === undefined) return;
    if (this.#settling.has(path)) return this.#setLater(key, path, matters);
    const unwatch = watchFolder(path, (name) => matters(name) && this.#wake());
    if (unwatch) this.#running.set(key, { path, folder, unwatch });
  }

  /**
   * Watches a home. Calls `locked` with the name of a lock file when a thread may have been opened or closed, and
   * `changed` when the login or the settings may have changed.
   */
  home(
    { alias, home }: { readonly alias: string; readonly home: string },
    locked: (name?: string) => void,
    changed: () => void = () => {},
  ): void {
    const threads = threadLocksOf(home);
    const watchThreads = () =>
      this.set(`threads ${alias}`, threads, (name) => {
        locked(name);
        return true;
      });
    this.set(`home ${alias}`, home, (name) => {
      const [isLogin, isThreads] = [["auth.json", "config.toml", ""], [basename(threads), ""]]
        .map((names) => names.includes(name));
      if (isLogin) changed();
      if (isThreads) {
        watchThreads();
        locked();
      }
      return isLogin || isThreads || false;
    });
    watchThreads();
  }

  /** Watches the rollout folders of a home's open threads only; `written` returns whether to wake up. */
  days(alias: string, threads: Pick<HomeThreads, "folders" | "hasFile">, written: () => boolean): void {
    const keyOf = (folder: string) => `day ${alias}/${folder}`;
    const folders = threads.folders();
    for (const folder of this.#days.get(alias) ?? []) if (!folders.includes(folder)) this.drop(keyOf(folder));
    for (const folder of folders) {
      this.set(keyOf(folder), folder, (name) => threads.hasFile(name) && written());
    }
    if (folders.length > 0) this.#days.set(alias, folders);
    else this.#days.delete(alias);
  }

  dropHome(alias: string): void {
    this.drop(`home ${alias}`);
    this.drop(`threads ${alias}`);
    this.days(alias, { folders: () => [], hasFile: () => false }, () => false);
  }

  drop(key: string): void {
    clearTimeout(this.#later.get(key));
    this.#later.delete(key);
    const running = this.#running.get(key);
    if (running === undefined) return;
    running.unwatch();
    this.#running.delete(key);
    this.#settle(running.path);
  }

  close(): void {
    for (const key of [...this.#running.keys(), ...this.#later.keys()]) this.drop(key);
    for (const timer of this.#settling.values()) clearTimeout(timer);
  }

  /** Deno and Bun close late, and then close newer watches of the same path too. */
  #settle(path: string): void {
    clearTimeout(this.#settling.get(path));
    this.#settling.set(path, setTimeout(() => this.#settling.delete(path), SETTLES_MS));
  }

  /** Starts the watch after a delay. */
  #setLater(key: string, path: string, matters: (name: string) => boolean): void {
    const timer = setTimeout(() => {
      this.#later.delete(key);
      this.set(key, path, matters);
      matters("");
      this.#wake(); // changes during the delay had no event
    }, SETTLES_MS);
    this.#later.set(key, timer);
  }
}
