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

/** Plain objects, as `parseToml` gives them, as a TOML text: a number is one with a fraction, even when that is 0. */
export function renderToml(document: Readonly<Record<string, unknown>>): string {
  return stringify(document, { numbersAsFloat: true });
}
