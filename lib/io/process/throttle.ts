import type { Readable } from "node:stream";
import { monotonicMs } from "./process.ts";

/** Reads a stream no faster than `afterOutput` allows, so that one child cannot take the time of all others. */
export class Throttle {
  readonly #stream: Readable | undefined;
  readonly #flooded: () => void;
  #output: Output = SILENT;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(stream: Readable | undefined, flooded: () => void) {
    this.#stream = stream;
    this.#flooded = flooded;
  }

  read(bytes: number): void {
    const before = this.#output;
    this.#output = afterOutput(before, bytes, monotonicMs());
    if (this.#output.isFlood && !before.isFlood) this.#flooded();
    const ms = this.#output.pauseMs;
    if (ms === 0 || this.#pause !== undefined) return;
    this.#stream?.pause();
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#stream?.resume();
    }, ms);
  }

  end(): void {
    clearTimeout(this.#pause);
  }
}

/** How much a child has printed lately. Times are monotonic milliseconds. */
export interface Output {
  /** Bytes that were printed and are not forgotten yet. */
  readonly bytes: number;
  readonly at: number;
  /** Its output in the current slice of time. */
  readonly slice: { readonly since: number; readonly bytes: number };
  /** It has printed more than an app-server ever does. */
  readonly isFlood: boolean;
  /** How long it must not be read now. */
  readonly pauseMs: number;
}

export const SILENT: Output = {
  bytes: 0,
  at: 0,
  slice: { since: -Infinity, bytes: 0 },
  isFlood: false,
  pauseMs: 0,
};

/**
 * What an app-server may print at once: its answers are a few kilobytes. What it has printed is forgotten at `PER_MS`
 * bytes a millisecond.
 */
const MOST_BYTES = 8 * 1024 * 1024;
const PER_MS = 16;
/** In one slice no more is read: about 5 MB a second, and of a flood 640 kB. */
const SLICE_MS = 100;
const SLICE_BYTES = 512 * 1024;
const FLOOD_SLICE_BYTES = 64 * 1024;

/** Adds `bytes` of output, at `now`. A flood stays one. */
export function afterOutput(before: Output, bytes: number, now: number): Output {
  const kept = Math.max(0, before.bytes - (now - before.at) * PER_MS) + bytes;
  const isFlood = before.isFlood || kept > MOST_BYTES;
  const isSame = now - before.slice.since < SLICE_MS;
  const slice = isSame
    ? { since: before.slice.since, bytes: before.slice.bytes + bytes }
    : { since: now, bytes };
  const isFull = slice.bytes >= (isFlood ? FLOOD_SLICE_BYTES : SLICE_BYTES);
  const pauseMs = isFull ? Math.max(1, slice.since + SLICE_MS - now) : 0;
  return { bytes: kept, at: now, slice, isFlood, pauseMs };
}
