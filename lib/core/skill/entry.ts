/** What is at a path; links are not followed. */
export type Entry =
  | { readonly kind: "none" }
  | {
    readonly kind: "file";
    /** SHA-256 of its content, in hex. */
    readonly sha256: string;
    /** Permissions: 0o755. */
    readonly mode: number;
  }
  | { readonly kind: "link"; readonly target: string }
  /** A folder, a pipe. */
  | { readonly kind: "other" };

export const NONE: Entry = { kind: "none" };

/** Tells whether two entries have the same content, in any mode. */
export function isSame(one: Entry, other: Entry): boolean {
  if (one.kind === "file" && other.kind === "file") return one.sha256 === other.sha256;
  if (one.kind === "link" && other.kind === "link") return one.target === other.target;
  return one.kind === other.kind && one.kind !== "other";
}

/** Tells whether two entries have the same content and mode. */
export function isExact(one: Entry, other: Entry): boolean {
  return isSame(one, other) && (one.kind !== "file" || other.kind !== "file" || one.mode === other.mode);
}
