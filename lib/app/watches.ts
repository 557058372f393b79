import { basename } from "node:path";
import { threadLocksOf } from "../core/layout.ts";
import { folderIdentity } from "../io/files.ts";
import { type Unwatch, watchFolder } from "../io/watch.ts";

const SETTLES_MS = 10;

/** The folders that are watched, each under a name of ours. */
export class Watches {
  readonly #running = new Map<string, { readonly folder: string; readonly unwatch: Unwatch }>();
  /** To be watched in a moment. */
  readonly #later = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #wake: () => void;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /**
   * Watches a folder, if there is one; a new one of the same name instead of the old. `matters` takes note of a changed
   * name and says whether it is a reason to look.
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

  /** Watches what matters in a home; `locked` when a thread may have been opened or closed. */
  home({ alias, home }: { readonly alias: string; readonly home: string }, locked: () => void): void {
    const threads = threadLocksOf(home);
    const watchThreads = () =>
      this.set(`threads ${alias}`, threads, () => {
        locked();
        return true;
      });
    this.set(`home ${alias}`, home, (name) => {
      if (name !== basename(threads)) return name === "auth.json" || name === "config.toml";
      watchThreads();
      locked();
      return true;
    });
    watchThreads();
  }

  dropHome(alias: string): void {
    this.drop(`home ${alias}`);
    this.drop(`threads ${alias}`);
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
      this.#wake(); // what happened meanwhile was not told
    }, SETTLES_MS);
    this.#later.set(key, timer);
  }
}
