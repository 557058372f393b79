import { heapOf } from "../../core/text/heap.ts";

/** A priority queue of unique items, ordered by a number such as a deadline. */
export class Agenda<T> {
  readonly #heap = heapOf<T>();
  readonly #numbers = new Map<T, number>();
  /** The number of an item's valid heap entry: its own or a smaller one. */
  readonly #queued = new Map<T, number>();

  has(item: T): boolean {
    return this.#numbers.has(item);
  }

  /** Adds an item or moves it. */
  set(item: T, number: number): void {
    this.#numbers.set(item, number);
    const queued = this.#queued.get(item);
    if (queued === undefined || number < queued) this.#queue(item, number);
  }

  delete(item: T): void {
    this.#numbers.delete(item);
  }

  /** The item with the smallest number. */
  first(): { readonly item: T; readonly number: number } | undefined {
    for (;;) {
      const entry = this.#heap.first();
      if (entry === undefined) return undefined;
      const { item, atMs } = entry;
      const number = this.#numbers.get(item);
      if (this.#queued.get(item) === atMs) {
        if (number === atMs) return { item, number };
        this.#queued.delete(item);
        if (number !== undefined) this.#queue(item, number);
      }
      this.#heap.take();
    }
  }

  #queue(item: T, number: number): void {
    this.#queued.set(item, number);
    this.#heap.add(number, item);
  }
}
