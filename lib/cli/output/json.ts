/** An object that a command prints with `--json`. Its schema names it and the version of its form. */
export interface Output {
  readonly schema: `agentlb.${string}/${number}`;
}

/** Characters that JSON allows in a text and that may steer a terminal or hide: it has escapes for them. */
const UNSEEN = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** The text of an output; `Kind` is its interface, so that the compiler knows every key. */
export function jsonText<Kind extends Output>(output: Kind): string {
  return `${escaped(JSON.stringify(output, undefined, 2))}\n`;
}

/** The text of an output as one line. */
export function jsonLine<Kind extends Output>(output: Kind): string {
  return `${escaped(JSON.stringify(output))}\n`;
}

/** A text of JSON in which nothing steers a terminal; its line breaks stay. */
export function escaped(json: string): string {
  return json.replace(
    UNSEEN,
    (char) => Array.from({ length: char.length }, (_, at) => unit(char, at)).join(""),
  );
}

function unit(char: string, at: number): string {
  return `\\u${char.charCodeAt(at).toString(16).padStart(4, "0")}`;
}
