import { basename } from "node:path";
import { parseAccount } from "../../core/codex/account.ts";
import { type Login, loginIn } from "../../core/codex/auth_file.ts";
import { errnoOf, UnfitFile } from "../../core/text/failure.ts";
import { readBytes } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";

/** The login in an auth file; a missing or unreadable file has a `problem`. */
export function loginAt(path: string): Login {
  const unfit = (problem: string): Login => ({ account: parseAccount(""), problem });
  try {
    const bytes = readBytes(path, MOST_BYTES.login);
    return bytes === undefined ? unfit("it is gone") : loginIn(bytes, basename(path));
  } catch (error) {
    return unfit(
      error instanceof UnfitFile ? error.reason : `it can't be read (${errnoOf(error) ?? "error"})`,
    );
  }
}
