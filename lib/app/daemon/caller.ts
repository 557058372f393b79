import { type Caller, callerIn, renderCaller } from "../../core/supervisor/caller.ts";
import type { Origin } from "../../core/supervisor/own_record.ts";
import type { Layout } from "../../core/system/layout.ts";
import { readOwn } from "../../io/files/read.ts";
import { replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { networkNamespace, parentCommand } from "../../io/process/process.ts";
import { findProgram } from "../codex/find_program.ts";

type HostPart = Pick<Host, "env" | "cwd" | "platform">;

/** Describes this process: its environment variables, its network namespace, and `codex`, by default that on PATH. */
export function callerNow(host: HostPart, codex = findProgram("codex", host)): Caller {
  return callerIn(host.env, host.platform, codex ?? "", networkNamespace());
}

/** Stores the description of this process for the supervisor and `doctor` if it changed; ignores errors. */
export function leaveCaller(host: HostPart, layout: Layout): void {
  try {
    const text = renderCaller(callerNow({ env: host.env, platform: host.platform, cwd: layout.root }));
    if (readOwn(layout.caller) !== text) replaceFile(layout.caller, text);
  } catch {
    // The disk is full or read-only: the command itself reports that.
  }
}

/** Describes the start of a supervisor: the current folder, the parent's command, and whether it replaces one. */
export function originNow(host: HostPart, isReplacement: boolean): Origin {
  return { cwd: folderOf(host), program: parentCommand(), isReplacement };
}

/** The current folder; empty if it no longer exists. */
function folderOf(host: Pick<Host, "cwd">): string {
  try {
    return host.cwd;
  } catch {
    return "";
  }
}
