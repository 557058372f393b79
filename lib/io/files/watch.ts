import { watch } from "node:fs";

/** Stops watching. */
export type Unwatch = () => void;

/** Bun keeps quiet about what follows a change within milliseconds, such as the writing after an emptying. */
const SETTLED_MS = 50;

/**
 * Calls `changed` with the name of whatever changes directly in a folder, and once more when it has settled; undefined
 * when it can't be watched. One change may be told several times.
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
