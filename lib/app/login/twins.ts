import type { Account } from "../../core/codex/account.ts";
import { isSameAccount } from "../../core/codex/account_key.ts";
import { accountTail, quotedNames } from "../../core/login/account_words.ts";
import { type TwinAnswer, twinAnswerIn } from "../../core/login/answers.ts";
import { Failure } from "../../core/text/failure.ts";
import { printable } from "../../core/text/printable.ts";
import { homeOf, type Layout } from "../../core/system/layout.ts";
import type { Host } from "../../io/host.ts";
import { holderIn } from "../codex/account_file.ts";
import { aliasesOf } from "../session/sessions.ts";

/** The end of a set-up or a login that the user stopped. */
export class Stopped extends Failure {
  /** True for Ctrl-C and the end of the input, which answer nothing. */
  readonly isLeft: boolean;

  constructor(message: string, isLeft: boolean) {
    super("failed", message);
    this.isLeft = isLeft;
  }
}

/** The other sessions that have the account of a login, in byte order. */
export function twinsOf(layout: Layout, alias: string, account: Account): string[] {
  return aliasesOf(layout).filter((other) =>
    other !== alias && isSameAccount(account, holderIn(homeOf(layout, other)))
  );
}

/** True when a user can be asked. */
export function canAsk({ isTerminal }: Pick<Host, "isTerminal">): boolean {
  return isTerminal.input && isTerminal.error;
}

/** Asks what to do with a login of an account that other sessions have; undefined = Ctrl-C. */
export async function askAboutTwins(
  host: Host,
  account: Account,
  twins: readonly string[],
): Promise<TwinAnswer | undefined> {
  const names = printable(quotedNames(twins));
  host.err(`agentlb: this is the same account as ${names}${printable(accountTail(account))}\n`);
  return await askUntil(
    host,
    "keep it (both share its limits), log in again, or stop? [K/l/s]",
    "k or Enter (keep it), l (log in again), s (stop)",
    twinAnswerIn,
  );
}

/** Asks until the answer is one of `answers`, which are named after any other; undefined = Ctrl-C. */
export async function askUntil<Answer>(
  host: Host,
  question: string,
  answers: string,
  answerIn: (text: string) => Answer | undefined,
): Promise<Answer | undefined> {
  for (;;) {
    const text = await host.askOrLeave(`agentlb: ${question} `);
    if (text === undefined) return undefined;
    const answer = answerIn(text);
    if (answer !== undefined) return answer;
    host.err(`agentlb: not understood; the answers are: ${answers}\n`);
  }
}
