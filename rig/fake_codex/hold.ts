import { closeSync, existsSync, mkdirSync, openSync, watch } from "node:fs";
import { join } from "node:path";

/** Resolves when `name` exists in `folder`. */
export function appears(folder: string, name: string): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!existsSync(join(folder, name))) return;
      watcher.close();
      resolve();
    };
    const watcher = watch(folder, look);
    look();
  });
}

/** Opens and locks the file by which Codex marks an open thread; held to the end of the process. */
export async function openThread(home: string, id: string): Promise<void> {
  const folder = join(home, "thread-writer-locks");
  mkdirSync(folder, { recursive: true });
  const descriptor = openSync(join(folder, `${id}.lock`), "w");
  const ffi = "bun:ffi"; // by a variable: only Bun knows this module
  const { dlopen } = await import(ffi);
  const libc = dlopen(process.platform === "darwin" ? "libSystem.B.dylib" : "libc.so.6", {
    flock: { args: ["int", "int"], returns: "int" },
  });
  const exclusiveNow = 2 | 4;
  if (libc.symbols.flock(descriptor, exclusiveNow) !== 0) {
    closeSync(descriptor);
    throw new Error(`thread ${id} is open elsewhere`);
  }
}
