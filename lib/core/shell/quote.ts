import { printable } from "../text/printable.ts";
import type { PlatformName } from "./surroundings.ts";

/** The shells that a command can be printed for; "sh" covers bash, zsh and all other descendants of it. */
export const SHELLS = ["sh", "fish", "powershell"] as const;
export type Shell = typeof SHELLS[number];

export function isShell(name: string): name is Shell {
  return (SHELLS as readonly string[]).includes(name);
}

/** The most common shell of a platform. */
export function usualShell(platform: PlatformName): Shell {
  return platform === "win32" ? "powershell" : "sh";
}

/** A text that a shell runs as the command `argv` in a home. */
export async function printedCommand(shell: Shell, home: string, argv: readonly string[]): Promise<string> {
  switch (shell) {
    case "sh":
      return shCommand(home, argv);
    case "fish":
      return (await import("./quote_fish.ts")).fishCommand(home, argv);
    case "powershell":
      return (await import("./quote_powershell.ts")).powershellCommand(home, argv);
  }
}

const BARE = /^[A-Za-z0-9_./:=+-]+$/;
/** zsh replaces `=name` by a program's path at the start of a word and, in assignments, after a colon. */
const EXPANDED_BY_ZSH = /(^|:)=/;
const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*\+?=/;
/** Words that zsh still parses as grammar after an assignment; sh and bash do not. */
const GRAMMAR =
  /^(if|then|elif|else|fi|for|foreach|end|while|until|do|done|case|esac|select|repeat|function|time|coproc|nocorrect)$/;

/** A word quoted for sh, bash and zsh, byte for byte. */
export function quote(word: string): string {
  return BARE.test(word) && !EXPANDED_BY_ZSH.test(word) ? word : quoted(word);
}

/** A word of a command line that a message gives as advice: quoted for sh, and safe to show. */
export function typed(word: string): string {
  return printable(quote(word), 4096);
}

/** One line that runs `argv` in a home, for a shell's `eval`. */
export function shCommand(home: string, argv: readonly string[]): string {
  const words = argv.map((word, index) =>
    index === 0 && (ASSIGNMENT.test(word) || GRAMMAR.test(word)) ? quoted(word) : quote(word)
  );
  return onOneLine([`CODEX_HOME=${quote(home)}`, ...words].join(" "));
}

/** The same command on one line, for callers that read lines: no quotes of sh can hold a line break in another form. */
function onOneLine(command: string): string {
  if (!command.includes("\n")) return command;
  const escaped = command.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return `eval "$(printf %b ${quoted(escaped)})"`;
}

const ESCAPES = new Map([['"', '\\"'], ["\\", "\\\\"], ["\t", "\\t"], ["\n", "\\n"], ["\r", "\\r"], [
  "\0",
  "\\0",
]]);
const UNPRINTABLE = /["\\]|(?! )[\p{C}\p{Z}\p{Grapheme_Extend}]/gu;

/** A text in double quotes with invisible characters escaped, as the predecessor's messages show values. */
export function debugQuote(text: string): string {
  const inside = text.replace(
    UNPRINTABLE,
    (char) => ESCAPES.get(char) ?? `\\u{${char.codePointAt(0)?.toString(16)}}`,
  );
  return `"${inside}"`;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'"'"'`)}'`;
}
