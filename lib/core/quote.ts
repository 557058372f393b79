const BARE = /^[A-Za-z0-9_./:=+-]+$/;
/** zsh puts a program's path for `=name` at the start of a word and, in assignments, after a colon. */
const EXPANDED_BY_ZSH = /(^|:)=/;
const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*\+?=/;
/** What zsh still takes for grammar after an assignment; sh and bash don't. */
const GRAMMAR =
  /^(if|then|elif|else|fi|for|foreach|end|while|until|do|done|case|esac|select|repeat|function|time|coproc|nocorrect)$/;

/** A word as sh, bash and zsh read it back, byte for byte. */
export function quote(word: string): string {
  return BARE.test(word) && !EXPANDED_BY_ZSH.test(word) ? word : quoted(word);
}

/** One line that runs `argv` in a home, for a shell's `eval`. */
export function printedCommand(home: string, argv: readonly string[]): string {
  const words = argv.map((word, index) =>
    index === 0 && (ASSIGNMENT.test(word) || GRAMMAR.test(word)) ? quoted(word) : quote(word)
  );
  return [`CODEX_HOME=${quote(home)}`, ...words].join(" ");
}

const ESCAPES = new Map([['"', '\\"'], ["\\", "\\\\"], ["\t", "\\t"], ["\n", "\\n"], ["\r", "\\r"], [
  "\0",
  "\\0",
]]);
const UNPRINTABLE = /["\\]|(?! )[\p{C}\p{Z}\p{Grapheme_Extend}]/gu;

/** A text in double quotes with what can't be seen escaped, as the predecessor's messages show values. */
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
