import { Failure } from "../../core/text/failure.ts";
import { readUtf8 } from "../../io/files/read.ts";

/** The text of a file with settings; undefined without one. Throws Failure unless it is UTF-8, as TOML has to be. */
export function settingsTextAt(path: string): string | undefined {
  try {
    return readUtf8(path);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Failure("failed", `Cannot read ${path}: it is not UTF-8`, { cause: error });
  }
}
