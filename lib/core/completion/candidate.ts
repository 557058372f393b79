/** A word that fits at the cursor, and one line about it. */
export interface Candidate {
  readonly text: string;
  readonly about: string;
}

/** What fits at the cursor. */
export interface Completion {
  readonly words: readonly Candidate[];
  /** The paths that the shell adds by itself. */
  readonly paths: "none" | "files" | "folders";
}

/** Nothing fits. */
export const NOTHING: Completion = { words: [], paths: "none" };
export const FILES: Completion = { words: [], paths: "files" };
export const FOLDERS: Completion = { words: [], paths: "folders" };

/** A completion of words without paths. */
export function wordsOnly(words: readonly Candidate[]): Completion {
  return { words, paths: "none" };
}

/** Words of a fixed list, as candidates. */
export function listed(texts: readonly string[]): Candidate[] {
  return texts.map((text) => ({ text, about: "" }));
}

/** Controls other than a line break, half pairs, line separators, and marks that turn the direction of writing. */
const STEERING = /(?!\n)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** True for a text from outside that a shell can list without being steered by it, and that is no option. */
export function isOfferable(text: string): boolean {
  return text !== "" && !text.startsWith("-") && !STEERING.test(text);
}
