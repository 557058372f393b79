import { dirname, join } from "node:path";
import { type Move, parseMove, renderMove } from "../../core/session/move.ts";
import { homeOf, type Layout, trashedHomeOf } from "../../core/system/layout.ts";
import { errnoOf, Failure } from "../../core/text/failure.ts";
import { removeTree } from "../../io/files/folders.ts";
import { exists } from "../../io/files/read.ts";
import { flushFolder, removeFile, rename, replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";
import { foldersBoundTo } from "../session/bindings.ts";
import { recallLeases } from "../session/leases.ts";
import { recallPaused } from "../session/pause.ts";
import { recall } from "../session/picks_file.ts";
import { aliasesOf } from "../session/sessions.ts";
import { recallFile } from "../session/state_file.ts";
import { follow } from "./follow.ts";

/** A move that a killed command left, and whether it could still be finished; else it was undone. */
export interface Settled {
  readonly move: Move;
  readonly isFinished: boolean;
}

/** Undoes or finishes a move that was cut short; undefined without one. */
export async function settle(host: Host, layout: Layout): Promise<Settled | undefined> {
  if (!exists(layout.move)) return undefined;
  return await withLock(host, layout.stateLock, () => settleLocked(host, layout));
}

/** The same, under the state lock that the caller holds. */
export async function settleLocked(host: Host, layout: Layout): Promise<Settled | undefined> {
  const move = recallFile(host, layout.move, parseMove, "what it began stays as it is");
  if (move === undefined) return undefined;
  const { from, to } = placesOf(layout, move);
  // A name that moved is free at its old place; by a rename only one of the two can be there.
  const isFinished = move.kind === "restore" ? !exists(from) : exists(to);
  if (isFinished) await follow(host, layout, move);
  else if (move.kind === "remove") removeTree(join(layout.trash, move.trashed));
  removeFile(layout.move);
  return { move, isFinished };
}

/**
 * Moves a home and all that belongs to it, so that a kill or a full disk leaves what `settle` can undo or finish. Returns
 * false when there is no home. Only under the state lock, with nothing in its new place.
 */
export async function carryOut(host: Host, layout: Layout, move: Move): Promise<boolean> {
  const { from, to } = placesOf(layout, move);
  // What cannot be read stops the move before anything is moved.
  recall(host, layout, aliasesOf(layout));
  recallLeases(host, layout);
  recallPaused(host, layout);
  foldersBoundTo(layout, move.alias);
  replaceFile(layout.move, renderMove(move), { durable: true });
  let isMoved = false;
  try {
    isMoved = rename(from, to);
  } catch (error) {
    throw errnoOf(error) === "EXDEV" ? otherDisk(layout, error) : error;
  } finally {
    if (!isMoved) removeFile(layout.move);
  }
  if (!isMoved) return false;
  for (const path of [to, from]) flushFolder(dirname(path));
  await follow(host, layout, move);
  removeFile(layout.move);
  return true;
}

function placesOf(layout: Layout, move: Move): { readonly from: string; readonly to: string } {
  const home = homeOf(layout, move.alias);
  if (move.kind === "rename") return { from: home, to: homeOf(layout, move.to) };
  const trashed = trashedHomeOf(layout, move.trashed);
  return move.kind === "remove" ? { from: home, to: trashed } : { from: trashed, to: home };
}

function otherDisk(layout: Layout, cause: unknown): Failure {
  return new Failure("failed", `Cannot move a session between ${layout.sessions} and ${layout.trash}`, {
    cause,
    hint:
      `they are on different disks: make ${layout.trash} a link to a folder of yours on that of the sessions`,
  });
}
