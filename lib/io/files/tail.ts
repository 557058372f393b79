import { type BigIntStats, closeSync, openSync, readSync, statSync } from "node:fs";
import { errnoOf } from "../../core/text/failure.ts";
import { LineSplitter } from "./lines.ts";

/** What of a growing file is of interest. */
export interface Interest {
  /** Which lines; the others are read and forgotten. */
  wants(line: string): boolean;
  /** What stands before such a line, the very first one excepted, matters no more. */
  isEnough(line: string): boolean;
}

/** What a look at the file found. */
export interface Appended {
  /** Whole lines, without their LF. */
  readonly lines: readonly string[];
  /** The file is another one, or was cut: forget what was read before. */
  readonly isAnew: boolean;
  /** It is so long that not all of it was read, and nothing in the part that was is enough. */
  readonly isCut: boolean;
}

const CHUNK = 64 * 1024;
/** Of a long file no more than this is read at first sight. */
const MOST = 8 * 1024 * 1024;
const TRACE = 64;

/** Reads what is appended to a file that another program writes, and only that. */
export class Tail {
  readonly #path: string;
  readonly #interest: Interest;
  #file = "";
  #version = "";
  #offset = 0;
  /** What stood right before the offset: when it no longer does, the file was cut or written anew. */
  #trace = new Uint8Array();
  #splitter = new LineSplitter();

  constructor(path: string, interest: Interest) {
    this.#path = path;
    this.#interest = interest;
  }

  /** The lines that came since the last look, or at first sight those from the last one that is enough; undefined when nothing is new. */
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

  /** First the end, then ever more before it, until a line is enough. */
  #begin(fd: number, size: number): Pick<Appended, "lines" | "isCut"> {
    for (let back = CHUNK;; back = Math.min(back * 8, MOST)) {
      const from = size <= back ? 0 : lineStart(fd, size - back, size);
      this.#offset = from;
      this.#splitter = new LineSplitter();
      const lines = this.#take(fd);
      const isDone = from === 0 || lines.some((line) => this.#interest.isEnough(line));
      if (!isDone && back < MOST) continue;
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

  /** All from the offset on; half a line at the end is kept until it is whole. */
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

/** Undefined when there is no such file, or none that grows. */
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
    return openSync(path, "r");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Behind the first LF at or after `from`. */
function lineStart(fd: number, from: number, size: number): number {
  for (let at = from; at < size; at += CHUNK) {
    const end = bytesAt(fd, at, Math.min(at + CHUNK, size)).indexOf(10);
    if (end >= 0) return at + end + 1;
  }
  return size;
}

function bytesAt(fd: number, from: number, to: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(0, to - from));
  let done = 0;
  while (done < bytes.length) {
    const length = readSync(fd, bytes, done, bytes.length - done, from + done);
    if (length === 0) break;
    done += length;
  }
  return bytes.subarray(0, done);
}
