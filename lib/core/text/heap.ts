/** A queue by time, earliest first; of two at one moment the one added first. */
export interface Heap<T> {
  add(atMs: number, item: T): void;
  /** The earliest item, without removal. */
  first(): { readonly atMs: number; readonly item: T } | undefined;
  /** Removes the earliest item; undefined when empty. */
  take(): { readonly atMs: number; readonly item: T } | undefined;
}

interface Entry<T> {
  readonly atMs: number;
  readonly order: number;
  readonly item: T;
}

/** A binary heap. */
export function heapOf<T>(): Heap<T> {
  const entries: Entry<T>[] = [];
  let added = 0;
  const isBefore = (a: Entry<T>, b: Entry<T>) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
  return {
    add(atMs, item) {
      const entry = { atMs, order: added++, item };
      let at = entries.length;
      while (at > 0) {
        const above = (at - 1) >> 1;
        if (!isBefore(entry, entries[above]!)) break;
        entries[at] = entries[above]!;
        at = above;
      }
      entries[at] = entry;
    },
    first: () => entries[0],
    take() {
      const first = entries[0];
      const last = entries.pop();
      if (first === undefined || last === undefined || entries.length === 0) return first;
      let at = 0;
      for (;;) {
        let below = 2 * at + 1;
        if (below >= entries.length) break;
        if (below + 1 < entries.length && isBefore(entries[below + 1]!, entries[below]!)) below++;
        if (!isBefore(entries[below]!, last)) break;
        entries[at] = entries[below]!;
        at = below;
      }
      entries[at] = last;
      return first;
    },
  };
}
