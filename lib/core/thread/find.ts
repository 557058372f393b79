import type { Wanted } from "./request.ts";
import type { Thread } from "./thread.ts";

/** Where a thread is looked for. */
export interface Around {
  /** The folder in which the work goes on, links resolved. */
  readonly folder: string;
  /** Resolves the links of another folder. */
  realFolder(path: string): string;
  /** Tells whether the login of its home is another account than the one it was begun with. */
  isForeign(thread: Thread): boolean;
  /** The sessions that may be used: the last thread is one of theirs, and among several it decides; undefined = all. */
  readonly among?: ReadonlySet<string>;
}

/** The thread that was asked for, or the reason why there is none to go on with. */
export type Found =
  | { readonly problem?: undefined; readonly thread: Thread }
  /** No thread has this id or name. */
  | { readonly problem: "unknown"; readonly word: string }
  /** Several threads fit. */
  | { readonly problem: "ambiguous"; readonly word: string; readonly threads: readonly Thread[] }
  | { readonly problem: "archived"; readonly thread: Thread }
  /** It is in the user's own Codex, which no session has. */
  | { readonly problem: "own"; readonly thread: Thread }
  /** No session has a thread in this folder; `own` is the last one of the user's own Codex. */
  | { readonly problem: "none"; readonly isAnywhere: boolean; readonly own: Thread | undefined };

/** Finds a thread among all, the newest first. */
export function find(threads: readonly Thread[], wanted: Wanted, around: Around): Found {
  return wanted.by === "last" ? lastOf(threads, wanted, around) : named(threads, wanted.word, around);
}

/** The kinds of clients whose threads `codex resume --last` goes on with. */
const INTERACTIVE: ReadonlySet<string> = new Set(["cli", "vscode", "custom"]);
/** Threads that other threads began. */
const SUBAGENT = "subagent";

/** The newest thread in this folder, as `--last` of Codex means it, but over all sessions. */
function lastOf(
  threads: readonly Thread[],
  { isAnywhere, isAnyKind }: Extract<Wanted, { by: "last" }>,
  around: Around,
): Found {
  const isHere = (thread: Thread) => isAnywhere || around.realFolder(thread.cwd) === around.folder;
  const fits = (thread: Thread) =>
    !thread.isArchived && (isAnyKind ? thread.source !== SUBAGENT : INTERACTIVE.has(thread.source)) &&
    isHere(thread);
  const thread = threads.find((each) =>
    each.alias !== undefined && isAmong(each, around) && fits(each) && !around.isForeign(each)
  );
  if (thread !== undefined) return { thread };
  return { problem: "none", isAnywhere, own: threads.find((each) => each.alias === undefined && fits(each)) };
}

function isAmong({ alias, alsoIn }: Thread, { among }: Around): boolean {
  return among === undefined || [alias, ...alsoIn].some((each) => each !== undefined && among.has(each));
}

const SHORTEST_ID = 4;

/** The thread with this id or name, or the only one whose id begins so. */
function named(threads: readonly Thread[], word: string, around: Around): Found {
  const id = word.toLowerCase();
  const fitting = [
    threads.filter((thread) => thread.id.toLowerCase() === id),
    threads.filter((thread) => thread.name === word),
    id.length < SHORTEST_ID ? [] : threads.filter((thread) => thread.id.toLowerCase().startsWith(id)),
  ].find((each) => each.length > 0);
  if (fitting === undefined) return { problem: "unknown", word };
  const originals = withoutCopies(fitting, around);
  const wished = preferred(originals, (thread) => around.among !== undefined && isAmong(thread, around));
  const [thread, another] = preferred(wished, ({ isArchived }) => !isArchived);
  if (another !== undefined) return { problem: "ambiguous", word, threads: originals };
  if (thread!.isArchived) return { problem: "archived", thread: thread! };
  return thread!.alias === undefined ? { problem: "own", thread: thread! } : { thread: thread! };
}

/** Those that fit better, if there are any, else all. */
function preferred(threads: readonly Thread[], isBetter: (thread: Thread) => boolean): readonly Thread[] {
  const better = threads.filter(isBetter);
  return better.length > 0 ? better : threads;
}

/** Of several rollouts of one thread those in the home of the account that began it; all when there is none. */
function withoutCopies(threads: readonly Thread[], { isForeign }: Around): Thread[] {
  return threads.filter((thread) => {
    const same = threads.filter(({ id }) => id === thread.id);
    return same.length === 1 || same.every(isForeign) || !isForeign(thread);
  });
}
