/**
 * The line, from 1, on which a valid TOML text sets a key given as `sessions.stale_sec`; for a key in an inline table
 * or a missing one, the line of the nearest part of its path.
 */
export function tomlLines(text: string): (path: string) => number | undefined {
  const lines = new Map<string, number>();
  let table: readonly string[] = [];
  let names = [""];
  let part: "key" | "header" | "value" = "key";
  let depth = 0;
  let line = 1;
  const note = (path: readonly string[]) => lines.has(path.join(".")) || lines.set(path.join("."), line);

  for (const [token] of `${text}\n`.matchAll(TOML_TOKEN)) {
    if (token === "\n" && depth === 0) {
      if (part === "header") names.forEach((_, at) => note(names.slice(0, at + 1)));
      if (part === "header") table = names;
      [names, part] = [[""], "key"];
    } else if (part === "value") {
      if (token === "[" || token === "{") depth++;
      if (token === "]" || token === "}") depth--;
    } else if (token === "=") {
      note([...table, ...names]);
      part = "value";
    } else if (token === "[") {
      part = "header";
    } else if (token === ".") {
      names.push("");
    } else if (token !== "]" && !token.startsWith("#")) {
      names.push((names.pop() ?? "") + tomlName(token));
    }
    line += token.split("\n").length - 1;
  }
  return (path) => {
    let known = path;
    while (known !== "" && !lines.has(known)) known = known.slice(0, Math.max(0, known.lastIndexOf(".")));
    return lines.get(known);
  };
}

/** The tokens of a TOML text: strings of all four kinds and comments, which contain no grammar; else one character. */
export const TOML_TOKEN =
  /"""(?:\\[^]|[^\\])*?"{3,5}|'''[^]*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|#[^\n]*|[^]/g;

/** A part of a key, without its quotes. */
export function tomlName(token: string): string {
  return /^["']/.test(token) ? token.slice(1, -1) : token.trim();
}
