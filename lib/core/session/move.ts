import { objectOf, renderObject, textOf } from "../text/json.ts";

/**
 * A change of place of a session's home. It is written down before the home moves and dropped after all that belongs to
 * it has followed, so a move that was cut short is undone or finished by the next command:
 *
 *     written down ──> home moved ──> the rest has followed ──> dropped
 *         └── undone       └── finished      └── finished
 */
export type Move =
  | {
    readonly kind: "remove" | "restore";
    readonly alias: string;
    /** The name of its folder in the trash. */
    readonly trashed: string;
  }
  | { readonly kind: "rename"; readonly alias: string; readonly to: string };

const SCHEMA = "agentlb.move/1";

/** The text of state/move.json. */
export function renderMove(move: Move): string {
  return `${renderObject([["schema", SCHEMA], ...Object.entries(move)])}\n`;
}

/** Reads state/move.json. Throws Error unless it holds a move of ours. */
export function parseMove(text: string): Move {
  const record = objectOf(JSON.parse(text));
  const [kind, alias, trashed, to] = ["kind", "alias", "trashed", "to"].map((key) =>
    textOf(record?.get(key))
  );
  if (record?.get("schema") === SCHEMA && isName(alias)) {
    if ((kind === "remove" || kind === "restore") && isName(trashed)) return { kind, alias, trashed };
    if (kind === "rename" && isName(to)) return { kind, alias, to };
  }
  throw new Error("not a move of a session");
}

/** Tells whether a text can be the name of an entry in a folder of ours, and of nothing outside of it. */
function isName(text: string | undefined): text is string {
  return text !== undefined && /^[^./\\\0][^/\\\0]*$/.test(text);
}
