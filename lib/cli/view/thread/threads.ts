import { sep } from "node:path";
import { gaugesOf } from "../../../core/quota/windows.ts";
import { printable } from "../../../core/text/printable.ts";
import { formatMoment, formatTime } from "../../../core/text/time.ts";
import type { Thread } from "../../../core/thread/thread.ts";
import { shortIds, stateOf, type ThreadState, threadWords } from "../../../core/thread/words.ts";
import { drawTable } from "../../../app/pick/report.ts";
import type { Picked } from "../../../app/pick/choose.ts";
import { jsonText } from "../../output/json.ts";
import type { ThreadsOutput } from "../../output/threads.ts";
import type { Listed } from "../../../app/thread/list.ts";
import { limitsOf } from "../lines.ts";

/** The line on the thread that a command goes on with: `thread 01a22d36-672a… is of session work (5h 3% left)`. */
export function threadLine(thread: Thread, { alias, status }: Picked, nowMs: number): string {
  const limits = status === undefined ? "" : limitsOf(gaugesOf(status.rateLimits, nowMs));
  return `${threadWords(thread)} is of session ${printable(alias)}${limits === "" ? "" : ` (${limits})`}`;
}

const HEADER = ["ID", "SESSION", "LAST", "STATE", "TURNS", "FOLDER", "NAME OR FIRST WORDS"];
const MOST_WORDS = 48;
const MOST_FOLDER = 40;

/** The table of `agentlb threads`. */
export async function threadsTable(list: Listed, nowMs: number): Promise<string> {
  const short = shortIds(list.ids);
  const rows = list.threads.map((thread) => [
    printable(short(thread.id)),
    sessionOf(thread),
    formatMoment(thread.lastAt, nowMs),
    stateWords(thread, nowMs),
    String(thread.turns),
    folderWords(thread.cwd, list.userHome),
    printable(thread.name ?? thread.firstWords, MOST_WORDS),
  ]);
  return await drawTable(HEADER, rows);
}

/** The output of `agentlb threads --json`. */
export function threadsJson({ threads, more }: Listed): string {
  return jsonText<ThreadsOutput>({
    schema: "agentlb.threads/1",
    more,
    threads: threads.map((thread) => ({
      id: thread.id,
      name: thread.name,
      session: thread.alias ?? null,
      alsoIn: thread.alsoIn.length === 0 ? undefined : thread.alsoIn,
      home: thread.home,
      rollout: thread.rollout,
      cwd: thread.cwd,
      workspace: thread.workspace,
      user: thread.user,
      source: thread.source,
      firstWords: thread.firstWords,
      begunAt: formatTime(thread.begunAt),
      lastAt: formatTime(thread.lastAt),
      state: stateOf(thread),
      isOpen: thread.isOpen,
      isArchived: thread.isArchived,
      lastTurn: thread.lastTurn && { at: formatTime(thread.lastTurn.at), end: thread.lastTurn.end },
      limitUntil: thread.limitUntil === undefined ? undefined : formatTime(thread.limitUntil),
      turns: thread.turns,
      turnsBy: thread.shares.map(({ alias, email, turns }) => ({ session: alias ?? null, email, turns })),
    })),
  });
}

/** The session that a thread lives in, and whether it is archived. */
export function sessionOf({ alias, isArchived }: Thread): string {
  return `${alias === undefined ? "(your own)" : printable(alias)}${isArchived ? ", archived" : ""}`;
}

const STATE_WORDS: Readonly<Partial<Record<ThreadState, string>>> = { login: "login lost", unknown: "-" };

/** The state of a thread in words: `limit until 14:35`. */
export function stateWords(thread: Thread, nowMs: number): string {
  const state = stateOf(thread);
  const { limitUntil } = thread;
  if (state !== "limit") return STATE_WORDS[state] ?? state;
  if (limitUntil === undefined) return "limit";
  return limitUntil <= nowMs ? "limit, reset" : `limit until ${formatMoment(limitUntil, nowMs)}`;
}

/** A folder, below the user's own as `~/…`, and a long one by its end. */
export function folderWords(folder: string, userHome: string): string {
  const isBelow = userHome !== "" && (folder === userHome || folder.startsWith(`${userHome}${sep}`));
  const shown = printable(isBelow ? `~${folder.slice(userHome.length)}` : folder);
  // The cut may go through a pair of surrogates.
  return shown.length <= MOST_FOLDER ? shown : `…${shown.slice(1 - MOST_FOLDER).replace(/^\p{Cs}/u, "")}`;
}
