import { Failure } from "../../../core/text/failure.ts";
import type { Roster } from "../../../core/pool/state/adopt.ts";
import type { Flavour } from "../../../core/pool/flavour.ts";
import { printable } from "../../../core/text/printable.ts";
import { isFolder, resolvedPath } from "../../../io/files/read.ts";
import type { Host } from "../../../io/host.ts";
import { scanAuthFiles } from "./auth_files.ts";
import { type PoolSettings, typedPath } from "../load.ts";

/** Picks a worker's auth file: current, balanced, or longest lasting, by strategy. Throws Failure if none is usable. */
export async function pickAuth(
  host: Pick<Host, "clock" | "env" | "err" | "platform" | "random" | "system">,
  flavour: Flavour,
  settings: PoolSettings,
): Promise<string> {
  const roster = configuredRoster(host, flavour, settings);
  if (settings.authStrategy !== "team_cycle") {
    const { pickAuthFile } = await import("./picks.ts");
    return await pickAuthFile(host, settings, roster, settings.authStrategy === "limits");
  }
  const { currentAuth } = await import("./rotation.ts");
  return await currentAuth(host, settings, roster.dir, roster.files);
}

/** The team directory and its candidates for `pick-auth`. Throws Failure without any. */
function configuredRoster(host: Pick<Host, "err">, flavour: Flavour, settings: PoolSettings): Roster {
  if (settings.authTeamDir === undefined) {
    throw refusal(
      "❌ AUTH_TEAM directory is required for auth balancing.\n" +
        `   Set \`auth_team_dir:\` in scripts/${flavour.configName} (or env ${flavour.prefix}AUTH_TEAM_DIR).\n` +
        "   It is a directory with one auth file per account.",
    );
  }
  return rosterOf(host, settings, settings.authTeamDir);
}

/** The typed team directory, else the configured one; `settings` contain the glob. */
export function namedRoster(
  host: Pick<Host, "err" | "cwd" | "platform">,
  flavour: Flavour,
  settings: PoolSettings,
  typed: string | undefined,
): Roster {
  const dir = typed ? typedPath(host, settings, typed) : settings.authTeamDir;
  if (dir === undefined) {
    throw refusal(`❌ auth_team_dir is required (pass --team-dir or set it in ${flavour.configName})`);
  }
  return rosterOf(host, settings, dir);
}

function rosterOf(host: Pick<Host, "err">, settings: PoolSettings, dir: string): Roster {
  if (!isFolder(dir)) throw refusal(`❌ auth_team_dir not found: ${dir}`);
  const { files, nameless } = scanAuthFiles(dir, settings.authTeamGlob, settings.stateFile);
  for (const path of nameless) {
    host.err(`⚠️ left out: the name of ${printable(path, 4096)} is not valid UTF-8\n`);
  }
  if (files.length === 0) {
    throw refusal(`❌ no auth candidates found under ${dir} (glob='${settings.authTeamGlob}')`);
  }
  return { dir: resolvedPath(dir), files };
}

function refusal(message: string): Failure {
  return new Failure("failed", message, { verbatim: true });
}
