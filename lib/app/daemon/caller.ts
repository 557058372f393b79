import { type Caller, callerIn, renderCaller } from "../../core/supervisor/caller.ts";
import type { Origin } from "../../core/supervisor/own_record.ts";
import type { Layout } from "../../core/system/layout.ts";
import { readText } from "../../io/files/read.ts";
import { replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { networkNamespace, parentCommand } from "../../io/process/process.ts";
import { findProgram } from "../codex/find_program.ts";

type HostPart = Pick<Host, "env" | "cwd" | "platform">;

/** What this process has; `codex` is the one that PATH has unless another is given. */
export function callerNow(host: HostPart, codex = findProgram("codex", host)): Caller {
  return callerIn(host.env, host.platform, codex ?? "", networkNamespace());
}

/** Leaves what this process has where the supervisor and `doctor` see it; written only when it differs. */
export function leaveCaller(host: HostPart, layout: Layout): void {
  try {
    const text = renderCaller(callerNow({ env: host.env, platform: host.platform, cwd: layout.root }));
    if (readText(layout.caller) !== text) replaceFile(layout.caller, text);
  } catch {
    // A full or read-only disk: what this command is really about will say so.
  }
}

/** From where a supervisor is started now. */
export function originNow(host: HostPart, isReplacement: boolean): Origin {
  return { cwd: folderOf(host), program: parentCommand(), isReplacement };
}

/** The folder where we stand may be gone. */
function folderOf(host: Pick<Host, "cwd">): string {
  try {
    return host.cwd;
  } catch {
    return "";
  }
}
