import { watch } from "node:fs";

/** Stops watching. */
export type Unwatch = () => void;

/**
 * Calls `changed` with the name of whatever changes directly in a folder; undefined when it can't be watched.
 * One change may be told several times.
 */
export function watchFolder(folder: string, changed: (name: string) => void): Unwatch | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name !== null) changed(name);
    });
    watcher.on("error", () => watcher.close());
    return () => watcher.close();
  } catch {
    return undefined;
  }
}
