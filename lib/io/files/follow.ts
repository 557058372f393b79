import { closeSync, fstatSync, statSync } from "node:fs";
import { errnoOf, UnfitFile } from "../../core/text/failure.ts";
import { LineSplitter } from "./lines.ts";
import { bytesAt, type OpenFile, openFile } from "./open.ts";
import { MOST_BYTES } from "./sizes.ts";

const CHUNK = 64 * 1024;

/** The name of the older one of two files of lines. */
export function olderOf(path: string): string {
  return `${path}.1`;
}

/**
 * Reads the lines that processes append to a file of ours, each once. The file may become the older one of two, or be
 * removed: what was appended before is still read, then the file that took its place.
 */
export class Follower {
  readonly #path: string;
  /** The file that is read, kept open: so its number is no other file's, and its end can be read under another name. */
  #open: { readonly fd: number; readonly id: string } | undefined;
  #offset = 0;
  #splitter = new LineSplitter();
  /** Files that were read to their end, or are left out, by their numbers; kept open as long as they have a name. */
  readonly #done = new Map<string, number>();

  /** Begins with the older file; `fromEnd` leaves out all that is there. */
  constructor(path: string, fromEnd = false) {
    this.#path = path;
    if (!fromEnd) return;
    const older = open(olderOf(path));
    if (older !== undefined) this.#done.set(idOf(older.fd), older.fd);
    const opened = open(path);
    if (opened === undefined) return;
    this.#begin(opened);
    // An incomplete last line is completed, or cut off by the next one.
    this.#offset = lastLineEnd(opened.fd, opened.size);
  }

  /** The whole lines since the last call, without their LF. */
  read(): string[] {
    const lines: string[] = [];
    for (;;) {
      // Looked at first: when another file is there already, nothing more is appended to the open one.
      const current = idAt(this.#path);
      this.#take(lines);
      if (current === undefined || current === this.#open?.id) return lines;
      this.#finish();
      const opened = this.#missed() ?? open(this.#path);
      if (opened === undefined) return lines;
      this.#begin(opened);
    }
  }

  close(): void {
    this.#finish();
    for (const fd of this.#done.values()) closeSync(fd);
    this.#done.clear();
  }

  #finish(): void {
    if (this.#open !== undefined) this.#done.set(this.#open.id, this.#open.fd);
    this.#open = undefined;
    for (const [id, fd] of this.#done) {
      if (fstatSync(fd).nlink > 0) continue;
      closeSync(fd);
      this.#done.delete(id);
    }
  }

  /** The older file, when nothing of it was read. */
  #missed(): OpenFile | undefined {
    const opened = open(olderOf(this.#path));
    if (opened === undefined || !this.#done.has(idOf(opened.fd))) return opened;
    closeSync(opened.fd);
    return undefined;
  }

  #begin({ fd }: OpenFile): void {
    this.#open = { fd, id: idOf(fd) };
    this.#offset = 0;
    this.#splitter = new LineSplitter();
  }

  #take(lines: string[]): void {
    if (this.#open === undefined) return;
    const { fd } = this.#open;
    if (fstatSync(fd).size < this.#offset) { // emptied
      this.#offset = 0;
      this.#splitter = new LineSplitter();
    }
    for (;;) {
      const bytes = bytesAt(fd, this.#offset, this.#offset + CHUNK);
      if (bytes.length === 0) return;
      this.#offset += bytes.length;
      for (const line of this.#splitter.push(bytes)) lines.push(line);
    }
  }
}

function open(path: string): OpenFile | undefined {
  try {
    const opened = openFile(path, { isOwn: true });
    if (opened.size <= MOST_BYTES.table) return opened;
    closeSync(opened.fd);
    throw new UnfitFile("read", path, `it is larger than ${MOST_BYTES.table / 1024 / 1024} MB`);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function idAt(path: string): string | undefined {
  try {
    const stat = statSync(path, { bigint: true });
    return `${stat.dev}:${stat.ino}`;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function idOf(fd: number): string {
  const stat = fstatSync(fd, { bigint: true });
  return `${stat.dev}:${stat.ino}`;
}

function isMissing(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes(errnoOf(error) ?? "");
}

/** The position after the last LF. */
function lastLineEnd(fd: number, size: number): number {
  for (let end = size; end > 0; end -= CHUNK) {
    const from = Math.max(0, end - CHUNK);
    const at = bytesAt(fd, from, end).lastIndexOf(10);
    if (at >= 0) return from + at + 1;
  }
  return 0;
}
