import type { Account } from "../../core/codex/account.ts";
import { Failure } from "../../core/text/failure.ts";
import { makeTemporaryFolder, removeTree } from "../../io/files/folders.ts";
import { writeNew } from "../../io/files/replace.ts";
import { sweepFolders } from "../../io/files/tree.ts";
import type { Host } from "../../io/host.ts";
import { readLogin } from "../codex/account_file.ts";
import { configOf } from "../codex/homes.ts";

const HOUR_MS = 3_600_000;

/** The login that a command made in a temporary home. */
export interface FreshLogin {
  /** The text of its auth file. */
  readonly text: string;
  readonly account: Account;
  readonly home: string;
  /** Leaves the temporary home in place when `put` fails, so that the login is not lost. */
  keptUntil<T>(put: () => Promise<T> | T): Promise<T>;
}

/**
 * Logs in in an empty temporary home below `parent`, which has these settings, and gives the login to `use`. The home is
 * removed afterwards; what killed runs left is swept after an hour, unless it holds a login.
 */
export async function logInAside<T>(
  { clock }: Pick<Host, "clock">,
  { parent, prefix, settings }: {
    readonly parent: string;
    readonly prefix: string;
    readonly settings: string;
  },
  logIn: (home: string) => Promise<void>,
  use: (login: FreshLogin) => Promise<T>,
): Promise<T> {
  sweepFolders(parent, "", "auth.json", clock.now() - HOUR_MS);
  const home = makeTemporaryFolder(parent, prefix);
  let isKept = false;
  try {
    writeNew(configOf(home), settings);
    await logIn(home);
    const login = readLogin(home);
    if (login === undefined) throw noLogin();
    return await use({
      ...login,
      home,
      async keptUntil(put) {
        isKept = true;
        const result = await put();
        isKept = false;
        return result;
      },
    });
  } finally {
    if (!isKept) removeTree(home);
  }
}

/** The failure of a login command that left no login. */
export function noLogin(): Failure {
  return new Failure(
    "loginFailed",
    "The login command ended well, but there is no login in the home it was given",
  );
}
