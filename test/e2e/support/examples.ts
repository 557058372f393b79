import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TREE } from "../../../rig/codex.ts";

/** A block of code that the documentation shows. Every comment in it is a line that it prints. */
export interface Example {
  /** Where it stands. */
  readonly name: string;
  /** As it is run: the library is imported from `agentlb`. */
  readonly code: string;
  readonly prints: readonly string[];
}

/** The examples of the library in a file of the tree, in their order. */
export function examplesIn(path: string): Example[] {
  // A doc comment is Markdown behind stars.
  const text = readFileSync(join(TREE, path), "utf8").replace(/^ \* ?/gm, "");
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map((match) => {
    const [, code = ""] = match;
    const line = text.slice(0, match.index).split("\n").length;
    const prints = [...code.matchAll(/(?:^|\s)\/\/ (.*)$/gm)].map(([, comment = ""]) => comment);
    return { name: `${path}:${line}`, code, prints };
  });
}

/** The same, with the library imported from a file. */
export function importing(code: string, library: string): string {
  return code.replaceAll('from "agentlb"', `from ${JSON.stringify(library)}`);
}
