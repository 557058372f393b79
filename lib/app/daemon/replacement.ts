import { parseOwnRecord, replacementReason, type TroubleKind } from "../../core/supervisor/own_record.ts";
import type { DaemonIdentity } from "../../core/system/identity.ts";
import type { Layout } from "../../core/system/layout.ts";
import type { Host } from "../../io/host.ts";
import { codexProgram } from "../codex/codex_program.ts";
import { readSettings } from "../config/file.ts";
import { callerNow } from "./caller.ts";

/** A supervisor to be replaced, and the reason. */
export interface Replaced {
  readonly pid: number;
  readonly why: TroubleKind;
}

/** The living supervisor, if it has a lasting problem by its record that one started by this process would not have. */
export function replacementOf(
  host: Host,
  layout: Layout,
  living: DaemonIdentity,
  record: string,
): Replaced | undefined {
  const recorded = parseOwnRecord(record);
  if (recorded === undefined || recorded.pid !== living.pid) return undefined;
  const { config } = readSettings(layout);
  const { env, platform, arch } = host;
  const codex = codexProgram(config, { env, platform, arch, cwd: layout.root })?.path ?? "";
  const here = { env, platform, cwd: layout.root };
  const why = replacementReason(recorded, callerNow(here, codex), host.clock.now());
  return why && { pid: living.pid, why };
}
