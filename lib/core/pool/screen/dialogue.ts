import { type Card, isComplete, parseCard } from "./card.ts";
import { type ProbeResult, probeText, type Trouble } from "../../codex/reasons.ts";

/** The visible state of a pane in which Codex was started. */
export interface Look {
  readonly screen: string;
  /** Undefined while the program runs; null when it ended with an unknown code. */
  readonly exitCode: number | null | undefined;
}

/** Progress of the dialogue with the screen; times are monotonic milliseconds. */
export interface Talk {
  readonly phase: "starting" | "typed" | "asked";
  readonly since: number;
  /** The number of times `/status` was typed. */
  readonly asked: number;
  /** The text of the last card: a card is only believed when two looks show the same. */
  readonly card: string;
}

export interface Manner {
  /** Between the text and Enter. */
  readonly enterDelayMs: number;
  readonly nowMs: number;
}

/** The next action in the pane. */
export type Move =
  | { readonly do: "wait" }
  | { readonly do: "type"; readonly text: string }
  | { readonly do: "press"; readonly key: string }
  | { readonly do: "end"; readonly card: Card }
  | { readonly do: "give up"; readonly trouble: Trouble; readonly reason: string };

export const START: Talk = { phase: "starting", since: 0, asked: 0, card: "" };

/** Blanks are those of one line: a pattern that goes on over empty lines would begin again on each of them. */
const SIGN_IN = /^[ \t]*[>›]?[ \t]*1\. Sign in with ChatGPT|Finish signing in via your browser/m;
const TRUST = /^[ \t]*[>›][ \t]*1\. (Trust and continue|Yes, continue)/m;
const UPDATE = /^[ \t]*[>›]?[ \t]*1\. Update now/m;
const PATIENCE_MS = 3000;
const MOST_QUESTIONS = 2;

/** One step: looks at the pane and returns the action and the new progress. */
export function step(talk: Talk, look: Look, now: number, manner: Manner): readonly [Move, Talk] {
  const { screen } = look;
  const stay = (move: Move): readonly [Move, Talk] => [move, talk];
  if (look.exitCode !== undefined) return stay(deathOf(look));
  if (SIGN_IN.test(screen)) return stay(giveUp("login", { kind: "loginRequired" }));
  // It is our own empty folder; the answer is saved in the temporary home.
  if (TRUST.test(screen)) return stay({ do: "press", key: "Enter" });
  if (UPDATE.test(screen)) return stay({ do: "press", key: "Escape" });
  const ago = now - talk.since;
  switch (talk.phase) {
    case "starting":
      if (!isReady(screen)) return stay({ do: "wait" });
      return [{ do: "type", text: "/status" }, {
        ...talk,
        phase: "typed",
        since: now,
        asked: talk.asked + 1,
      }];
    case "typed":
      if (ago < manner.enterDelayMs) return stay({ do: "wait" });
      if (composerOf(screen) === "/status") {
        return [{ do: "press", key: "Enter" }, { ...talk, phase: "asked", since: now }];
      }
      if (ago < manner.enterDelayMs + PATIENCE_MS) return stay({ do: "wait" });
      return [{ do: "press", key: "C-u" }, { ...talk, phase: "starting" }];
    case "asked":
      return answer(talk, screen, now, manner);
  }
}

function answer(talk: Talk, screen: string, now: number, { nowMs }: Manner): readonly [Move, Talk] {
  const ago = now - talk.since;
  const again: readonly [Move, Talk] = [{ do: "wait" }, { ...talk, phase: "starting" }];
  if (/^[ \t]*Waiting for startup/m.test(screen)) {
    return [{ do: "press", key: "Escape" }, { ...talk, phase: "starting" }];
  }
  const card = afterStatus(screen, nowMs);
  if (card === undefined) {
    if (ago < PATIENCE_MS) return [{ do: "wait" }, talk];
    if (composerOf(screen) === "/status") return [{ do: "press", key: "Enter" }, { ...talk, since: now }];
    return again;
  }
  if (card.text !== talk.card) return [{ do: "wait" }, { ...talk, card: card.text }];
  if (isComplete(card) || card.note?.startsWith("not available for this account")) {
    return [{ do: "end", card }, talk];
  }
  if (card.note?.startsWith("data not available yet") && ago >= 1000) {
    return talk.asked < MOST_QUESTIONS ? again : [
      { do: "give up", trouble: "other", reason: "Codex has no limits to show: data not available yet" },
      talk,
    ];
  }
  return [{ do: "wait" }, talk];
}

/** The card below the last `/status` that was entered. */
export function afterStatus(screen: string, nowMs: number): Card | undefined {
  const lines = screen.split("\n");
  const at = lines.findLastIndex((line) => /^[›\s]{0,2}\/status\s*$/.test(line) && !isComposer(line));
  return at < 0 ? undefined : parseCard(lines.slice(at).join("\n"), nowMs);
}

/**
 * Tells whether typed text reaches a session. Before there is one the line below the input names no folder, and an
 * Enter would send the words to the model later.
 */
export function isReady(screen: string): boolean {
  const lines = screen.split("\n");
  const at = lines.findLastIndex(isComposer);
  if (at < 0) return false;
  if (lines.some((line) => /^\s*│ >_ OpenAI Codex/.test(line))) return true;
  return lines.slice(at + 1).some((line) => /^ {2}\S.* · [~\/…]/.test(line));
}

/** The text in the input line; undefined when there is no input line. */
export function composerOf(screen: string): string | undefined {
  const line = screen.split("\n").findLast(isComposer);
  return line?.trim().slice(1).trim();
}

function isComposer(line: string): boolean {
  return /^\s*[›▌](?: |$)/.test(line) && !/^\s*›\s+\d+\. /.test(line) && !/^\s*› \/\w+ {2,}\S/.test(line);
}

function deathOf({ screen, exitCode }: Look): Move {
  const words = /^Error: (.*(?:\n(?!Pane is dead).+)*)/m.exec(screen)?.[1]?.replace(/\s+/g, " ") ?? "";
  if (/\b401\b|unauthorized|refresh token|sign in again/i.test(words)) {
    return giveUp("login", { kind: "tokenRefused" });
  }
  if (/discovery (failed|timed out)|error sending request|network|dns|timed out/i.test(words)) {
    return giveUp("network", { kind: "noNetwork" });
  }
  const end = exitCode === null ? "ended" : `ended with exit code ${exitCode}`;
  const trouble = exitCode === 126 || exitCode === 127 ? "codex" : "other";
  return {
    do: "give up",
    trouble,
    reason: words === "" ? `codex ${end}` : `codex ${end}: ${words.slice(0, 200)}`,
  };
}

function giveUp(trouble: Trouble, result: ProbeResult): Move {
  return { do: "give up", trouble, reason: probeText(result) };
}
