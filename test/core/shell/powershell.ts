/** How PowerShell reads the literals of a line, and how it and the programs of Windows make words of a command line. */

/** The texts of all literals of a line: single-quoted strings, and sums of them and of `[char]n` in parentheses. */
export function literalsOf(line: string): string[] {
  const found = line.matchAll(
    /\(((?:'(?:[^']|'')*'|\[char\]\d+)(?: \+ (?:'(?:[^']|'')*'|\[char\]\d+))*)\)|'((?:[^']|'')*)'/g,
  );
  return [...found].map(([, sum, single]) => {
    if (sum === undefined) return unquoted(single ?? "");
    const parts = sum.matchAll(/'((?:[^']|'')*)'|\[char\](\d+)/g);
    return [...parts].map(([, text, code]) =>
      code === undefined ? unquoted(text ?? "") : String.fromCharCode(Number(code))
    ).join("");
  });
}

function unquoted(text: string): string {
  return text.replaceAll("''", "'");
}

/**
 * The command line that PowerShell's older way makes of arguments: none for an empty one, quotes around one with a blank
 * outside of double quotes, nothing else. Only 7 doubles the backslashes before the quote it adds.
 * Source: NativeCommandParameterBinder.cs of PowerShell 7.4 (AppendOneNativeArgument, NeedQuotes).
 */
export function legacyLine(args: readonly string[], edition: "5.1" | "7"): string {
  return args.filter((arg) => arg !== "").map((arg) => {
    if (!needsQuotes(arg)) return arg;
    const slashes = edition === "7" ? /\\*$/.exec(arg)![0] : "";
    return `"${arg}${slashes}"`;
  }).join(" ");
}

function needsQuotes(text: string): boolean {
  let [quotes, isEscaped, needs] = [0, false, false];
  for (const char of text) {
    if (char === '"' && !isEscaped) quotes++;
    else if (/\s/u.test(char) && quotes % 2 === 0) needs = true;
    isEscaped = char === "\\";
  }
  return needs;
}

/** The arguments that a program makes of its command line. Source: Parsing C command-line arguments, Microsoft C runtime. */
export function argumentsOf(line: string): string[] {
  const args: string[] = [];
  let [arg, isQuoted]: [string | undefined, boolean] = [undefined, false];
  for (let at = 0; at < line.length; at++) {
    const [slashes] = /^\\*/.exec(line.slice(at))!;
    const next = line[at + slashes.length];
    if (slashes !== "" && next === '"') {
      arg = (arg ?? "") + "\\".repeat(slashes.length >> 1);
      at += slashes.length;
      if (slashes.length % 2 === 1) arg += '"';
      else isQuoted = !isQuoted;
    } else if (slashes !== "") {
      arg = (arg ?? "") + slashes;
      at += slashes.length - 1;
    } else if (line[at] === '"') {
      arg ??= "";
      if (isQuoted && line[at + 1] === '"') arg += line[at++];
      else isQuoted = !isQuoted;
    } else if (!isQuoted && /[ \t]/.test(line[at]!)) {
      if (arg !== undefined) args.push(arg);
      arg = undefined;
    } else {
      arg = (arg ?? "") + line[at];
    }
  }
  return arg === undefined ? args : [...args, arg];
}
