import { tomlText } from "./toml.ts";
import { TOML_TOKEN, tomlName } from "./toml_lines.ts";

/** A key with its value in a TOML text, and the place of the value. */
interface Entry {
  readonly path: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** A table with a header of its own, and the place after its last line that has a key. */
interface Table {
  readonly path: readonly string[];
  end: number;
}

/**
 * A valid TOML text in which one key has this value, written in TOML; all else, comments too, stays as it is. A new key
 * goes to the end of its table. The result is to be parsed again: a key in an inline table, or one whose table has no
 * header, may come out wrong.
 */
export function withTomlValue(text: string, path: readonly string[], value: string): string {
  const { entries, tables } = placesIn(text);
  const entry = entries.find((each) => isSame(each.path, path));
  if (entry !== undefined) return text.slice(0, entry.start) + value + text.slice(entry.end);
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  const line = `${keyOf(path.at(-1) ?? "")} = ${value}${lineEnd}`;
  const owner = path.slice(0, -1);
  const table = tables.find((each) => isSame(each.path, owner));
  if (table === undefined) {
    const gap = text === "" ? "" : /\n$/.test(text) ? lineEnd : lineEnd + lineEnd;
    return `${text}${gap}[${owner.map(keyOf).join(".")}]${lineEnd}${line}`;
  }
  const before = text.slice(0, table.end);
  return `${before}${before.endsWith("\n") ? "" : lineEnd}${line}${text.slice(table.end)}`;
}

/** The keys and tables of a valid TOML text; a list of tables is none of them. */
function placesIn(text: string): { readonly entries: readonly Entry[]; readonly tables: readonly Table[] } {
  const entries: Entry[] = [];
  const tables: Table[] = [];
  let names = [""];
  let part: "key" | "header" | "value" = "key";
  let brackets = 0;
  let depth = 0;
  let start = -1;
  let end = -1;
  let table: Table = { path: [], end: 0 };
  for (const { 0: token, index } of `${text}\n`.matchAll(TOML_TOKEN)) {
    const after = Math.min(index + token.length, text.length);
    if (token === "\n" && depth === 0) {
      if (part === "header") {
        table = { path: names, end: after };
        if (brackets === 1) tables.push(table);
      } else if (part === "value") {
        entries.push({ path: [...table.path, ...names], start, end });
        table.end = after;
      }
      [names, part, brackets, start] = [[""], "key", 0, -1];
    } else if (part === "value") {
      const isBlank = /^\s$/.test(token) || token.startsWith("#");
      if (start < 0 && !isBlank) start = index;
      if (!isBlank) end = after;
      if (token === "[" || token === "{") depth++;
      if (token === "]" || token === "}") depth--;
    } else if (token === "=") part = "value";
    else if (token === "[") {
      part = "header";
      brackets++;
    } else if (token === ".") names.push("");
    else if (token !== "]" && !token.startsWith("#")) names.push((names.pop() ?? "") + tomlName(token));
  }
  return { entries, tables };
}

function keyOf(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : tomlText(name);
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, at) => name === other[at]);
}
