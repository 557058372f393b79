import type { Finding } from "../../core/doctor/finding.ts";
import { supervisorFindings } from "../../core/doctor/supervisor.ts";
import { isSupervisorDisabled } from "../../core/system/timing.ts";
import { codexProgram } from "../codex/codex_program.ts";
import { callerNow } from "../daemon/caller.ts";
import { supervisorReport } from "../daemon/report.ts";
import type { Around } from "./around.ts";

/** Checks the supervisor and its environment. */
export async function lookAtSupervisor({ host, layout, config }: Around): Promise<Finding[]> {
  const { env, platform, arch } = host;
  const here = { env, platform, cwd: layout.root };
  const { where, record } = await supervisorReport(host, layout);
  return supervisorFindings({
    at: where.at,
    isDisabled: isSupervisorDisabled(env),
    record,
    here: callerNow(here, codexProgram(config, { ...here, arch })?.path ?? ""),
  });
}
