/** What a user may answer to a login of an account that another session has. */
export type TwinAnswer = "keep" | "again" | "stop";
/** What a user may answer before a login. */
export type ReadyAnswer = "login" | "device" | "skip";
/** What a user may answer after a login that failed. */
export type FailedAnswer = "again" | "skip";

/** The answer about a second login of one account; undefined = not understood. */
export function twinAnswerIn(text: string): TwinAnswer | undefined {
  return oneOf(text, {
    keep: ["", "k", "keep", "y", "yes"],
    again: ["l", "login", "log in"],
    stop: ["s", "stop"],
  });
}

/** The answer before a login; undefined = not understood. */
export function readyAnswerIn(text: string): ReadyAnswer | undefined {
  return oneOf(text, {
    login: ["", "y", "yes", "l", "login"],
    device: ["d", "device", "code"],
    skip: ["s", "skip", "n", "no"],
  });
}

/** The answer after a login that failed; undefined = not understood. */
export function failedAnswerIn(text: string): FailedAnswer | undefined {
  return oneOf(text, { again: ["", "l", "login", "y", "yes"], skip: ["s", "skip", "n", "no"] });
}

/** The name that an answer chooses; undefined = none is wanted. */
export function nameIn(text: string, proposal: string): string | undefined {
  const name = text.trim();
  if (name === "") return proposal;
  return /^(s|skip)$/i.test(name) ? undefined : name;
}

function oneOf<Answer extends string>(
  text: string,
  words: Readonly<Record<Answer, readonly string[]>>,
): Answer | undefined {
  const typed = text.trim().toLowerCase();
  return (Object.keys(words) as Answer[]).find((answer) => words[answer].includes(typed));
}
