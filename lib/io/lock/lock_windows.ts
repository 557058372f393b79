import { Failure } from "../../core/text/failure.ts";
import { type Handle, type Kernel32, kernel32 } from "../platform/windows.ts";
import type { OpenLock } from "./open_lock.ts";

const GENERIC_READ_WRITE = 0xc0000000;
/** Share mode: others may read, write, rename and remove the file, as on other systems. */
const SHARE_ALL = 7;
const [OPEN_EXISTING, OPEN_ALWAYS] = [3, 4];
/** Flags: opens a link itself, and allows folders. */
const FLAGS = 0x00200000 | 0x02000000;
const EXCLUSIVE_AT_ONCE = 2 | 1;
/**
 * The offset of the locked byte. A locked byte cannot be read or written, so it is far behind any content; a lock on
 * the whole file, such as Codex takes, includes it.
 */
const PLACE = 2n ** 62n;
const [ATTRIBUTE_DIRECTORY, ATTRIBUTE_REPARSE_POINT] = [0x10, 0x400];
/**
 * ERROR_INVALID_FUNCTION, _INVALID_HANDLE, _NOT_SUPPORTED, _INVALID_PARAMETER, _CALL_NOT_IMPLEMENTED: retries never
 * help.
 */
const CANNOT_LOCK = new Set([1, 6, 50, 87, 120]);

/** Opens a lock file on Windows. Throws Failure when its system calls are unavailable. */
export function openWindows(path: string, kernel: Kernel32 = kernel32()): OpenLock {
  const handle = open(kernel, path, OPEN_ALWAYS);
  if (handle === -1n) throw failure(path, `Windows says ${kernel.GetLastError()}`);
  const file = informationOf(kernel, handle);
  return {
    isFile: (file.attributes & (ATTRIBUTE_DIRECTORY | ATTRIBUTE_REPARSE_POINT)) === 0,
    links: file.links,
    isCurrent: () => identityAt(kernel, path) === file.identity,
    tryLock() {
      if (kernel.LockFileEx(handle, EXCLUSIVE_AT_ONCE, 0, 1, 0, at(PLACE)) !== 0) return true;
      const error = kernel.GetLastError();
      if (!CANNOT_LOCK.has(error)) return false;
      throw failure(path, `this file system has no locks (Windows says ${error})`);
    },
    write(bytes) {
      const written = new Uint32Array(1);
      const isDone = kernel.SetFilePointerEx(handle, 0n, null, 0) !== 0 &&
        kernel.SetEndOfFile(handle) !== 0 &&
        (bytes.length === 0 || kernel.WriteFile(handle, bytes, bytes.length, written, null) !== 0);
      if (!isDone) throw new Error(`Cannot write ${path}: Windows says ${kernel.GetLastError()}`);
    },
    // Closing the handle releases the lock.
    close: () => void kernel.CloseHandle(handle),
  };
}

function open(kernel: Kernel32, path: string, disposition: number): Handle {
  const name = new Uint16Array(path.length + 1);
  for (let at = 0; at < path.length; at++) name[at] = path.charCodeAt(at);
  return kernel.CreateFileW(name, GENERIC_READ_WRITE, SHARE_ALL, null, disposition, FLAGS, 0n);
}

interface Information {
  readonly attributes: number;
  readonly identity: string;
  readonly links: number;
}

/** The fields of BY_HANDLE_FILE_INFORMATION, each of 32 bits. */
function informationOf(kernel: Kernel32, handle: Handle): Information {
  const fields = new Uint32Array(13);
  kernel.GetFileInformationByHandle(handle, fields);
  const [attributes = 0, links = 0] = [fields[0], fields[10]];
  return { attributes, links, identity: `${fields[7]}:${fields[11]}:${fields[12]}` };
}

function identityAt(kernel: Kernel32, path: string): string | undefined {
  const handle = open(kernel, path, OPEN_EXISTING);
  if (handle === -1n) return undefined;
  try {
    return informationOf(kernel, handle).identity;
  } finally {
    kernel.CloseHandle(handle);
  }
}

/** An OVERLAPPED with only a file offset: two pointers, the offset, an event. */
function at(place: bigint): Uint32Array {
  const overlapped = new Uint32Array(8);
  overlapped[4] = Number(place & 0xffffffffn);
  overlapped[5] = Number(place >> 32n);
  return overlapped;
}

function failure(path: string, why: string): Failure {
  return new Failure("failed", `Cannot lock ${path}: ${why}`);
}
