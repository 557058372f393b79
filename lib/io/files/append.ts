import { closeSync, constants } from "node:fs";
import { bytesAt, type OpenFile, openFile } from "./open.ts";
import { NOT_OURS, whileWriting, writeAll } from "./replace.ts";

const LF = 10;

/**
 * Appends text to a file of ours (0600), created if missing. An incomplete last line, left by a kill or a full disk, is
 * first ended with `seal`. `mayWrite` is called once the file is open; when false, the write fails.
 */
export function appendText(path: string, text: string, seal: string, mayWrite = () => true): void {
  const { O_RDWR, O_CREAT, O_APPEND } = constants;
  try {
    const file = openFile(path, { flags: O_RDWR | O_CREAT | O_APPEND, action: "write", isOwn: true });
    try {
      if (!mayWrite()) throw new Error(NOT_OURS);
      writeAll(file.fd, new TextEncoder().encode(isWhole(file) ? text : `${seal}${text}`));
    } finally {
      closeSync(file.fd);
    }
  } catch (error) {
    throw whileWriting(path, error);
  }
}

function isWhole({ fd, size }: OpenFile): boolean {
  return size === 0 || bytesAt(fd, size - 1, size)[0] === LF;
}
