import { Failure } from "../core/text/failure.ts";
import { library } from "./library.ts";

const { parse, stringify, TomlError } = await library("smol-toml", () => import("smol-toml"));

/** A TOML text as plain objects, whole numbers as bigints. Throws Failure naming `file`, line and column. */
export function parseToml(text: string, file: string): unknown {
  try {
    const document = parse(text, { integersAsBigInt: true });
    if (isDeep(document)) throw new Failure("failed", `Cannot read ${file}: it is nested too deeply`);
    return document;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The library's message continues with a drawing of the place.
    const reason = (error.message.split("\n")[0] ?? "").replace("Invalid TOML document: ", "");
    const message = `Cannot read ${file}: line ${error.line}, column ${error.column}: ${reason}`;
    throw new Failure("failed", message, { cause: error, hint: `correct line ${error.line} of ${file}` });
  }
}

/** The library limits lists and tables, but not the parts of a key. */
function isDeep(value: unknown, levels = 500): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((child) => isDeep(child, levels - 1));
}

/** Plain objects, as `parseToml` gives them, as a TOML text. */
export function renderToml(document: Readonly<Record<string, unknown>>): string {
  return stringify(document);
}

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

  for (const [token] of `${text}\n`.matchAll(TOKEN)) {
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
      names.push((names.pop() ?? "") + unquoted(token));
    }
    line += token.split("\n").length - 1;
  }
  return (path) => {
    let known = path;
    while (known !== "" && !lines.has(known)) known = known.slice(0, Math.max(0, known.lastIndexOf(".")));
    return lines.get(known);
  };
}

/** Strings of all four kinds and comments, which contain no grammar; else one character. */
const TOKEN = /"""(?:\\[^]|[^\\])*?"{3,5}|'''[^]*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|#[^\n]*|[^]/g;

function unquoted(token: string): string {
  return /^["']/.test(token) ? token.slice(1, -1) : token.trim();
}
