import { join } from "node:path";
import { codexFindings } from "../../core/doctor/codex.ts";
import type { Finding } from "../../core/doctor/finding.ts";
import { codexEnvironment } from "../../core/shell/launch.ts";
import { codexProgram, namedCodex, shortAnswer } from "../codex/codex_program.ts";
import type { Around } from "./around.ts";

const PATIENCE_MS = 10_000;

/** Finds Codex and asks for its version, which touches no login. */
export async function lookAtCodex({ host, layout, config }: Around): Promise<Finding[]> {
  const { platform, arch } = host;
  const path = codexProgram(config, { env: host.env, platform, arch, cwd: layout.root })?.path;
  const known = { named: namedCodex(config, host), canSeeOpenFiles: host.system.processes !== undefined };
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
