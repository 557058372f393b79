import type { Clock } from "../lib/io/host.ts";

interface Sleeper {
  readonly wakesAt: number;
  wake(): void;
}

/** A clock that moves only on request; its wall clock can jump without passing time. */
export class FakeClock implements Clock {
  /** The number of sleeps so far. */
  sleeps = 0;
  #wall: number;
  #passed = 0;
  readonly #sleepers = new Set<Sleeper>();

  constructor(wall = Date.parse("2026-11-20T12:00:00.000Z")) {
    this.#wall = wall;
  }

  now(): number {
    return this.#wall + this.#passed;
  }

  monotonic(): number {
    return this.#passed;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.sleeps++;
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        wakesAt: this.#passed + Math.max(0, ms),
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener("abort", sleeper.wake);
          resolve();
        },
      };
      // Even an empty sleep lets other tasks run first.
      if (ms <= 0 || signal?.aborted) return void setImmediate(sleeper.wake);
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", sleeper.wake);
    });
  }

  /** Lets time pass: wakes all sleepers in order and lets their work finish. */
  async advance(ms: number): Promise<void> {
    const until = this.#passed + ms;
    await this.#quiet();
    for (;;) {
      const next = [...this.#sleepers].sort((a, b) => a.wakesAt - b.wakesAt)[0];
      if (next === undefined || next.wakesAt > until) break;
      this.#passed = Math.max(this.#passed, next.wakesAt);
      next.wake();
      await this.#quiet();
    }
    this.#passed = until;
    await this.#quiet();
  }

  /** Resolves when all tasks sleep; fails when that never happens. */
  async #quiet(): Promise<void> {
    for (let round = 0; round < 1000; round++) {
      const before = this.sleeps;
      await settle();
      if (this.sleeps === before) return;
    }
    throw new Error("somebody goes on and on without any time passing");
  }

  /** Sets the wall clock forward, or with a negative number back, as a user or a time server does. */
  jump(ms: number): void {
    this.#wall += ms;
  }
}

/** Runs everything that needs no time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
}
