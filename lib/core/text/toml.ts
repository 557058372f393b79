import { wellFormed } from "./json.ts";

/** A text in TOML syntax. */
export function tomlText(text: string): string {
  // JSON's escapes are TOML's; only DEL must be escaped there and need not be here.
  return JSON.stringify(wellFormed(text)).replaceAll("\x7f", "\\u007f");
}
