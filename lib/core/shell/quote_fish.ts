const BARE = /^[A-Za-z0-9_./:=+-]+$/;
/** Words that fish parses as grammar at the start of a command, in quotes too (parse_constants.h, fish 3 and 4). */
const GRAMMAR =
  /^(and|begin|builtin|case|command|else|end|exec|for|function|if|in|not|or|switch|time|while|!)$/;
const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/;

/**
 * One line that runs `argv` in a home, for fish's `source` or `eval`: fish 3.1 or newer, which sets a variable for one
 * command as other shells do.
 */
export function fishCommand(home: string, argv: readonly string[]): string {
  const [name = "", ...args] = argv;
  const program = GRAMMAR.test(name)
    ? `command ${quoted(name)}`
    : ASSIGNMENT.test(name)
    ? quoted(name)
    : quote(name);
  return [`CODEX_HOME=${quote(home)}`, program, ...args.map(quote)].join(" ");
}

/** A word quoted for fish. */
function quote(word: string): string {
  return BARE.test(word) ? word : quoted(word);
}

/**
 * In single quotes only `\` and `'` are special; a line break stays outside, because `eval` would turn it into a blank.
 */
function quoted(word: string): string {
  return word.split("\n").map((line) => `'${line.replace(/[\\']/g, "\\$&")}'`).join("\\n");
}
