import type { Config } from "../../core/config/config.ts";
import { quote } from "../../core/shell/quote.ts";
import { printable } from "../../core/text/printable.ts";
import type { Layout } from "../../core/system/layout.ts";
import type { End } from "../../app/codex/run.ts";
import { type ContinuedThread, continueThread } from "../../app/thread/continue.ts";
import type { Host } from "../../io/host.ts";
import { doubtQuestion, outcomeJson, outcomeView, threadWords } from "../view/thread/going_on.ts";

/** What is asked of going on with a thread. */
export interface GoOnWish {
  readonly waits: boolean;
  /** What names the thread in hints: what the user typed, or `--last`. */
  readonly word: string;
  /** The longest wait; undefined = only the settings limit it. */
  readonly timeoutMs?: number;
  /** The user has said yes to what can't be known. */
  readonly isConfirmed?: boolean;
  /** Prints an object about the result on stdout. */
  readonly isJson?: boolean;
}

/**
 * Goes on with a thread in its own session, and says what came of it. The end is that of Codex, unless it could not go
 * on.
 */
export async function goOnAndTell(
  host: Host,
  layout: Layout,
  config: Config,
  thread: ContinuedThread,
  wish: GoOnWish,
): Promise<End> {
  const { waits, timeoutMs, isConfirmed = false } = wish;
  const isAtTerminal = host.isTerminal.input && host.isTerminal.error;
  const again = `agentlb continue ${printable(quote(wish.word))}`;
  const outcome = await continueThread(host, layout, config, thread, {
    waits,
    isAttended: isConfirmed || isAtTerminal,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    name: threadWords(thread),
    again,
    async ask(doubt) {
      if (isConfirmed) return true;
      if (!isAtTerminal) return undefined;
      return /^y(es)?$/i.test((await host.ask(doubtQuestion(thread, doubt))).trim());
    },
  });
  const now = host.clock.now();
  const { message, hint, end } = outcomeView(thread, outcome, again, now);
  if (wish.isJson) host.out(outcomeJson(thread, outcome, now));
  if (message !== undefined) host.err(`agentlb: ${end === 1 ? "error: " : ""}${message}\n`);
  if (hint !== undefined) host.err(`agentlb: hint: ${hint}\n`);
  if (outcome.end !== undefined && end === outcome.end) host.endAs(end);
  return end;
}
