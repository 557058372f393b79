import { definedFields, objectOf, renderObject, textOf } from "../text/json.ts";
import { formatTimeMs, parseTime } from "../text/time.ts";

/** The time that removed sessions are kept. */
export const KEPT_DAYS = 7;
const KEPT_MS = KEPT_DAYS * 86_400_000;

/** A removed session: what was known of it beside its home. */
export interface TrashRecord {
  readonly alias: string;
  /** Epoch milliseconds. */
  readonly removedAt: number;
  readonly email: string | undefined;
  /** The text of its state file. */
  readonly picks: string | undefined;
  readonly isPaused: boolean;
  /** The folders that it was bound to, each with all their aliases. */
  readonly bindings: ReadonlyMap<string, readonly string[]>;
  /** The texts of the promises to go on with its threads. */
  readonly promises: readonly string[];
}

const SCHEMA = "agentlb.trashed/1";

/** The text of a record.json in the trash. */
export function renderTrashRecord(record: TrashRecord): string {
  const { alias, removedAt, email, picks, isPaused, bindings, promises } = record;
  return `${
    renderObject([
      ["schema", SCHEMA],
      ...Object.entries({ alias, removedAt: formatTimeMs(removedAt), ...definedFields({ email, picks }) }),
      ["isPaused", isPaused],
      ["bindings", Object.fromEntries(bindings)],
      ["promises", promises],
    ])
  }\n`;
}

/** Reads a record. Throws Error when it names no session. */
export function parseTrashRecord(text: string): TrashRecord {
  const record = objectOf(JSON.parse(text));
  const [alias, email, picks] = ["alias", "email", "picks"].map((key) => textOf(record?.get(key)));
  const removedAt = parseTime(record?.get("removedAt"));
  if (record?.get("schema") !== SCHEMA || !alias || removedAt === undefined) {
    throw new Error("not the record of a removed session");
  }
  return {
    alias,
    removedAt,
    email: email || undefined,
    picks: picks || undefined,
    isPaused: record.get("isPaused") === true,
    bindings: new Map(
      [...objectOf(record.get("bindings")) ?? []].map(([folder, aliases]) => [folder, textsIn(aliases)]),
    ),
    promises: textsIn(record.get("promises")),
  };
}

/** The time at which a session that was removed then is deleted for good. */
export function deletedAt(removedAt: number): number {
  return removedAt + KEPT_MS;
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}
