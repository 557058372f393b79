import { escaped } from "../../../core/text/json.ts";
import type { Trashed } from "../../../app/moving/trash.ts";
import type { PurgedOutput, TrashedSession, TrashOutput } from "../../output/handling.ts";
import { printable } from "../../../core/text/printable.ts";
import { formatSpan, formatTime } from "../../../core/text/time.ts";

/** The list of `agentlb restore`: one line for each removed session, the newest first. */
export function trashText(sessions: readonly Trashed[], nowMs: number): string {
  return sessions.map((session) => {
    const { name, removedAt, deletedAt } = session;
    const since = `removed ${formatSpan(Math.max(0, nowMs - removedAt))} ago`;
    const left = deletedAt > nowMs ? `kept for ${formatSpan(deletedAt - nowMs)} more` : "about to be deleted";
    return `${trashedWords(session)}  ${since}, ${left}, as ${printable(name)}\n`;
  }).join("");
}

/** A removed session in a question: `work (me@example.com)`. */
export function trashedWords({ alias, email }: Trashed): string {
  return `${printable(alias)}${email === undefined ? "" : ` (${printable(email)})`}`;
}

/** The output of `agentlb restore --json`. */
export function trashJson(folder: string, sessions: readonly Trashed[]): string {
  return json({ schema: "agentlb.trash/1", folder, sessions: sessions.map(plain) } satisfies TrashOutput);
}

/** The output of `agentlb purge --json`. */
export function purgedJson(sessions: readonly Trashed[]): string {
  return json({ schema: "agentlb.purged/1", sessions: sessions.map(plain) } satisfies PurgedOutput);
}

function plain({ alias, name, email, removedAt, deletedAt }: Trashed): TrashedSession {
  return {
    alias,
    name,
    ...(email === undefined ? {} : { email }),
    removedAt: formatTime(removedAt),
    deletedAt: formatTime(deletedAt),
  };
}

function json(value: unknown): string {
  return `${escaped(JSON.stringify(value, undefined, 2))}\n`;
}
