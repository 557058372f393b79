import { type OpenQuote, readBashLine } from "./bash_line.ts";

/** The shells that there are completions for. */
export const COMPLETED_SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
export type CompletedShell = typeof COMPLETED_SHELLS[number];

/** What a shell asks: the words behind the command's name, the one at the cursor last. */
export interface CompletionRequest {
  /** Undefined for one who reads the answer as it is. */
  readonly shell: CompletedShell | undefined;
  readonly before: readonly string[];
  readonly current: string;
  /** Of bash: the part of the current word that stays, and the quote that is open. */
  readonly kept: string;
  readonly quote: OpenQuote;
}

/**
 * Reads what the script of a shell passes: bash its line up to the cursor, with the characters that part words in
 * `breaks`; zsh and fish the words; PowerShell the words encoded, because it loses quotes and empty words.
 */
export function readRequest(
  shell: CompletedShell | undefined,
  breaks: string,
  words: readonly string[],
): CompletionRequest {
  if (shell === "bash") {
    const { before, ...rest } = readBashLine(words[0] ?? "", breaks);
    return { shell, before: before.slice(1), ...rest };
  }
  const plain = shell === "powershell" ? words.map((word) => decodeURIComponent(word.slice(1))) : words;
  return { shell, before: plain.slice(0, -1), current: plain.at(-1) ?? "", kept: "", quote: "" };
}

/** The shell of that name. */
export function completedShell(name: string | undefined): CompletedShell | undefined {
  return COMPLETED_SHELLS.find((shell) => shell === name);
}

/** Reads the words of `cap complete`, as the scripts write them: `--for=<shell> --breaks=<chars> -- <words>`. */
export function requestIn(args: readonly string[]): CompletionRequest {
  const end = args.indexOf("--");
  const options = args.slice(0, Math.max(0, end));
  const valueOf = (name: string) => options.find((word) => word.startsWith(name))?.slice(name.length);
  return readRequest(completedShell(valueOf("--for=")), valueOf("--breaks=") ?? "", args.slice(end + 1));
}
