/** Kinds of failure: it cannot be done, wrong usage, nothing to pick, a failed login, a wait that took too long. */
export type FailureCode = "failed" | "usage" | "nothingToPick" | "loginFailed" | "timedOut";

/** Exit codes of the program; 3 is reserved. */
export const EXIT: Readonly<Record<FailureCode, number>> = {
  failed: 1,
  usage: 2,
  nothingToPick: 4,
  loginFailed: 5,
  timedOut: 6,
};

/** An expected way to fail, which a user can cause or cure. Any other error is a bug. */
export class Failure extends Error {
  /** The kind of failure. */
  readonly code: FailureCode;
  /** Advice for the user, as one sentence or command. */
  readonly hint: string | undefined;
  /** The message is a whole line that scripts depend on: the programs print it without a prefix. */
  readonly verbatim: boolean;

  /** `message` names the action that failed, its object and the reason. */
  constructor(
    code: FailureCode,
    message: string,
    options: { readonly hint?: string; readonly cause?: unknown; readonly verbatim?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "Failure";
    this.code = code;
    this.hint = options.hint;
    this.verbatim = options.verbatim ?? false;
  }
}

/** The message of any thrown value, for a log line or another message. */
export function wordsOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The system's error code of a thrown value ("ENOENT"), when it has one. */
export function errnoOf(thrown: unknown): string | undefined {
  const code = (thrown as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

/** Tells whether the runtime denied a permission (Deno). */
export function isForbidden(thrown: unknown): thrown is Error {
  return thrown instanceof Error && thrown.name === "NotCapable";
}
