/** Exit codes of the program; 3 is reserved. */
export const EXIT = { failed: 1, usage: 2, nothingToPick: 4, loginFailed: 5 } as const;

export type FailureCode = keyof typeof EXIT;

interface FailureOptions {
  /** What the user can do next, as one sentence or command. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** The message is a whole line that scripts know by heart: print it without a prefix. */
  readonly verbatim?: boolean;
}

/** An expected way for a command to fail: something a user can cause or cure. */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly hint: string | undefined;
  readonly verbatim: boolean;

  constructor(code: FailureCode, message: string, options: FailureOptions = {}) {
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
