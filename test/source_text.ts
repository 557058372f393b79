/** TypeScript source with comments blanked; strings stay. */
export function withoutComments(source: string): string {
  return blanked(source, false);
}

/** TypeScript source with comments, strings and regular expressions blanked; code inside `${}` stays. */
export function withoutText(source: string): string {
  return blanked(source, true);
}

/** One pass over the source; `templates` remembers the open braces of each `${` that we are in. */
function blanked(source: string, stringsToo: boolean): string {
  let out = "";
  let at = 0;
  const templates: number[] = [];
  const skip = (end: number, isText: boolean) => {
    const part = source.slice(at, end);
    out += isText && !stringsToo ? part : part.replace(/[^\n]/g, " ");
    at = end;
  };
  while (at < source.length) {
    const char = source[at] ?? "";
    if (source.startsWith("//", at)) skip(endOf(source, "\n", at), false);
    else if (source.startsWith("/*", at)) skip(endOf(source, "*/", at + 2) + 2, false);
    else if (char === '"' || char === "'") skip(closing(source, at), true);
    else if (char === "`" || (char === "}" && templates.at(-1) === 0)) {
      if (char === "}") templates.pop();
      const end = templateEnd(source, at + 1);
      if (source.startsWith("${", end)) {
        templates.push(0);
        skip(end + 2, true);
      } else skip(end + 1, true);
    } else if (char === "/" && startsRegExp(out)) skip(regExpEnd(source, at), true);
    else {
      if (templates.length > 0 && char === "{") templates.push((templates.pop() ?? 0) + 1);
      if (templates.length > 0 && char === "}") templates.push((templates.pop() ?? 0) - 1);
      out += char;
      at++;
    }
  }
  return out;
}

function endOf(source: string, mark: string, from: number): number {
  const end = source.indexOf(mark, from);
  return end === -1 ? source.length : end;
}

/** Behind the quote that closes the string that opens at `from`. */
function closing(source: string, from: number): number {
  for (let i = from + 1; i < source.length; i++) {
    if (source[i] === "\\") i++;
    else if (source[i] === source[from]) return i + 1;
  }
  return source.length;
}

/** The backquote, or the `${`, that ends the text of a template. */
function templateEnd(source: string, from: number): number {
  for (let i = from; i < source.length; i++) {
    if (source[i] === "\\") i++;
    else if (source[i] === "`" || source.startsWith("${", i)) return i;
  }
  return source.length;
}

/** Behind the slash that closes a regular expression; slashes in a class don't. */
function regExpEnd(source: string, from: number): number {
  let isClass = false;
  for (let i = from + 1; i < source.length; i++) {
    const char = source[i];
    if (char === "\\") i++;
    else if (char === "[") isClass = true;
    else if (char === "]") isClass = false;
    else if (char === "/" && !isClass) return i + 1;
    else if (char === "\n") return from + 1; // a division after all
  }
  return source.length;
}

/** A slash is a division behind a value, and opens a regular expression everywhere else. */
function startsRegExp(before: string): boolean {
  return /(?:^|[=(,:[!&|?{};+\-*%<>~^]|\b(?:return|case|typeof|of|in))\s*$/.test(before.slice(-40));
}
