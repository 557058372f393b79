import { type Caller, callerIn, renderCaller } from "../../core/supervisor/caller.ts";
import type { Origin } from "../../core/supervisor/own_record.ts";
import type { Layout } from "../../core/system/layout.ts";
import { readText } from "../../io/files/read.ts";
import { replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { networkNamespace, parentCommand } from "../../io/process/process.ts";
import { findProgram } from "../codex/find_program.ts";

type HostPart = Pick<Host, "env" | "cwd" | "platform">;

/** The environment of this process; `codex` is the one on PATH by default. */
export function callerNow(host: HostPart, codex = findProgram("codex", host)): Caller {
  return callerIn(host.env, host.platform, codex ?? "", networkNamespace());
}

/** Stores the environment of this process for the supervisor and `doctor`; writes only changes. */
export function leaveCaller(host: HostPart, layout: Layout): void {
  try {
    const text = renderCaller(callerNow({ env: host.env, platform: host.platform, cwd: layout.root }));
    if (readText(layout.caller) !== text) replaceFile(layout.caller, text);
  } catch {
    // The disk is full or read-only: the command itself reports that.
  }
}

/** The origin of a supervisor started now. */
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
