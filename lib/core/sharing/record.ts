import { objectOf, renderObject, textOf } from "../text/json.ts";
import type { KeyPath } from "./layers.ts";

/**
 * How far the sharing of a session has come: one that was cut short is done again, one being undone stays as it is, and
 * in a restored one the session has its settings back.
 */
export type Stage = "begun" | "done" | "undoing" | "restored";

/** What a session had as config.toml before: a file of its own, ours alone, nothing, or a link to this target. */
export type Before = "own" | "usual" | "none" | { readonly link: string };

/** The record of what a session shares, kept in its home. */
export interface ShareRecord {
  readonly stage: Stage;
  /** The folder that it shares from. */
  readonly from: string;
  /** Our links, by name, with their targets; a copy where links are not possible has the digest of its content. */
  readonly links: ReadonlyMap<string, string>;
  readonly before: Before;
  /** The texts of config.toml that we made last; the very last one is at the end. */
  readonly made: readonly string[];
  /** The settings that were removed from the made file by somebody else. */
  readonly removed: readonly KeyPath[];
  /** The fingerprints of the files that it was made from; different ones mean to make it anew. */
  readonly prints: string;
  /** The settings of the user that were left out, as they were told. */
  readonly leftOut: readonly string[];
}

/** Tells whether the sharing of a session is being ended. */
export function isEnding({ stage }: ShareRecord): boolean {
  return stage === "undoing" || stage === "restored";
}

export const NEW_RECORD: Omit<ShareRecord, "from"> = {
  stage: "begun",
  links: new Map(),
  before: "none",
  made: [],
  removed: [],
  prints: "",
  leftOut: [],
};

/** Reads a record. Throws Error unless it is one. */
export function parseRecord(text: string): ShareRecord {
  const file = objectOf(JSON.parse(text));
  const stage = file?.get("stage");
  const from = file?.get("from");
  if (file === undefined || typeof from !== "string" || !isStage(stage)) {
    throw new Error("not a record of sharing");
  }
  const links = [...objectOf(file.get("links")) ?? []];
  return {
    stage,
    from,
    links: new Map(links.filter((link): link is [string, string] => typeof link[1] === "string")),
    before: beforeIn(file.get("before")),
    made: textsIn(file.get("made")),
    removed: listIn(file.get("removed")).map(textsIn).filter((path) => path.length > 0),
    prints: textOf(file.get("prints")),
    leftOut: textsIn(file.get("leftOut")),
  };
}

export function renderRecord(record: ShareRecord): string {
  return `${
    renderObject([
      ["v", 1],
      ...Object.entries({ ...record, links: Object.fromEntries(record.links) }),
    ])
  }\n`;
}

/** The user's answer to the question whether new sessions share, in state/sharing.json. */
export interface SharingAnswer {
  readonly isWanted: boolean;
}

/** Reads the answer. Throws Error unless it is one. */
export function parseAnswer(text: string): SharingAnswer {
  const isWanted = objectOf(JSON.parse(text))?.get("isWanted");
  if (typeof isWanted !== "boolean") throw new Error("not an answer");
  return { isWanted };
}

export function renderAnswer({ isWanted }: SharingAnswer): string {
  return `${renderObject([["v", 1], ["isWanted", isWanted]])}\n`;
}

function isStage(value: unknown): value is Stage {
  return value === "begun" || value === "done" || value === "undoing" || value === "restored";
}

function beforeIn(value: unknown): Before {
  if (value === "own" || value === "usual") return value;
  const link = objectOf(value)?.get("link");
  return typeof link === "string" ? { link } : "none";
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textsIn(value: unknown): string[] {
  return listIn(value).filter((item) => typeof item === "string");
}
