/** One level of a pattern: any number of directories, or matching names. */
export type GlobPart = "**" | { readonly literal: string } | { readonly pieces: readonly Piece[] };

/** A class of characters, one of them or with `*` any number; plain texts are literal characters. */
type Piece = string | CharacterClass;

interface CharacterClass {
  readonly isNegated: boolean;
  readonly ranges: readonly (readonly [from: string, to: string])[];
}

/**
 * The levels of a pattern as pathlib reads them, separated by `/` or the platform's separator. Throws Error with a
 * reason for an unusable pattern.
 */
export function parseGlob(given: string, separator = "/"): GlobPart[] {
  const pattern = given.replaceAll(separator, "/");
  if (pattern.startsWith("/") || (separator !== "/" && /^[A-Za-z]:/.test(pattern))) {
    throw new Error("it is absolute");
  }
  if (pattern.endsWith("/")) throw new Error("it names directories only");
  const names = pattern.split("/").filter((name) => name !== "" && name !== ".");
  if (names.includes("..")) throw new Error("it leaves the directory (..)");
  if (names.length === 0) throw new Error("it names nothing");
  return names.map((name) => {
    if (name === "**") return name;
    if (name.includes("**")) throw new Error("** can only be a whole level");
    return /[*?[]/.test(name) ? { pieces: piecesOf(name) } : { literal: name };
  });
}

/** Tells whether a name matches one level; case counts, and a leading dot is an ordinary character. */
export function fits(name: string, pieces: readonly Piece[]): boolean {
  if (pieces.length === 1 && pieces[0] === "*") return true;
  const chars = Array.from(name);
  let [at, piece] = [0, 0];
  // Place to resume after a mismatch behind the last star: the star takes one more character.
  let [starAt, starPiece] = [-1, -1];
  while (at < chars.length) {
    const wanted = pieces[piece];
    if (wanted === "*") {
      [starAt, starPiece] = [at, piece++];
    } else if (wanted !== undefined && isAllowed(chars[at]!, wanted)) {
      at++;
      piece++;
    } else if (starPiece >= 0) {
      [at, piece] = [++starAt, starPiece + 1];
    } else {
      return false;
    }
  }
  while (pieces[piece] === "*") piece++;
  return piece === pieces.length;
}

function piecesOf(name: string): Piece[] {
  const chars = Array.from(name);
  const pieces: Piece[] = [];
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at]!;
    if (char !== "[") {
      pieces.push(char);
    } else {
      const end = classEnd(chars, at);
      pieces.push(end === undefined ? char : classOf(chars.slice(at + 1, end)));
      at = end ?? at;
    }
  }
  return pieces;
}

/** The end of the class that opens at `start`; a `]` right at its beginning is a member. */
function classEnd(chars: readonly string[], start: number): number | undefined {
  let from = start + 1;
  if (chars[from] === "!") from++;
  if (chars[from] === "]") from++;
  const end = chars.indexOf("]", from);
  return end < 0 ? undefined : end;
}

function classOf(chars: readonly string[]): CharacterClass {
  const isNegated = chars[0] === "!";
  const members = isNegated ? chars.slice(1) : chars;
  const ranges: (readonly [string, string])[] = [];
  for (let at = 0; at < members.length; at++) {
    const [from, dash, to] = members.slice(at, at + 3);
    if (dash === "-" && to !== undefined) {
      ranges.push([from!, to]);
      at += 2;
    } else {
      ranges.push([from!, from!]);
    }
  }
  return { isNegated, ranges };
}

function isAllowed(char: string, piece: Piece): boolean {
  if (piece === "?") return true;
  if (typeof piece === "string") return piece === char;
  const code = char.codePointAt(0)!;
  const isMember = piece.ranges.some(([from, to]) =>
    from.codePointAt(0)! <= code && code <= to.codePointAt(0)!
  );
  return isMember !== piece.isNegated;
}
