import type { Account } from "../../../core/codex/account.ts";
import { noAnswerIn } from "../../../core/codex/reasons.ts";
import { Failure } from "../../../core/text/failure.ts";
import { type Card, readingsOf } from "../../../core/pool/screen/card.ts";
import { afterStatus, composerOf, type Look, START, step } from "../../../core/pool/screen/dialogue.ts";
import { type Reading, withoutLimits } from "../../../core/pool/limits/reading.ts";
import type { Host } from "../../../io/host.ts";
import type { Tmux } from "../../../io/tmux.ts";
import type { Home } from "./temp_home.ts";

/** The settings for reading one account's limits off the screen. */
export interface ScreenQuestion {
  readonly codex: string;
  readonly home: Home;
  /** The working directory of Codex. */
  readonly folder: string;
  readonly account: Account;
  /** The time limit until Codex takes input. */
  readonly readyMs: number;
  /** The time limit from then until its answer. */
  readonly timeoutMs: number;
  readonly enterDelayMs: number;
  readonly interrupted: AbortSignal;
}

/** The screen and the reading from it. */
export interface Scraped {
  readonly reading: Reading;
  readonly card: Card | undefined;
  readonly last: Look;
  /** Resolves when Codex has ended, or after the attempts to end it. */
  readonly gone: Promise<void>;
}

const LOOK_EVERY_MS = 100;
/** Codex takes 5 s to leave while its own request is unanswered. */
const LEAVES_MS = 8000;

/** Starts Codex in a pane, asks for `/status` and reads the card. */
export async function scrape(
  host: Pick<Host, "clock">,
  tmux: Tmux,
  question: ScreenQuestion,
): Promise<Scraped> {
  try {
    return await converse(host, tmux, question);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // The tmux server was ended, for example by a closed terminal.
    const reading: Reading = { kind: "failed", trouble: "other", reason: error.message };
    return { reading, card: undefined, last: { screen: "", exitCode: undefined }, gone: Promise.resolve() };
  }
}

async function converse(
  host: Pick<Host, "clock">,
  tmux: Tmux,
  question: ScreenQuestion,
): Promise<Scraped> {
  const { codex, home, folder, account, readyMs, timeoutMs, enterDelayMs, interrupted } = question;
  const { clock } = host;
  const args = ["-c", "check_for_update_on_startup=false"];
  const pane = await tmux.open({ file: codex, args, env: home.variables, cwd: folder });
  const deadline = clock.monotonic() + readyMs + timeoutMs;
  let talk = START;
  let last: Look = { screen: "", exitCode: undefined };
  const found = (reading: Reading, card?: Card): Scraped => ({
    reading,
    card,
    last,
    gone: leave(host, tmux, pane).catch(() => {}), // the server is gone, and Codex with it
  });
  // A card without limits states the reason.
  const seen = () => afterStatus(last.screen, clock.now());
  while (!interrupted.aborted && clock.monotonic() < deadline) {
    last = await tmux.look(pane);
    if (last.exitCode === null) { // its code may come a moment later
      await clock.sleep(LOOK_EVERY_MS);
      last = await tmux.look(pane);
    }
    const [move, next] = step(talk, last, clock.monotonic(), { enterDelayMs, nowMs: clock.now() });
    talk = next;
    switch (move.do) {
      case "type":
        await tmux.type(pane, move.text);
        break;
      case "press":
        await tmux.press(pane, move.key);
        break;
      case "end":
        return found(readingOf(move.card, account), move.card);
      case "give up":
        return found({ kind: "failed", trouble: move.trouble, reason: move.reason }, seen());
      case "wait":
    }
    await clock.sleep(LOOK_EVERY_MS, interrupted);
  }
  return found(withoutLimits(noAnswerIn(readyMs + timeoutMs)), seen());
}

function readingOf(card: Card, account: Account): Reading {
  if (card.email !== undefined && account.email !== undefined && card.email !== account.email) {
    return withoutLimits({ kind: "otherAccount" });
  }
  if (card.windows.length === 0) {
    return { kind: "unlimited", reason: card.note ?? card.credits ?? "no limits" };
  }
  return { kind: "limits", readings: readingsOf(card), source: { by: "codex" } };
}

/** Asks Codex to leave as a user would; what stays ends with the tmux server. */
async function leave({ clock }: Pick<Host, "clock">, tmux: Tmux, pane: string): Promise<void> {
  const deadline = clock.monotonic() + LEAVES_MS;
  let isAsked = false;
  while (clock.monotonic() < deadline) {
    const { screen, exitCode } = await tmux.look(pane);
    if (exitCode !== undefined) return;
    if (!isAsked && composerOf(screen) !== undefined) {
      isAsked = true;
      await tmux.press(pane, "C-u");
      await tmux.type(pane, "/exit");
      await clock.sleep(300);
      await tmux.press(pane, "Enter");
    } else if (!isAsked) {
      await tmux.press(pane, "C-c");
    }
    await clock.sleep(LOOK_EVERY_MS * (isAsked ? 1 : 3));
  }
}
