import { type BigIntStats, closeSync, readSync, statSync } from "node:fs";
import { errnoOf } from "../../core/text/failure.ts";
import { LineSplitter } from "./lines.ts";
import { bytesAt, openFile } from "./open.ts";

/** The relevant lines of a growing file. */
export interface Interest {
  /** Selects lines; the others are skipped. */
  wants(line: string): boolean;
  /** Marks a line that makes all earlier ones irrelevant, except the first of the file. */
  isEnough(line: string): boolean;
  /** The most that is read of a long file at first sight; by default 8 MiB. */
  readonly mostBytes?: number;
}

/** The result of a look at the file. */
export interface Appended {
  /** Whole lines, without their LF. */
  readonly lines: readonly string[];
  /** The file was replaced or truncated: forget all that was read before. */
  readonly isAnew: boolean;
  /** The file was too long to read whole, and the part read has no line that is enough. */
  readonly isCut: boolean;
}

const CHUNK = 64 * 1024;
const MOST_BYTES = 8 * 1024 * 1024;
const TRACE = 64;

/** Reads the lines that another program appends to a file. */
export class Tail {
  readonly #path: string;
  readonly #interest: Interest;
  #file = "";
  #version = "";
  #offset = 0;
  /** The bytes right before the offset: when they differ, the file was truncated or rewritten. */
  #trace = new Uint8Array();
  #splitter = new LineSplitter();

  constructor(path: string, interest: Interest) {
    this.#path = path;
    this.#interest = interest;
  }

  /**
   * The lines since the last look, or at first sight those from the last one that is enough; undefined without changes.
   */
  read(): Appended | undefined {
    const stat = statOf(this.#path);
    if (stat === undefined) return undefined;
    const version = `${stat.size}:${stat.mtimeNs}`;
    const file = `${stat.dev}:${stat.ino}`;
    if (file === this.#file && version === this.#version) return undefined;
    const fd = open(this.#path);
    if (fd === undefined) return undefined;
    try {
      const size = Number(stat.size);
      const isAnew = file !== this.#file || !this.#isContinued(fd);
      this.#file = file;
      this.#version = version;
      const found = isAnew ? this.#begin(fd, size) : { lines: this.#take(fd), isCut: false };
      this.#trace = bytesAt(fd, Math.max(0, this.#offset - TRACE), this.#offset);
      return { ...found, isAnew };
    } finally {
      closeSync(fd);
    }
  }

  /** Reads the end first, then earlier parts, until a line is enough. */
  #begin(fd: number, size: number): Pick<Appended, "lines" | "isCut"> {
    const { mostBytes = MOST_BYTES } = this.#interest;
    for (let back = CHUNK;; back = Math.min(back * 8, mostBytes)) {
      const from = size <= back ? 0 : lineStart(fd, size - back, size);
      this.#offset = from;
      this.#splitter = new LineSplitter();
      const lines = this.#take(fd);
      const isDone = from === 0 || lines.some((line) => this.#interest.isEnough(line));
      if (!isDone && back < mostBytes) continue;
      const head = from === 0 ? [] : this.#head(fd);
      return { lines: [...head, ...lines], isCut: !isDone };
    }
  }

  #head(fd: number): string[] {
    const splitter = new LineSplitter();
    for (let at = 0; at < 4 * CHUNK; at += CHUNK) {
      const [first] = splitter.push(bytesAt(fd, at, at + CHUNK));
      if (first !== undefined) return this.#interest.wants(first) ? [first] : [];
    }
    return [];
  }

  /** Reads all from the offset on; an incomplete last line is kept until it is complete. */
  #take(fd: number): string[] {
    const lines: string[] = [];
    const chunk = new Uint8Array(CHUNK);
    for (;;) {
      const length = readSync(fd, chunk, 0, CHUNK, this.#offset);
      if (length === 0) return lines;
      this.#offset += length;
      for (const line of this.#splitter.push(chunk.subarray(0, length))) {
        if (this.#interest.wants(line)) lines.push(line);
      }
    }
  }

  #isContinued(fd: number): boolean {
    const now = bytesAt(fd, this.#offset - this.#trace.length, this.#offset);
    return now.length === this.#trace.length && now.every((byte, at) => byte === this.#trace[at]);
  }
}

/** Undefined when it is missing or no regular file. */
function statOf(path: string): BigIntStats | undefined {
  try {
    const stat = statSync(path, { bigint: true });
    return stat.isFile() ? stat : undefined;
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

function open(path: string): number | undefined {
  try {
    return openFile(path).fd;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** The position after the first LF at or after `from`. */
function lineStart(fd: number, from: number, size: number): number {
  for (let at = from; at < size; at += CHUNK) {
    const end = bytesAt(fd, at, Math.min(at + CHUNK, size)).indexOf(10);
    if (end >= 0) return at + end + 1;
  }
  return size;
}
