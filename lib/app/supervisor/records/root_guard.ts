import type { Layout } from "../../../core/system/layout.ts";
import { inodeOf } from "../../../io/files/access.ts";
import { exists } from "../../../io/files/read.ts";
import type { Clock } from "../../../io/host.ts";

/** How long a removed file is not recreated; a removal of the whole root is done by then. */
const REMOVAL_MS = 2_000;

/**
 * Decides what the supervisor may write. A root that replaced the original one is not touched, and a root that is being
 * removed gets no new files, so that its removal succeeds.
 */
export class RootGuard {
  readonly #clock: Clock;
  readonly #root: string;
  /** A birth time would be more reliable, but some systems report the time of the last change instead. */
  readonly #inode: string | undefined;
  readonly #isInCharge: () => boolean;
  readonly #seen: Set<string>;
  /** When each removed path was first found missing, monotonic milliseconds. */
  readonly #missing = new Map<string, number>();

  /** `isInCharge` returns whether the held supervisor lock is still the file at its path. */
  constructor({ clock }: { readonly clock: Clock }, layout: Layout, isInCharge: () => boolean) {
    this.#clock = clock;
    this.#root = layout.root;
    this.#inode = inodeOf(layout.root);
    this.#isInCharge = isInCharge;
    this.#seen = new Set(Object.values(layout as unknown as Record<string, string>).filter(exists));
  }

  /** True while the root is still the original folder and this is still its supervisor. */
  isOurs(): boolean {
    return this.#isInCharge() && inodeOf(this.#root) === this.#inode;
  }

  /** Lets a path be recreated at once, after this program has removed or renamed it. */
  forget(path: string): void {
    this.#seen.delete(path);
  }

  /** True if a file or folder below the root may be written or created now. */
  mayWrite(path: string): boolean {
    if (!this.isOurs()) return false;
    if (exists(path)) {
      this.#seen.add(path);
      this.#missing.delete(path);
      return true;
    }
    if (!this.#seen.has(path)) return true;
    const now = this.#clock.monotonic();
    const since = this.#missing.get(path) ?? now;
    this.#missing.set(path, since);
    return now - since >= REMOVAL_MS;
  }
}
