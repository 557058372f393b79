import { escaped } from "../../core/text/json.ts";

/** An object that a command prints with `--json`. Its schema names it and the version of its form. */
export interface Output {
  readonly schema: `agentlb.${string}/${number}`;
}

/** The text of an output; `Kind` is its interface, so that the compiler knows every key. */
export function jsonText<Kind extends Output>(output: Kind): string {
  return `${escaped(JSON.stringify(output, undefined, 2))}\n`;
}

/** The text of an output as one line. */
export function jsonLine<Kind extends Output>(output: Kind): string {
  return `${escaped(JSON.stringify(output))}\n`;
}
