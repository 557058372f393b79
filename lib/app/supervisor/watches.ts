import { basename } from "node:path";
import { threadLocksOf } from "../../core/system/layout.ts";
import { folderIdentity } from "../../io/files/folders.ts";
import { type Unwatch, watchFolder } from "../../io/files/watch.ts";
import type { HomeThreads } from "./threads/home_threads.ts";

const SETTLES_MS = 10;

/** The folders that are watched, each under a name of ours. */
export class Watches {
  readonly #running = new Map<string, { readonly folder: string; readonly unwatch: Unwatch }>();
  /** To be watched in a moment. */
  readonly #later = new Map<string, ReturnType<typeof setTimeout>>();
  /** The folders of rollouts that are watched, by alias. */
  readonly #days = new Map<string, readonly string[]>();
  readonly #wake: () => void;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /**
   * Watches a folder, if there is one; a new one of the same name instead of the old. `matters` takes note of a changed
   * name and says whether it is a reason to look. Told no name (""), anything may have changed.
   */
  set(key: string, path: string, matters: (name: string) => boolean): void {
    const folder = folderIdentity(path);
    const old = this.#running.get(key);
    if (old?.folder === folder) return;
    this.drop(key);
    if (folder === undefined) return;
    if (old) return this.#setLater(key, path, matters);
    const unwatch = watchFolder(path, (name) => matters(name) && this.#wake());
    if (unwatch) this.#running.set(key, { folder, unwatch });
  }

  /**
   * Watches what matters in a home; `locked` when a thread may have been opened or closed, with the name of its lock
   * file, and `changed` when its login or its settings may have been.
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

  /** Watches the folders of a home in which the rollouts of open threads are, and no others; `written` whether that is news. */
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
    this.#running.get(key)?.unwatch();
    this.#running.delete(key);
  }

  close(): void {
    for (const key of [...this.#running.keys(), ...this.#later.keys()]) this.drop(key);
  }

  /** Deno stops watching a path a moment after it was told to, and then also for those who came since. */
  #setLater(key: string, path: string, matters: (name: string) => boolean): void {
    const timer = setTimeout(() => {
      this.set(key, path, matters);
      matters("");
      this.#wake(); // what happened meanwhile was not told
    }, SETTLES_MS);
    this.#later.set(key, timer);
  }
}
