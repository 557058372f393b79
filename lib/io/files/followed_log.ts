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
    // Opened once: between two looks at its name the log may be renamed.
    return withFile(this.#path, (file) => this.#linesOf(file)) ?? this.#restOfEarlier();
  }

  #linesOf(file: OpenFile): string[] {
    const isSame = file.ino === this.#ino && file.size >= this.#offset;
    const earlier = isSame ? [] : this.#restOfEarlier();
    if (!isSame) [this.#ino, this.#offset] = [file.ino, 0];
    return [...earlier, ...this.#take(file)];
  }

  /** The rest of the file that was read before its renaming; all of it when none was read, nothing of another one. */
  #restOfEarlier(): string[] {
    return withFile(`${this.#path}.1`, (file) => {
      if (this.#ino !== undefined && file.ino !== this.#ino) return [];
      this.#ino = file.ino;
      return this.#take(file);
    }) ?? [];
  }

  #take(file: OpenFile): string[] {
    const bytes = bytesAt(file.fd, this.#offset, file.size);
    const end = bytes.lastIndexOf(LF) + 1;
    this.#offset += end;
    return end === 0 ? [] : new TextDecoder().decode(bytes.subarray(0, end - 1)).split("\n");
  }
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
