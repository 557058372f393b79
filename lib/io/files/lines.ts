const LF = 10;

/** Cuts a byte stream into lines at LF only (a JSON line may hold U+2028). A line over `limit` bytes is dropped and counted. */
export class LineSplitter {
  readonly #limit: number;
  #parts: Uint8Array[] = [];
  #length = 0;
  #skipping = false;
  #dropped = 0;

  constructor(limit = 1024 * 1024) {
    this.#limit = limit;
  }

  /** The number of lines that were too long to keep. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The lines that `chunk` completes, without their LF. */
  push(chunk: Uint8Array): string[] {
    const lines: string[] = [];
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(LF, from);
      this.#keep(chunk.subarray(from, end < 0 ? chunk.length : end));
      if (end < 0) return lines;
      if (this.#skipping) this.#dropped++;
      else lines.push(this.#text());
      this.#parts = [];
      this.#length = 0;
      this.#skipping = false;
      from = end + 1;
    }
  }

  #keep(part: Uint8Array): void {
    if (this.#skipping || part.length === 0) return;
    this.#length += part.length;
    if (this.#length > this.#limit) {
      this.#skipping = true;
      this.#parts = [];
    } else {
      this.#parts.push(part.slice());
    }
  }

  #text(): string {
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return new TextDecoder().decode(bytes);
  }
}
