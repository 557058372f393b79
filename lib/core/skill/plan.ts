import { Failure } from "../text/failure.ts";
import { type Entry, isExact, isSame, NONE } from "./entry.ts";
import { digestOf, type Piece } from "./piece.ts";
import type { InstallRecord, Trace } from "./record.ts";

/** One change to a skill's folder, or a word on why there is none. Done twice it changes nothing more. */
export type Step =
  | { readonly do: "note"; readonly record: InstallRecord }
  | { readonly do: "back up"; readonly path: string; readonly as: string }
  | { readonly do: "put"; readonly piece: Piece }
  | { readonly do: "take away"; readonly path: string }
  | { readonly do: "bring back"; readonly path: string; readonly from: string }
  /** It is the user's. */
  | { readonly do: "keep"; readonly path: string }
  /** The user has changed it; what was there before stays where it is kept. */
  | { readonly do: "leave"; readonly path: string; readonly before: string | undefined }
  | { readonly do: "forget" };

/** A skill's folder as it is. */
export interface Seen {
  readonly record: InstallRecord | undefined;
  /** What is at a path, from the folder. */
  at(path: string): Entry;
}

/** Where the record and what was replaced are kept, in the skill's folder. Codex looks for no skills in there. */
export const KEPT = ".agentlb";

/** Where what was at a path before the first install is kept. */
export function backupOf(path: string): string {
  return `${KEPT}/${nameOf(path)}.before`;
}

/**
 * What to do for all pieces to be in place. The record comes first, then what is to be replaced gets a second name, and
 * only then anything is changed; so it can be cut short anywhere and be made a new plan for. Throws Failure where
 * something stands in the way.
 */
export function planInstall(seen: Seen, pieces: readonly Piece[], version: string): Step[] {
  const traces = new Map(seen.record?.traces.map((trace) => [trace.path, trace]));
  const backups: Step[] = [];
  const puts: Step[] = [];
  for (const piece of pieces) {
    const { path, want } = piece;
    const now = seen.at(path);
    const old = traces.get(path);
    if (piece.isUsers && now.kind !== "none" && !isOurs(old, now)) {
      puts.push({ do: "keep", path });
      continue;
    }
    if (now.kind === "other") throw inTheWay(path);
    if (old === undefined && isSame(now, want) && want.kind === "none") continue;
    const before = originalEntry(old, now, seen.at(backupOf(path)));
    traces.set(path, {
      path,
      before,
      ours: [...(old?.ours ?? []).filter((each) => !isExact(each, want)), want],
    });
    if (isExact(now, want)) continue;
    if (now.kind !== "none") {
      const isFirst = isSame(now, before);
      const as = isFirst ? backupOf(path) : changedName(path, now);
      if ((isFirst || !isOurs(old, now)) && seen.at(as).kind === "none") {
        backups.push({ do: "back up", path, as });
      }
    }
    puts.push(want.kind === "none" ? { do: "take away", path } : { do: "put", piece });
  }
  const record: InstallRecord = { version, traces: [...traces.values()] };
  return [{ do: "note", record }, ...backups, ...puts];
}

/** What to do for all to be as it was before the first install, in the reverse order. */
export function planRemoval({ record, at }: Seen): Step[] {
  const steps: Step[] = [];
  const left: Trace[] = [];
  for (const trace of [...record?.traces ?? []].reverse()) {
    const { path, before } = trace;
    const now = at(path);
    const backup = at(backupOf(path));
    const isKnown = [NONE, before, backup, ...trace.ours].some((each) => isSame(each, now));
    if (!isKnown) {
      const hasBackup = backup.kind !== "none";
      if (hasBackup) left.unshift(trace);
      steps.push({ do: "leave", path, before: hasBackup ? backupOf(path) : undefined });
    } else if (backup.kind !== "none") {
      steps.push({ do: "bring back", path, from: backupOf(path) });
    } else if (now.kind !== "none" && !isSame(now, before)) {
      steps.push({ do: "take away", path });
    }
  }
  if (record === undefined) return steps;
  return [
    ...steps,
    left.length === 0 ? { do: "forget" } : { do: "note", record: { ...record, traces: left } },
  ];
}

/** What has its second name was there before, whatever the record says: nothing is replaced without. */
function originalEntry(old: Trace | undefined, now: Entry, backup: Entry): Entry {
  if (backup.kind !== "none") return backup;
  if (old === undefined || !isOurs(old, now)) return now;
  return isSame(now, old.before) ? old.before : NONE;
}

function isOurs(trace: Trace | undefined, now: Entry): boolean {
  return trace?.ours.some((each) => isSame(each, now)) ?? false;
}

/** Another one for each content: none of them replaces another. */
function changedName(path: string, now: Entry): string {
  const digest = now.kind === "file" ? now.sha256 : digestOf(now.kind === "link" ? now.target : "");
  return `${KEPT}/${nameOf(path)}.changed-${digest.slice(0, 8)}`;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function inTheWay(path: string): Failure {
  return new Failure("failed", `Cannot replace ${path} of the skill: it is neither a file nor a link`, {
    hint: "move it away, then try again",
  });
}
