import { closeSync, openSync, readSync } from "node:fs";

/** Bytes that each read repeats of the one before. */
const OVERLAP = 1024;
const MOST_ATTEMPTS = 20;

/** Reads whole lines from a byte offset on, up to a page or the end of the table. */
export type ReadAt = (offset: number) => string;

/**
 * The lines of a table of the kernel (`/proc/locks`), without their ordinal numbers. The kernel gives a page (4096
 * bytes) at a time and counts lines from the start for the next one: a line that goes away between two reads hides
 * another one. So each read repeats the end of the one before, and the table is read again unless both share a line.
 * The result contains each line that is there from begin to end, and perhaps some that went or came meanwhile.
 */
export function tableLines(readAt: ReadAt): Set<string> {
  const lines = new Set<string>();
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    if (isReadToItsEnd(readAt, lines)) break;
  }
  return lines;
}

/** The same of a file. Throws errors of the system. */
export function tableLinesOf(path: string): Set<string> {
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(64 * 1024);
    return tableLines((offset) =>
      buffer.toString("latin1", 0, readSync(file, buffer, 0, buffer.length, offset))
    );
  } finally {
    closeSync(file);
  }
}

/** Adds the lines of one pass to `lines`; false = some may be hidden. */
function isReadToItsEnd(readAt: ReadAt, lines: Set<string>): boolean {
  let offset = 0;
  let end = 0;
  let before: string[] = [];
  for (;;) {
    const text = readAt(offset);
    const read = text.split("\n");
    // The first one begins before the offset, and the last one is empty.
    const whole = read.slice(offset === 0 ? 0 : 1, -1).map((line) => line.replace(/^\d+: */, ""));
    for (const line of whole) lines.add(line);
    if (offset > 0 && !before.includes(whole[0] ?? "")) return false;
    if (offset + text.length <= end) return true;
    end = offset + text.length;
    offset = Math.max(0, end - OVERLAP);
    if (offset === 0) return true;
    before = whole;
  }
}
