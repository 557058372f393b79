/** A word that needs no quotes on a command line of Windows. */
const PLAIN = /^[!#-~]+$/;

/**
 * One line that runs `argv` in a home, for the `Invoke-Expression` of Windows PowerShell 5.1 and of PowerShell 7; it
 * restores `CODEX_HOME` afterwards. It is printable ASCII, because PowerShell decodes program output by the console's
 * code page. PowerShell builds the command line of a program itself. Its older way, the only one until 7.2 and `Legacy`
 * since, does not quote an argument without blanks outside of double quotes: so each comes quoted as programs read it.
 * Sources: about_Preference_Variables ($PSNativeCommandArgumentPassing), about_Quoting_Rules, and NeedQuotes in
 * NativeCommandParameterBinder.cs of PowerShell 7.
 */
export function powershellCommand(home: string, argv: readonly string[]): string {
  const [name = "", ...args] = argv;
  const call = [`& ${literal(name)}`, ...args.map((word) => literal(argument(word)))].join(" ");
  return `& { $PSNativeCommandArgumentPassing = 'Legacy'; $before = $env:CODEX_HOME; ` +
    `$env:CODEX_HOME = ${literal(home)}; try { ${call} } finally { $env:CODEX_HOME = $before } }`;
}

/** A text as an expression: ASCII in single quotes, other characters by their number. */
function literal(text: string): string {
  const parts = text.match(/[ -~]+|[^ -~]/g) ?? [];
  const written = parts.map((part) =>
    /^[ -~]/.test(part) ? `'${part.replaceAll("'", "''")}'` : `[char]${part.charCodeAt(0)}`
  );
  if (written.length === 0) return "''";
  if (written.length === 1 && written[0]?.startsWith("'")) return written[0];
  return `(${[...(written[0]?.startsWith("'") ? [] : ["''"]), ...written].join(" + ")})`;
}

/**
 * A word quoted for a program's own command line parser: in double quotes, each inner double quote escaped by a
 * backslash, and every backslash before a double quote doubled. Source: Parsing C command-line arguments, Microsoft C
 * runtime reference.
 */
function argument(word: string): string {
  if (PLAIN.test(word)) return word;
  return `"${
    word.replace(/(\\*)("|$)/g, (_, slashes: string, end: string) => `${slashes}${slashes}${end && '\\"'}`)
  }"`;
}
