import { createHash } from "node:crypto";
import type { Running } from "./carried.ts";
import { type Entry, NONE } from "./entry.ts";
import { pageText } from "./page.ts";
import { settingsText } from "./settings_text.ts";
import { shimText } from "./shim.ts";
import type { Skill } from "./skill.ts";

/** An entry that an install puts at a path, and its source. */
export interface Piece {
  readonly path: string;
  readonly want: Entry;
  readonly from:
    | { readonly text: string }
    | { readonly file: string; readonly sha256: string }
    | { readonly link: string }
    | "nothing";
  /** An existing entry is the user's and stays. */
  readonly isUsers?: boolean;
}

/** The program to copy into a skill; links in its path are resolved. */
export interface Carried extends Running {
  readonly sha256: string;
}

/**
 * The pieces of an install, in this order: callers keep their old program until the shim is there, and the program that
 * the shim finds is there before it. `place` is the skill's folder as a user types it.
 */
export function piecesOf(skill: Skill, program: Carried, how: "copy" | "link", place?: string): Piece[] {
  const { flavour } = skill;
  const { name, configName } = flavour;
  const isScript = program.form === "script";
  const file = `scripts/${name}${isScript ? ".js" : ".bin"}`;
  return [
    // The folder around the skill may declare scripts to be CommonJS, and Node obeys it.
    ...isScript ? [text("scripts/package.json", MODULE, 0o644)] : [],
    how === "link"
      ? { path: file, want: { kind: "link", target: program.path }, from: { link: program.path } }
      : {
        path: file,
        want: { kind: "file", sha256: program.sha256, mode: 0o755 },
        from: { file: program.path, sha256: program.sha256 },
      },
    { ...text(`scripts/${configName}`, settingsText(flavour), 0o644), isUsers: true },
    text(`scripts/${name}`, shimText(flavour), 0o755),
    text("SKILL.md", pageText(skill, place), 0o644),
    // The shim would prefer this one.
    ...isScript ? [{ path: `scripts/${name}.bin`, want: NONE, from: "nothing" } as const] : [],
  ];
}

/** Declares the module type of the scripts beside it to Node. */
export const MODULE = '{ "type": "module" }\n';

/** SHA-256 in hex. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function text(path: string, content: string, mode: number): Piece {
  return { path, want: { kind: "file", sha256: digestOf(content), mode }, from: { text: content } };
}
