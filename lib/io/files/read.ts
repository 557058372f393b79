import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { errnoOf } from "../../core/text/failure.ts";
import { patiently } from "./patience.ts";

/** The text of a file; undefined when there is none. Any other trouble is thrown. */
export function readText(path: string): string | undefined {
  try {
    return patiently(() => readFileSync(path, "utf8"));
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

/** The text of a file, which must be UTF-8 (`UnicodeError` text otherwise); undefined when there is none. */
export function readUtf8(path: string): string | undefined {
  let bytes: Uint8Array;
  try {
    bytes = patiently(() => readFileSync(path));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

/** The beginning and the end of a file that may be huge; a short file's are the same. Undefined when there is none. */
export function readEnds(
  path: string,
  headBytes: number,
  tailBytes: number,
): { head: string; tail: string } | undefined {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    const { size } = fstatSync(fd);
    return { head: part(fd, 0, headBytes), tail: part(fd, Math.max(0, size - tailBytes), tailBytes) };
  } finally {
    closeSync(fd);
  }
}

function part(fd: number, from: number, length: number): string {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const read = readSync(fd, bytes, done, length - done, from + done);
    if (read === 0) break;
    done += read;
  }
  return new TextDecoder().decode(bytes.subarray(0, done));
}
