import type { Layout } from "../../../core/system/layout.ts";
import { inodeOf } from "../../../io/files/access.ts";
import { exists } from "../../../io/files/read.ts";
import type { Clock } from "../../../io/host.ts";

/** How long a file that somebody removed is left alone: a root that is being removed is gone by then. */
const REMOVAL_MS = 2_000;

/**
 * Tells the supervisor what it may still write. A root that took the place of its own is not touched, and one that is
 * just being removed gets no new files, so that it can be removed.
 */
export class RootGuard {
  readonly #clock: Clock;
  readonly #root: string;
  /** Its time of birth would say more, but some systems give the time of the last change for that. */
  readonly #inode: string | undefined;
  readonly #isInCharge: () => boolean;
  readonly #seen: Set<string>;
  /** Since when what was there is missing, monotonic milliseconds. */
  readonly #missing = new Map<string, number>();

  /** `isInCharge` = the lock that makes this the only supervisor is still the one everybody sees. */
  constructor({ clock }: { readonly clock: Clock }, layout: Layout, isInCharge: () => boolean) {
    this.#clock = clock;
    this.#root = layout.root;
    this.#inode = inodeOf(layout.root);
    this.#isInCharge = isInCharge;
    this.#seen = new Set(Object.values(layout as unknown as Record<string, string>).filter(exists));
  }

  /** Whether the root is still the folder that was opened, and its supervisor still this one. */
  isOurs(): boolean {
    return this.#isInCharge() && inodeOf(this.#root) === this.#inode;
  }

  /** We removed or renamed it ourselves: it may be made anew at once. */
  forget(path: string): void {
    this.#seen.delete(path);
  }

  /** Whether a file or folder below the root may be written or made now. */
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
