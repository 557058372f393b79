import { closeSync } from "node:fs";
import { errnoOf } from "../../core/text/failure.ts";
import { bytesAt, type OpenFile, openFile } from "./open.ts";

const LF = 10;

/** The lines of a log that grows, and that is renamed to `<path>.1` when a new one begins. */
export class FollowedLog {
  readonly #path: string;
  /** The file that was read last, and how far. */
  #ino: number | undefined;
  #offset = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** The whole lines since the last look; at first sight all that are kept. None is lost when the log is renamed once. */
  read(): string[] {
    const earlier = this.#isSame() ? [] : this.#linesOf(`${this.#path}.1`, this.#ino);
    return [...earlier, ...this.#current()];
  }

  #isSame(): boolean {
    return this.#ino !== undefined && withFile(this.#path, ({ ino }) => ino) === this.#ino;
  }

  #current(): string[] {
    return withFile(this.#path, (file) => {
      if (file.ino !== this.#ino || file.size < this.#offset) this.#offset = 0;
      this.#ino = file.ino;
      const { lines, end } = linesFrom(file, this.#offset);
      this.#offset = end;
      return lines;
    }) ?? [];
  }

  /** The rest of the file that was read before its renaming; all of it when none was read, nothing of another one. */
  #linesOf(path: string, known: number | undefined): string[] {
    return withFile(path, (file) => {
      if (known !== undefined && file.ino !== known) return [];
      return linesFrom(file, known === undefined ? 0 : this.#offset).lines;
    }) ?? [];
  }
}

function linesFrom(file: OpenFile, from: number): { readonly lines: string[]; readonly end: number } {
  const bytes = bytesAt(file.fd, from, file.size);
  const end = bytes.lastIndexOf(LF) + 1;
  const text = new TextDecoder().decode(bytes.subarray(0, end));
  return { lines: text === "" ? [] : text.slice(0, -1).split("\n"), end: from + end };
}

/** Undefined when there is no file. */
function withFile<T>(path: string, use: (file: OpenFile) => T): T | undefined {
  let file: OpenFile;
  try {
    file = openFile(path, { isOwn: true });
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    return use(file);
  } finally {
    closeSync(file.fd);
  }
}
