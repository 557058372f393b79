import { join } from "node:path";
import { codexFindings, setsCodexHome } from "../../core/doctor/codex.ts";
import type { Finding } from "../../core/doctor/finding.ts";
import { probeResultIn } from "../../core/codex/reasons.ts";
import { codexEnvironment } from "../../core/shell/launch.ts";
import { readEnds } from "../../io/files/read.ts";
import { codexProgram, namedCodex, shortAnswer } from "../codex/codex_program.ts";
import { readStatus } from "../pick/survey.ts";
import type { Around } from "./around.ts";

const PATIENCE_MS = 10_000;
/** The part of a script in which a home is looked for. */
const SCRIPT_BYTES = 64 * 1024;

/** Finds Codex and asks for its version, which touches no login. */
export async function lookAtCodex({ host, layout, config }: Around): Promise<Finding[]> {
  const { platform, arch } = host;
  const path = codexProgram(config, { env: host.env, platform, arch, cwd: layout.root })?.path;
  const known = {
    named: namedCodex(config, host),
    setsHome: path !== undefined && setsCodexHome(headOf(path)),
    strayed: strayedIn(layout),
    canSeeOpenFiles: host.system.processes !== undefined,
  };
  if (path === undefined) return codexFindings({ ...known, path, version: undefined });
  // Even for --version, Codex creates folders in an existing home.
  const env = codexEnvironment(host, join(layout.state, "no-home"), []);
  const answer = await shortAnswer(host, { file: path, args: ["--version"], env }, PATIENCE_MS);
  if ("problem" in answer) {
    return codexFindings({ ...known, path, version: undefined, problem: answer.problem });
  }
  const [line = ""] = answer.stdout.split("\n");
  const isGood = answer.code === 0 && line.trim() !== "";
  return codexFindings({ ...known, path, version: isGood ? line.trim() : undefined });
}

function headOf(path: string): string {
  try {
    return readEnds(path, SCRIPT_BYTES, 0)?.head ?? "";
  } catch {
    return ""; // not readable: its start tells
  }
}

/** A session in whose place the supervisor's Codex used another home. */
function strayedIn(layout: Around["layout"]): string | undefined {
  const [alias] =
    [...readStatus(layout).status.sessions].find(([, { lastProbeResult }]) =>
      probeResultIn(lastProbeResult)?.kind === "otherHome"
    ) ?? [];
  return alias;
}
