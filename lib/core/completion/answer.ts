import { printable } from "../text/printable.ts";
import { quoteForBash } from "./bash_quote.ts";
import type { Candidate, Completion } from "./candidate.ts";
import { quoteForPowershell } from "./powershell_quote.ts";
import type { CompletionRequest } from "./request.ts";

/** The longest description, in characters. */
const MOST_ABOUT = 100;

/**
 * The answer for the script of a shell: first which paths it adds by itself, then the words. Words end with a line for
 * bash and PowerShell, quoted; with NUL for zsh and fish, which quote by themselves. Without a shell it is one word a
 * line, a tab, and what it is.
 */
export function completionText(request: CompletionRequest, completion: Completion): string {
  const { shell, current, kept, quote } = request;
  const { paths } = completion;
  const fitting = completion.words.filter(({ text }) => text.startsWith(current));
  switch (shell) {
    case undefined:
      return fitting.filter(({ text }) => !text.includes("\n")).map((word) => `${row(word)}\n`).join("");
    case "bash":
      return lines([paths, ...fitting.map(({ text }) => quoteForBash(text.slice(kept.length), quote))]);
    case "zsh":
    case "fish":
      return [paths, ...completion.words.map(row)].map((each) => `${each}\0`).join("");
    case "powershell":
      return lines([
        paths,
        ...fitting.map(({ text, about }) =>
          [quoteForPowershell(text), shown(text), shown(about || text)].map(encodeURIComponent).join(" ")
        ),
      ]);
  }
}

function row({ text, about }: Candidate): string {
  return about === "" ? text : `${text}\t${shown(about)}`;
}

/** A text as one line that cannot steer a terminal. */
function shown(text: string): string {
  return printable(text.replaceAll("\n", " "), MOST_ABOUT);
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join("");
}
