/** What kind of failure it is: it can't be done, was asked wrongly, there is nothing to pick, or a login failed. */
export type FailureCode = "failed" | "usage" | "nothingToPick" | "loginFailed";

/** Exit codes of the program; 3 is reserved. */
export const EXIT: Readonly<Record<FailureCode, number>> = {
  failed: 1,
  usage: 2,
  nothingToPick: 4,
  loginFailed: 5,
};

/** An expected way to fail: something a user can cause or cure. Anything else that is thrown is a fault of ours. */
export class Failure extends Error {
  /** What kind of failure it is. */
  readonly code: FailureCode;
  /** What the user can do next, as one sentence or command. */
  readonly hint: string | undefined;
  /** The message is a whole line that scripts know by heart: the programs print it without a prefix. */
  readonly verbatim: boolean;

  /** `message` says what could not be done, to what, and why. */
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

/** The words of anything thrown, for a log line or a message. */
export function wordsOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The system's error code of something thrown ("ENOENT"), when it has one. */
export function errnoOf(thrown: unknown): string | undefined {
  const code = (thrown as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

/** Whether the runtime refused what nobody had allowed it (Deno's permissions). */
export function isForbidden(thrown: unknown): thrown is Error {
  return thrown instanceof Error && thrown.name === "NotCapable";
}
