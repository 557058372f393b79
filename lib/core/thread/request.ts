/** A thread that somebody asks for: by its id, the beginning of that or its name, or the last one. */
export type Wanted =
  | { readonly by: "word"; readonly word: string }
  | {
    readonly by: "last";
    /** In every folder, not only in this one. */
    readonly isAnywhere: boolean;
    /** Also threads that no terminal or editor began, such as those of `codex exec`. */
    readonly isAnyKind: boolean;
  };

/** What the words of a Codex command line ask for: go on with a thread, or branch off from it. */
export interface ThreadRequest {
  readonly verb: "resume" | "fork";
  readonly isExec: boolean;
  /** Undefined = neither an id, a name nor `--last`: Codex shows its menu. */
  readonly wanted: Wanted | undefined;
  /** The folder to work in, of `-C`; undefined = this one. */
  readonly folder: string | undefined;
  /** The place of the word "resume" or "fork". */
  readonly verbAt: number;
  /** The place of the id or name. */
  readonly wordAt: number | undefined;
}

/** Options with a value, of all versions of Codex and all of these subcommands. */
const VALUED = new Set([
  "--config",
  "--enable",
  "--disable",
  "--remote",
  "--remote-auth-token-env",
  "--image",
  "--model",
  "--local-provider",
  "--profile",
  "--sandbox",
  "--cd",
  "--add-dir",
  "--ask-for-approval",
  "--thread-source",
  "--cyber-access-program",
  "--output-schema",
  "--color",
  "--output-last-message",
]);
const SWITCHES = new Set([
  "--strict-config",
  "--oss",
  "--approve-for-me",
  "--full-auto",
  "--dangerously-bypass-approvals-and-sandbox",
  "--dangerously-bypass-hook-trust",
  "--worktree",
  "--search",
  "--no-alt-screen",
  "--no-daemon",
  "--skip-git-repo-check",
  "--trust",
  "--ephemeral",
  "--ignore-user-config",
  "--ignore-rules",
  "--json",
  "--last",
  "--all",
  "--include-non-interactive",
  "--help",
  "--version",
]);
/** The long names of short options. */
const SHORT: Readonly<Record<string, string>> = {
  h: "--help",
  V: "--version",
  c: "--config",
  i: "--image",
  m: "--model",
  p: "--profile",
  s: "--sandbox",
  C: "--cd",
  a: "--ask-for-approval",
  o: "--output-last-message",
};

/** A word of a command line: an option with its value, or another word. */
type Part =
  | { readonly option: string; readonly value: string | undefined; readonly at: number }
  | { readonly word: string; readonly at: number };

/** The subcommand that a command line has reached. */
type Level = "codex" | "exec" | "verb" | "exec verb";

/**
 * The thread that the words after the name of the program ask for, parsed as every version of Codex does; undefined
 * when they ask for none.
 */
export function requestIn(words: readonly string[]): ThreadRequest | undefined {
  let level: Level = "codex";
  let [verbAt, prompts] = [-1, 0];
  let folder: string | undefined;
  const given = new Set<string>();
  const rest: { readonly word: string; readonly at: number }[] = [];
  for (const part of partsOf(words, () => level)) {
    if ("option" in part) {
      if (ELSEWHERE.has(part.option)) return undefined;
      if (part.option === "--cd") folder = part.value;
      if (isVerb(level)) given.add(part.option);
    } else if (isVerb(level)) rest.push(part);
    else if (part.word === "resume" || part.word === "fork") {
      verbAt = part.at;
      level = level === "exec" ? "exec verb" : "verb";
    } else if (level === "codex" && (part.word === "exec" || part.word === "e")) {
      [level, prompts] = ["exec", 0];
    } else if (prompts++ > 0 || isSubcommand(part.word, level)) return undefined;
  }
  if (!isVerb(level)) return undefined;
  const isLast = given.has("--last");
  const isExec = level === "exec verb";
  const [named] = isLast ? [] : rest;
  const isAnyKind = isExec || given.has("--include-non-interactive");
  return {
    verb: words[verbAt] as "resume" | "fork",
    isExec,
    wanted: isLast
      ? { by: "last", isAnywhere: given.has("--all"), isAnyKind }
      : named && { by: "word", word: named.word },
    folder,
    verbAt,
    wordAt: named?.at,
  };
}

/** Options after which Codex resumes no thread of this machine. */
const ELSEWHERE: ReadonlySet<string> = new Set(["--help", "--version", "--remote"]);

function isVerb(level: Level): boolean {
  return level === "verb" || level === "exec verb";
}

/** Tells whether a word is another subcommand rather than a prompt; future ones look like those of today. */
function isSubcommand(word: string, level: Level): boolean {
  return level === "exec" ? word === "review" || word === "help" : /^[a-z][a-z-]*$/.test(word);
}

/** The folder that `-C` names in the words of a Codex command line. */
export function folderIn(words: readonly string[]): string | undefined {
  let folder: string | undefined;
  for (const part of partsOf(words, () => "exec")) {
    if ("option" in part && part.option === "--cd") folder = part.value;
  }
  return folder;
}

/** The same command line for one thread, by its id. */
export function wordsFor(words: readonly string[], request: ThreadRequest, id: string): string[] {
  const { verbAt, wordAt } = request;
  if (wordAt !== undefined) return words.map((word, at) => at === wordAt ? id : word);
  const after = words.slice(verbAt + 1);
  const end = after.indexOf("--");
  const options = (end < 0 ? after : after.slice(0, end)).filter((word) => word !== "--last");
  return [...words.slice(0, verbAt + 1), id, ...options, ...end < 0 ? [] : after.slice(end)];
}

function* partsOf(words: readonly string[], levelNow: () => Level): Generator<Part> {
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === "--") {
      // From here on there are no options, and no subcommands.
      if (isVerb(levelNow())) { for (at++; at < words.length; at++) yield { word: words[at]!, at }; }
      return;
    }
    if (!isOption(word)) {
      yield { word, at };
      continue;
    }
    const [option, inline] = optionIn(word);
    const takesNext = inline === undefined && takesValue(option, words[at + 1], levelNow());
    yield { option, value: takesNext ? words[++at] : inline, at };
    if (option !== "--image" || !takesNext || levelNow() === "exec verb") continue;
    // All words up to the next option are images.
    while (at + 1 < words.length && !isOption(words[at + 1]!)) at++;
  }
}

/** The long name of an option, and the value in the same word. */
function optionIn(word: string): [string, string | undefined] {
  if (word.startsWith("--")) {
    const equals = word.indexOf("=");
    return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
  }
  const name = SHORT[word[1]!] ?? word.slice(0, 2);
  return [name, word.length > 2 ? word.slice(2).replace(/^=/, "") : undefined];
}

/** An option that is not known takes the next word, unless that looks like a subcommand, or may be a thread. */
function takesValue(option: string, next: string | undefined, level: Level): boolean {
  if (VALUED.has(option)) return true;
  if (!option.startsWith("--") || SWITCHES.has(option) || isVerb(level)) return false;
  return next !== undefined && !isOption(next) && !["resume", "fork", "exec", "e"].includes(next);
}

function isOption(word: string): boolean {
  return word.startsWith("-") && word !== "-";
}
