import { isWithoutLocks, noLocks } from "./no_locks.ts";

/** The part of `bun:ffi` that is used. */
export interface BunFfi {
  dlopen(library: string, symbols: Record<string, { args: string[]; returns: string }>): {
    symbols: Record<string, (...args: number[]) => number | null>;
  };
  read: { i32(pointer: number): number };
}

type Flock = (fd: number, path: string) => boolean;

const LOCK_EX_NB = 2 | 4;
/** Possible C libraries, and the function of each that returns the address of `errno`. */
const LIBRARIES = [
  ["libc.so.6", "__errno_location"],
  ["libc.musl-x86_64.so.1", "__errno_location"],
  ["libc.musl-aarch64.so.1", "__errno_location"],
  ["libSystem.B.dylib", "__error"],
] as const;

/**
 * `flock(2)` under Bun; undefined where the system lets no library be called, as one without executable memory. `bun:ffi`
 * is named at run time only, so that other runtimes can load this module.
 */
export async function loadFlock(ffi?: BunFfi): Promise<Flock | undefined> {
  const name = "bun:ffi";
  const { dlopen, read } = ffi ?? await import(/* @vite-ignore */ name) as BunFfi;
  for (const [library, errnoName] of LIBRARIES) {
    let symbols;
    try {
      ({ symbols } = dlopen(library, {
        flock: { args: ["i32", "i32"], returns: "i32" },
        [errnoName]: { args: [], returns: "ptr" },
      }));
    } catch {
      continue;
    }
    return (fd, path) => {
      if (symbols.flock!(fd, LOCK_EX_NB) === 0) return true;
      const errno = read.i32(symbols[errnoName]!()!);
      if (!isWithoutLocks(errno)) return false;
      throw noLocks(path, `errno ${errno}`);
    };
  }
  return undefined;
}
