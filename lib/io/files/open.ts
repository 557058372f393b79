import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  type Stats,
  statSync,
} from "node:fs";
import { errnoOf, UnfitFile } from "../../core/text/failure.ts";
import { system } from "../platform/here.ts";

/** An open regular file. */
export interface OpenFile {
  readonly fd: number;
  /** The length when it was opened, in bytes. */
  readonly size: number;
  readonly uid: number;
  /** The permission bits. */
  readonly mode: number;
  readonly mtimeMs: number;
  readonly ino: number;
}

interface OpenOptions {
  /** Open flags; for reading by default. */
  readonly flags?: number;
  /** What the file is opened for, in a message: "read" by default. */
  readonly action?: string;
  /** The file is ours: it is never a link, and a missing one is made anew. */
  readonly isOwn?: boolean;
  /** The folder whose owner the file must have, if not root. Decided on the open file, which no other can replace. */
  readonly ownerAs?: string;
}

/**
 * Opens a regular file, made with mode 0600 where the flags ask for that. The one way to open a file by its name, except
 * new ones: it never waits, as the opening of a pipe does, and throws UnfitFile for anything but a regular file.
 */
export function openFile(path: string, options: OpenOptions = {}): OpenFile {
  const { flags = constants.O_RDONLY, isOwn = false } = options;
  const { O_NONBLOCK, O_NOFOLLOW } = constants;
  // Windows has neither.
  const all = flags | (O_NONBLOCK ?? 0) | (isOwn ? O_NOFOLLOW ?? 0 : 0);
  let fd: number;
  try {
    fd = system.patiently(() => openSync(path, all, 0o600));
  } catch (error) {
    throw unfitAt(path, error, options) ?? error;
  }
  try {
    const stat = fstatSync(fd);
    const kind = oddKind(stat);
    if (kind !== undefined) throw unfit(path, `it is ${kind}, not a file`, options);
    const { size, uid, mtimeMs, ino } = stat;
    if (options.ownerAs !== undefined && uid !== 0 && uid !== statSync(options.ownerAs).uid) {
      throw unfit(path, `it belongs to another user (uid ${uid})`, options);
    }
    return { fd, size, uid, mode: stat.mode & 0o777, mtimeMs, ino };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** The same as text, kept as it is but for bytes that are not UTF-8. A thousand are read at some starts. */
export function readWholeText(path: string, most: number, options: OpenOptions = {}): string {
  const { fd, size } = openFile(path, options);
  try {
    if (size > most) throw tooLarge(path, most, options);
    return size > 0 ? readFileSync(fd, "utf8") : TEXT.decode(untilEnd(fd, path, most, options));
  } finally {
    closeSync(fd);
  }
}

/** Keeps a byte order mark, as part of the text. */
const TEXT = new TextDecoder("utf-8", { ignoreBOM: true });

/** Throws what opening a file would, without opening it: UnfitFile for anything but a regular file. */
export function checkFile(path: string, isOwn: boolean): void {
  const kind = oddKind(isOwn ? lstatSync(path) : statSync(path));
  if (kind !== undefined) throw unfit(path, `it is ${kind}, not a file`, { isOwn });
}

/** Reads a whole file. Throws UnfitFile when it is larger than `most` bytes, or no regular file. */
export function readWhole(path: string, most: number, options: OpenOptions = {}): Uint8Array<ArrayBuffer> {
  const { fd, size } = openFile(path, options);
  try {
    if (size > most) throw tooLarge(path, most, options);
    // Some file systems tell no sizes.
    return size > 0 ? bytesAt(fd, 0, size) : untilEnd(fd, path, most, options);
  } finally {
    closeSync(fd);
  }
}

/** Reads what is there in spite of a size of 0; of an empty file, nothing. */
function untilEnd(fd: number, path: string, most: number, options: OpenOptions): Uint8Array<ArrayBuffer> {
  for (let room = Math.min(4096, most + 1);; room = Math.min(8 * room, most + 1)) {
    const bytes = bytesAt(fd, 0, room);
    if (bytes.length < room) return bytes;
    if (room > most) throw tooLarge(path, most, options);
  }
}

/** The bytes of an open file from one position to another, fewer at its end. */
export function bytesAt(fd: number, from: number, to: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(0, to - from));
  let done = 0;
  while (done < bytes.length) {
    const length = readSync(fd, bytes, done, bytes.length - done, from + done);
    if (length === 0) return bytes.subarray(0, done);
    done += length;
  }
  return bytes;
}

/** What an entry is when it is no regular file, with its article; undefined for a file. */
export function oddKind(stat: Stats): string | undefined {
  if (stat.isFile()) return undefined;
  if (stat.isSymbolicLink()) return "a link";
  if (stat.isDirectory()) return "a folder";
  if (stat.isFIFO()) return "a named pipe";
  return stat.isSocket() ? "a socket" : "a device";
}

/** The reason of a failed opening, where the system's error names another one or none. */
function unfitAt(path: string, error: unknown, options: OpenOptions): UnfitFile | undefined {
  if (!["ENXIO", "EISDIR", "ELOOP", "EMLINK", "EOPNOTSUPP"].includes(errnoOf(error) ?? "")) return undefined;
  try {
    const kind = oddKind(options.isOwn ? lstatSync(path) : statSync(path));
    return kind === undefined ? undefined : unfit(path, `it is ${kind}, not a file`, options);
  } catch {
    return undefined; // gone meanwhile, or a circular link
  }
}

function tooLarge(path: string, most: number, options: OpenOptions): UnfitFile {
  return unfit(path, `it is larger than ${most / 1024 / 1024} MB`, options);
}

function unfit(path: string, reason: string, { action = "read", isOwn = false }: OpenOptions): UnfitFile {
  return new UnfitFile(action, path, reason, isOwn ? "move it away; a new one is made" : undefined);
}
