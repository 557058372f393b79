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

/** A file that exists but must not be read or written: a pipe, a device, too large, a link where none may be. */
export class UnfitFile extends Failure {
  readonly path: string;
  /** What is wrong with it, to follow its path in a message. */
  readonly reason: string;

  /** `action` is what cannot be done to it, as "read". */
  constructor(action: string, path: string, reason: string, hint?: string) {
    super("failed", `Cannot ${action} ${path}: ${reason}`, hint === undefined ? {} : { hint });
    this.path = path;
    this.reason = reason;
  }
}

/** Why a file could not be read, in few words that do not name it. */
export function unreadableWords(thrown: unknown): string {
  return thrown instanceof UnfitFile ? thrown.reason : errnoOf(thrown) ?? wordsOf(thrown);
}

/** The message of any thrown value, for a log line or another message. */
export function wordsOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  // Deno has no name for some errors, such as that of a disk quota: then the number has to do.
  const { errno } = thrown as { errno?: unknown };
  const isNameless = errnoOf(thrown) === "UNKNOWN" && typeof errno === "number";
  return isNameless ? `${thrown.message} (error ${Math.abs(errno)})` : thrown.message;
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
