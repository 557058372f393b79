import { watch } from "node:fs";

/** Stops watching. */
export type Unwatch = () => void;

/** Bun misses events within milliseconds of a change, such as a write right after a truncation. */
const SETTLED_MS = 50;

/**
 * Calls `changed` with the name of each entry that changes directly in a folder, and once more when it has settled;
 * undefined when the folder cannot be watched. One change may be reported several times.
 */
export function watchFolder(folder: string, changed: (name: string) => void): Unwatch | undefined {
  const settling = new Map<string, NodeJS.Timeout>();
  try {
    const watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name === null) return;
      changed(name);
      clearTimeout(settling.get(name));
      const settled = setTimeout(() => {
        settling.delete(name);
        changed(name);
      }, SETTLED_MS);
      settling.set(name, settled.unref());
    });
    watcher.on("error", () => watcher.close());
    return () => {
      watcher.close();
      for (const settled of settling.values()) clearTimeout(settled);
    };
  } catch {
    return undefined;
  }
}
