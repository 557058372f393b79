import { withoutSecrets } from "../text/secrets.ts";

/** What must not appear in a text for strangers. */
export interface Names {
  /** The names of sessions, also of removed ones. */
  readonly aliases: readonly string[];
  /** E-mail addresses, and the ids of users and workspaces. */
  readonly accounts: readonly string[];
  /** The names of the user. */
  readonly users: readonly string[];
  readonly root: string;
  readonly userHome: string;
}

const ID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/giu;
const MADE_ID = /\b(?:user|acct|account|org|workspace)-[\w-]{3,}/giu;
/** A folder may have spaces in its name, so a path ends only where a sentence of ours goes on. */
const PATH = /(?<![\w~.>)/])(?:~|[A-Za-z]:)?[/\\](?:(?!: |, )[^"'`;()<>\n])*/gu;
/** Where programs of the system lie: nothing of a user is in their paths. */
const SYSTEM = /^\/(?:usr|opt|bin|sbin|lib|lib64|etc|nix|proc|dev|snap)\/\S*/;
const ROOT = "(root)";

/**
 * Returns a function that makes a text fit for strangers: sessions are numbered, accounts, names, ids and what looks like
 * a secret are cut, and of a path outside of the root only a program's own name stays. Better to cut too much.
 */
export function redactor({ aliases, accounts, users, root, userHome }: Names): (text: string) => string {
  const numbered = [...new Set(aliases)].map((name, at) => [name, `session-${at + 1}`] as const);
  const words = [
    ...numbered,
    ...accounts.map((name) => [name, "(account)"] as const),
    ...users.map((name) => [name, "(user)"] as const),
  ].filter(([name]) => name !== "").sort(([one], [other]) => other.length - one.length);
  const byName = new Map(words.map(([name, word]) => [name.toLowerCase(), word]));
  const pattern = words.length === 0 ? undefined : new RegExp(
    `(?<![\\p{L}\\p{N}_])(?:${words.map(([name]) => escaped(name)).join("|")})(?![\\p{L}\\p{N}_])`,
    "giu",
  );
  return (text) => {
    let left = text;
    // A folder may have spaces in its name, so the two that are known go first.
    for (const [folder, word] of [[root, ROOT], [userHome, "~"]] as const) {
      if (folder !== "" && folder !== "/") left = left.replaceAll(folder, word);
    }
    left = left.replace(PATH, shortened);
    if (pattern !== undefined) {
      left = left.replace(pattern, (name) => byName.get(name.toLowerCase()) ?? "(cut)");
    }
    return withoutSecrets(left.replace(ID, "(id)").replace(MADE_ID, "(id)"));
  };
}

function shortened(path: string): string {
  const [own] = SYSTEM.exec(path) ?? [];
  // What follows is no path, or holds another one.
  if (own !== undefined) return own + path.slice(own.length).replace(PATH, shortened);
  const [, program] = /[/\\]((?:codex|tmux)[\w.-]*)(?=\s|$)/i.exec(path) ?? [];
  return program === undefined ? "(path)" : `(path)/${program}`;
}

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
