import { Failure } from "../text/failure.ts";
import { type Entry, isExact, isSame, NONE } from "./entry.ts";
import { digestOf, type Piece } from "./piece.ts";
import type { InstallRecord, Trace } from "./record.ts";

/** One change to a skill's folder, or a note on why there is none. Repeating it changes nothing more. */
export type Step =
  | { readonly do: "note"; readonly record: InstallRecord }
  | { readonly do: "back up"; readonly path: string; readonly as: string }
  | { readonly do: "put"; readonly piece: Piece }
  | { readonly do: "take away"; readonly path: string }
  | { readonly do: "bring back"; readonly path: string; readonly from: string }
  /** It is the user's. */
  | { readonly do: "keep"; readonly path: string }
  /** The user has changed it; the original stays in its backup. */
  | { readonly do: "leave"; readonly path: string; readonly before: string | undefined }
  | { readonly do: "forget" };

/** A skill's folder as it is. */
export interface Seen {
  readonly record: InstallRecord | undefined;
  /** The entry at a path, relative to the folder. */
  at(path: string): Entry;
}

/** The folder of the record and the backups, in the skill's folder. Codex looks for no skills in there. */
export const KEPT = ".agentlb";

/** The path of the backup of an original entry. */
export function backupOf(path: string): string {
  return `${KEPT}/${nameOf(path)}.before`;
}

/**
 * Plans the steps that put all pieces in place. The record comes first, then replaced entries get a second name, and
 * only then anything changes; so an interrupted install can be planned again. Throws Failure when an entry of another
 * kind is in the way.
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

/** Plans the steps that restore the state before the first install, in reverse order. */
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

/**
 * The entry before the first install: a backup proves it, whatever the record says, since nothing is replaced without
 * one.
 */
function originalEntry(old: Trace | undefined, now: Entry, backup: Entry): Entry {
  if (backup.kind !== "none") return backup;
  if (old === undefined || !isOurs(old, now)) return now;
  return isSame(now, old.before) ? old.before : NONE;
}

function isOurs(trace: Trace | undefined, now: Entry): boolean {
  return trace?.ours.some((each) => isSame(each, now)) ?? false;
}

/** A name for each content, so that no backup replaces another. */
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
