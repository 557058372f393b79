import type { RolloutFacts, TurnMarks } from "../codex/threads/rollout_facts.ts";
import { objectOf } from "../text/json.ts";

/** The facts about one rollout, and the file that they were read from. */
export interface IndexEntry {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ino: number;
  /** Undefined when the file is no rollout. */
  readonly facts: RolloutFacts | undefined;
  /** The turns in the part that was counted. */
  readonly marks: TurnMarks;
  /** True when every turn was counted. */
  readonly isCounted: boolean;
}

/** The index of rollouts, by real path. */
export type Index = ReadonlyMap<string, IndexEntry>;

/** The version of the format; an index of another one is made anew. */
const VERSION = 1;

/** Parses state/threads.json. Throws Error for anything else; entries that are not understood are left out. */
export function parseIndex(text: string): Map<string, IndexEntry> {
  const file = objectOf(JSON.parse(text));
  const rows = file?.get("rollouts");
  if (file?.get("v") !== VERSION || !Array.isArray(rows)) throw new Error("not an index of threads");
  return new Map(rows.flatMap((row) => {
    const entry = Array.isArray(row) ? entryIn(row) : undefined;
    return entry === undefined ? [] : [entry];
  }));
}

/** Renders the index, one line for each rollout. */
export function renderIndex(index: Index): string {
  const rows = Array.from(index, ([path, { size, mtimeMs, ino, facts, marks, isCounted }]) => {
    const known = facts === undefined ? null : [
      facts.id,
      facts.cwd,
      facts.workspace ?? null,
      facts.user ?? null,
      facts.source,
      facts.firstWords,
      facts.begunAt,
      facts.lastAt,
      facts.lastTurn?.at ?? null,
      facts.lastTurn?.end ?? null,
      facts.limitUntil ?? null,
    ];
    return JSON.stringify([path, size, mtimeMs, ino, marks.starts, marks.messages, isCounted, known]);
  });
  return `{"v":${VERSION},"rollouts":[\n${rows.join(",\n")}\n]}\n`;
}

function entryIn(row: readonly unknown[]): [string, IndexEntry] | undefined {
  const [path, size, mtimeMs, ino, starts, messages, isCounted, known] = row;
  if (
    typeof path !== "string" || !isFigure(size) || !isFigure(mtimeMs) || !isFigure(ino) ||
    !isFigure(starts) || !isFigure(messages) || typeof isCounted !== "boolean"
  ) return undefined;
  const entry = { size, mtimeMs, ino, marks: { starts, messages }, isCounted };
  if (known === null) return [path, { ...entry, facts: undefined }];
  const facts = Array.isArray(known) ? factsIn(known) : undefined;
  return facts === undefined ? undefined : [path, { ...entry, facts }];
}

const ENDS: readonly unknown[] = ["running", "completed", "limit", "login", "other"];

function factsIn(known: readonly unknown[]): RolloutFacts | undefined {
  const [id, cwd, workspace, user, source, firstWords, begunAt, lastAt, turnAt, end, limitUntil] = known;
  if (
    typeof id !== "string" || typeof cwd !== "string" || typeof source !== "string" ||
    typeof firstWords !== "string" || !isFigure(begunAt) || !isFigure(lastAt)
  ) return undefined;
  const isTurn = isFigure(turnAt) && ENDS.includes(end);
  return {
    id,
    cwd,
    workspace: typeof workspace === "string" ? workspace : undefined,
    user: typeof user === "string" ? user : undefined,
    source,
    firstWords,
    begunAt,
    lastAt,
    lastTurn: isTurn ? { at: turnAt, end: end as NonNullable<RolloutFacts["lastTurn"]>["end"] } : undefined,
    limitUntil: isFigure(limitUntil) ? limitUntil : undefined,
  };
}

/** A number that JSON has: too large a one is read as infinity, which would be written as null. */
function isFigure(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
