import type { Setup } from "../../app/setup/outcome.ts";
import { jsonText } from "./json.ts";

/** What `agentlb init --json` prints: the sessions that it found or was asked for. */
export interface InitOutput {
  readonly schema: "agentlb.init/1";
  readonly sessions: readonly SetupSession[];
}

/** A session after a set-up. */
export interface SetupSession {
  readonly alias: string;
  /** Its CODEX_HOME; there is none yet when the login was skipped or failed. */
  readonly home: string;
  /** "present" = it was logged in before, or needs no login. */
  readonly result: "loggedIn" | "present" | "skipped" | "failed";
  /** The email of the login. */
  readonly email?: string;
  /** The plan of the login, such as "pro". */
  readonly plan?: string;
  /** The other sessions that have the same account; absent = none. */
  readonly sameAccountAs?: readonly string[];
}

/** The output of `agentlb init --json`. */
export function setupJson({ sessions }: Setup): string {
  return jsonText<InitOutput>({
    schema: "agentlb.init/1",
    sessions: sessions.map(({ alias, home, result, account: { email, plan }, twins }) => ({
      alias,
      home,
      result,
      ...(email === undefined ? {} : { email }),
      ...(plan === undefined ? {} : { plan }),
      ...(twins.length === 0 ? {} : { sameAccountAs: twins }),
    })),
  });
}
