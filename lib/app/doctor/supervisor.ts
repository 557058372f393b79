import type { Finding } from "../../core/doctor/finding.ts";
import { supervisorFindings } from "../../core/doctor/supervisor.ts";
import { parseChildren } from "../../core/session/app_server_record.ts";
import { isOlder } from "../../core/system/identity.ts";
import { isSupervisorDisabled } from "../../core/system/timing.ts";
import { VERSION } from "../../core/text/version.ts";
import { readOwn } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import { mayBeAlive } from "../../io/process/process.ts";
import { codexProgram } from "../codex/codex_program.ts";
import { callerNow } from "../daemon/caller.ts";
import { pidInFile, predecessorOf } from "../daemon/predecessor.ts";
import { supervisorReport } from "../daemon/report.ts";
import type { Around } from "./around.ts";

/** Checks the supervisor and its environment. */
export async function lookAtSupervisor({ host, layout, config }: Around): Promise<Finding[]> {
  const { env, platform, arch } = host;
  const here = { env, platform, cwd: layout.root };
  const { where, record } = await supervisorReport(host, layout);
  const living = where.at === "here" ? where.identity : undefined;
  const earlier = predecessorOf(host, layout);
  const second = earlier === living?.pid ? undefined : earlier;
  const inFile = pidInFile(layout);
  const isStale = where.at === "nowhere" && second === undefined && inFile !== undefined;
  return supervisorFindings({
    at: where.at,
    isDisabled: isSupervisorDisabled(env),
    record,
    version: living?.version,
    age: living === undefined ? "same" : ageOf(living.version),
    second,
    stalePid: isStale ? inFile : undefined,
    pidFile: layout.pidFile,
    orphans: where.at === "nowhere" ? orphansIn({ host, layout }) : [],
    here: callerNow(here, codexProgram(config, { ...here, arch })?.path ?? ""),
  });
}

function ageOf(version: string): "same" | "older" | "newer" {
  if (isOlder(version, VERSION)) return "older";
  return isOlder(VERSION, version) ? "newer" : "same";
}

/** The app-servers that a supervisor left, by its record. */
function orphansIn({ host, layout }: Pick<Around, "host" | "layout">) {
  return parseChildren(readOwn(layout.children, MOST_BYTES.table))
    .filter((child) => child.pid !== 0 && mayBeAlive(child))
    .map(({ alias, pid, startedAt }) => ({ alias, pid, ageMs: host.clock.now() - startedAt }));
}
