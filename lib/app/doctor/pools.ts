import { join } from "node:path";
import { type Finding, finding } from "../../core/doctor/finding.ts";
import { FLAVOURS } from "../../core/pool/flavour.ts";
import { wordsOf } from "../../core/text/failure.ts";
import { exists, isFolder } from "../../io/files/read.ts";
import { findProgram } from "../codex/find_program.ts";
import { loginAt } from "../codex/auth_file.ts";
import { loadPool, type PoolSettings } from "../pool/load.ts";
import { listAuthFiles } from "../pool/pick/auth_files.ts";
import type { Around } from "./around.ts";

/** Checks the pools of cap and clb: the user's own and those of installed skills. */
export async function lookAtPools({ host }: Around): Promise<Finding[]> {
  const found: Finding[] = [];
  let hasPool = false;
  const home = host.env.HOME ?? "/";
  for (const flavour of Object.values(FLAVOURS)) {
    const skill = join(home, ".codex", "skills", flavour.name, "scripts");
    for (const from of [{ by: "program", folder: "/" }, { by: "shim", folder: skill }] as const) {
      const said: string[] = [];
      let configFile = from.by === "shim" ? join(skill, flavour.configName) : flavour.configName;
      try {
        const pool = await loadPool({ ...host, err: (text) => void said.push(text) }, flavour, from);
        configFile = pool.configFile;
        if (!exists(configFile)) continue;
        hasPool = true;
        found.push(...authFindings(pool));
        pool.sources();
      } catch (error) {
        said.push(wordsOf(error));
      }
      for (const text of said) {
        found.push(finding("pool-config", `${flavour.name}: ${plain(text)}`, configFile));
      }
    }
  }
  if (hasPool && host.system.hasTmux && findProgram("tmux", host) === undefined) {
    found.push(finding("tmux-missing", "there is no tmux on PATH"));
  }
  return found;
}

function authFindings({ name, authTeamDir, authTeamGlob, stateFile }: PoolSettings): Finding[] {
  if (authTeamDir === undefined) return [];
  const files = isFolder(authTeamDir) ? listAuthFiles(authTeamDir, authTeamGlob, stateFile) : [];
  if (files.length === 0) {
    return [finding("pool-empty", `${name}: there is no auth file in ${authTeamDir}`, authTeamDir)];
  }
  return files.flatMap((path) => {
    const { problem } = loginAt(path);
    return problem === undefined ? [] : finding("pool-auth", `${name}: ${path}: ${problem}`, path);
  });
}

/** The program's message on one line, without its emoji. */
function plain(text: string): string {
  return text.replace(/^[❌⚠️\s]+/u, "").trim().replace(/\s*\n\s*/g, " ");
}
