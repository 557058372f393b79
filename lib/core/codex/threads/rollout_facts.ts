import { objectOf, textOf } from "../../text/json.ts";
import { parseTime } from "../../text/time.ts";
import { activityIn, isTaskEvent } from "../activity.ts";
import { resetTold } from "../refusal.ts";
import { type RolloutLine, rolloutLine, threadOfRollout, threadTime, type TurnEnd } from "../rollout.ts";

/** The facts about a thread in the beginning and the end of its rollout. Times are epoch milliseconds. */
export interface RolloutFacts {
  /** The id that Codex gave the thread, a UUID. */
  readonly id: string;
  /** The folder of the last turn. */
  readonly cwd: string;
  /** The account it was begun with; undefined = not recorded. */
  readonly workspace: string | undefined;
  readonly user: string | undefined;
  /** The kind of client that began it: "cli", "exec", "vscode", …; "subagent" for a thread of another thread. */
  readonly source: string;
  /** The first message of the user, shortened. */
  readonly firstWords: string;
  readonly begunAt: number;
  readonly lastAt: number;
  /** The last turn; its end is "limit" at the marker of a clean boundary after a used-up limit. */
  readonly lastTurn: { readonly at: number; readonly end: TurnEnd } | undefined;
  /** The known end of the limit that ended the last turn. */
  readonly limitUntil: number | undefined;
}

/** The longest first message that is kept, in characters. */
const MOST_WORDS = 120;

/** The bytes with which a turn starts: text of a conversation can't contain them, its quotes are escaped. */
const TURN_START = '"payload":{"type":"task_started"';
/** The same in versions of Codex that do not mark the start of a turn. */
const MESSAGE_START = '"payload":{"type":"user_message"';

/** The number of turns in a part of a rollout, by both marks; old versions of Codex only write the second. */
export interface TurnMarks {
  readonly starts: number;
  readonly messages: number;
}

/** Counts the turns in a part of a rollout. */
export function turnMarksIn(part: string): TurnMarks {
  return { starts: countOf(part, TURN_START), messages: countOf(part, MESSAGE_START) };
}

/** The length of a mark, the same for both: parts that overlap by one less count each turn once. */
export const MARK_LENGTH = TURN_START.length;

/** The number of turns that the marks stand for. */
export function turnsIn({ starts, messages }: TurnMarks): number {
  return starts > 0 ? starts : messages;
}

function countOf(text: string, mark: string): number {
  let count = 0;
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + mark.length)) count++;
  return count;
}

/** The first message of the user in the beginning of a rollout, in one line; "" when it is not there. */
export function firstWordsIn(head: string): string {
  for (const text of head.split("\n")) {
    if (!/"user_message"|"UserMessage"|"role":"user"/.test(text)) continue;
    const line = rolloutLine(text);
    const words = line === undefined ? "" : messageIn(line).replace(/\s+/g, " ").trim();
    if (words !== "") {
      return words.length > MOST_WORDS ? `${[...words].slice(0, MOST_WORDS).join("")}…` : words;
    }
  }
  return "";
}

/** Tells whether the end of a rollout suffices: it has the start or the end of a turn. */
export function isTailEnough(tail: string): boolean {
  return tail.split("\n").some(isTaskEvent);
}

/** The facts in the beginning and the end of a rollout; undefined when its first line is not that of a rollout. */
export function rolloutFacts(head: string, tail: string): RolloutFacts | undefined {
  const end = head.indexOf("\n");
  const meta = rolloutLine(end < 0 ? head : head.slice(0, end));
  if (meta?.type !== "session_meta") return undefined;
  const { payload } = meta;
  const { workspace, user, begunAt, lastTurn, refusal, lastAt } = activityIn(head.slice(0, end), tail);
  return {
    id: textOf(payload.get("id")),
    cwd: lastFolderIn(tail) ?? textOf(payload.get("cwd")),
    workspace,
    user,
    source: sourceOf(payload.get("source")),
    firstWords: firstWordsIn(head),
    begunAt: begunAt ?? 0,
    lastAt: lastTimeIn(tail) ?? lastAt ?? begunAt ?? 0,
    lastTurn,
    limitUntil: lastTurn?.end === "limit" && refusal !== undefined
      ? resetTold(refusal, refusal.at)
      : undefined,
  };
}

/** The ending of a rollout that Codex has compressed, as newer versions may do with old ones. */
const COMPRESSED = ".zst";

/** The name of a rollout before Codex compressed it; undefined for other names. */
export function uncompressedName(name: string): string | undefined {
  return name.endsWith(COMPRESSED) ? name.slice(0, -COMPRESSED.length) : undefined;
}

/** The facts that the name of a rollout alone tells: its thread, and when that began. */
export function factsInName(name: string): RolloutFacts | undefined {
  const id = threadOfRollout(name);
  if (id === undefined) return undefined;
  const begunAt = threadTime(id) ?? 0;
  return {
    id,
    cwd: "",
    workspace: undefined,
    user: undefined,
    source: "",
    firstWords: "",
    begunAt,
    lastAt: begunAt,
    lastTurn: undefined,
    limitUntil: undefined,
  };
}

/** Codex writes a word, or an object with the kind as its only key. */
function sourceOf(value: unknown): string {
  if (typeof value === "string") return value;
  const [kind] = objectOf(value)?.keys() ?? [];
  return kind ?? "";
}

function lastFolderIn(tail: string): string | undefined {
  const lines = tail.split("\n");
  const index = lines.findLastIndex((line) => line.slice(0, 200).includes('"turn_context"'));
  const cwd = index < 0 ? undefined : rolloutLine(lines[index]!)?.payload.get("cwd");
  return typeof cwd === "string" && cwd !== "" ? cwd : undefined;
}

function lastTimeIn(tail: string): number | undefined {
  const at = tail.lastIndexOf('\n{"timestamp":"');
  const [, time] = /^\n?\{"timestamp":"([^"]+)"/.exec(tail.slice(Math.max(0, at))) ?? [];
  return time === undefined ? undefined : parseTime(time);
}

/** The text of a user's message; "" for other lines, and for texts that Codex itself puts before the first message. */
function messageIn({ type, payload }: RolloutLine): string {
  if (type === "event_msg") {
    if (payload.get("type") === "user_message") return textOf(payload.get("message"));
    const item = objectOf(payload.get("item"));
    return item?.get("type") === "UserMessage" ? textIn(item.get("content")) : "";
  }
  if (type !== "response_item" || payload.get("role") !== "user") return "";
  const text = textIn(payload.get("content"));
  return /^\s*(<|# AGENTS\.md instructions)/.test(text) ? "" : text;
}

function textIn(content: unknown): string {
  const parts = Array.isArray(content) ? content : [];
  return parts.map((part) => textOf(objectOf(part)?.get("text"))).join(" ").trim();
}

/** The names of threads by their ids, from the file to which Codex adds a line for each new name. */
export function threadNames(text: string): Map<string, string> {
  const names = new Map<string, string>();
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const fields = nameFields(line);
    const [id, name] = [textOf(fields?.get("id")), textOf(fields?.get("thread_name"))];
    if (id !== "") names.set(id, name);
  }
  for (const [id, name] of names) if (name === "") names.delete(id);
  return names;
}

function nameFields(line: string) {
  try {
    return objectOf(JSON.parse(line));
  } catch {
    return undefined; // being written
  }
}
