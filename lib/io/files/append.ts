import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { NOT_OURS, whileWriting, writeAll } from "./replace.ts";

const LF = 10;

/**
 * Appends text to a file of ours (0600), created if missing. An incomplete last line, left by a kill or a full disk, is
 * first ended with `seal`. `mayWrite` is called once the file is open; when false, the write fails.
 */
export function appendText(path: string, text: string, seal: string, mayWrite = () => true): void {
  const { O_RDWR, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;
  try {
    const fd = openSync(path, O_RDWR | O_CREAT | O_APPEND | (O_NOFOLLOW ?? 0), 0o600);
    try {
      if (!mayWrite()) throw new Error(NOT_OURS);
      writeAll(fd, new TextEncoder().encode(isWhole(fd) ? text : `${seal}${text}`));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw whileWriting(path, error);
  }
}

function isWhole(fd: number): boolean {
  const { size } = fstatSync(fd);
  const last = new Uint8Array(1);
  return size === 0 || (readSync(fd, last, 0, 1, size - 1) === 1 && last[0] === LF);
}
