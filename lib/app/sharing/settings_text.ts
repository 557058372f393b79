import { Failure } from "../../core/text/failure.ts";
import { readUtf8 } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";

/** The text of a file with settings; undefined without one. Throws Failure unless it is UTF-8, as TOML has to be. */
export function settingsTextAt(path: string, most: number = MOST_BYTES.settings): string | undefined {
  try {
    return readUtf8(path, most);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Failure("failed", `Cannot read ${path}: it is not UTF-8`, { cause: error });
  }
}

/** The same for a file in a home that we write: it is longer than what it is made from. */
export function madeTextAt(path: string): string | undefined {
  return settingsTextAt(path, MOST_BYTES.table);
}
