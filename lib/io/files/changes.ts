import { type Unwatch, watchFolder } from "./watch.ts";

/** Changes of some files. */
export interface Changes {
  /** Aborted by the first change since it was forgotten. */
  signal(): AbortSignal;
  forget(): void;
  end(): void;
}

/** Watches the files with these names in some folders. */
export function changesIn(folders: readonly string[], names: readonly string[]): Changes {
  let control = new AbortController();
  const watches = folders.flatMap((folder): Unwatch[] => {
    const unwatch = watchFolder(folder, (name) => names.includes(name) && control.abort());
    return unwatch === undefined ? [] : [unwatch];
  });
  return {
    signal: () => control.signal,
    forget: () => void (control = new AbortController()),
    end: () => watches.forEach((unwatch) => unwatch()),
  };
}
