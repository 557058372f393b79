import { join } from "node:path";
import type { Flavour } from "../../../core/pool/flavour.ts";
import { temporaryHomeConfig } from "../../../core/pool/screen/home_config.ts";
import { codexEnvironment } from "../../../core/shell/launch.ts";
import { authFileOf } from "../../../core/system/layout.ts";
import { temporaryFolder } from "../../../core/shell/surroundings.ts";
import { ensureFolder, makeTemporaryFolder, removeTree } from "../../../io/files/folders.ts";
import { readText } from "../../../io/files/read.ts";
import { writeNew } from "../../../io/files/replace.ts";
import { copyTree, makeLink, sweepFolders } from "../../../io/files/tree.ts";
import { parseToml, renderToml } from "../../../io/formats.ts";
import type { Host } from "../../../io/host.ts";
import { configOf } from "../../codex/homes.ts";

/** The temporary folder of one command: temporary homes, and an empty working directory for Codex. */
export interface Workshop {
  readonly folder: string;
  /** An empty folder outside any repository. */
  readonly desk: string;
  /** Creates a home that links to an auth file. */
  home(source: string, authFile: string, options: HomeOptions): Home;
  /** Removes everything. */
  close(): void;
}

interface HomeOptions {
  readonly disableMcp: boolean;
  /** "settings" = only settings, "all" = everything visible in a session of this source. */
  readonly content: "settings" | "all";
}

export interface Home {
  readonly path: string;
  /** The variables of a Codex in it, in addition to `plainEnvironment`. */
  readonly variables: Readonly<Record<string, string>>;
}

/** An invalid URL, which fails before any connection. */
const NOWHERE = "renewal-is-off:";

const HOUR_MS = 3_600_000;

/** Files with credentials, files of earlier sessions, and files that Codex recreates. */
const LEFT_OUT =
  /^(auth\.json|\.auth.*|\.credentials\.json|config\.toml|history\.jsonl|sessions|archived_sessions|log|tmp|worktrees|packages|version\.json|app-server-.*|thread-writer-locks|.*\.lock|.*\.sqlite.*)$/;

/** The current environment without any login and without a home. */
export function plainEnvironment(host: Pick<Host, "env" | "platform">): Record<string, string> {
  const { CODEX_HOME: _home, ...env } = codexEnvironment(host, "", []);
  return env;
}

/** Creates a workshop below the folder for temporary files. */
export function openWorkshop(host: Pick<Host, "env" | "clock" | "platform">, flavour: Flavour): Workshop {
  const [place, prefix] = [temporaryFolder(host), `${flavour.name}-status-`];
  sweep(place, prefix, host.clock.now());
  const folder = makeTemporaryFolder(place, prefix);
  const [desk, temporary] = [join(folder, "desk"), join(folder, "tmp")];
  ensureFolder(desk);
  ensureFolder(temporary);
  let count = 0;
  return {
    folder,
    desk,
    home(source, authFile, { disableMcp, content }) {
      const path = join(folder, `home-${++count}`);
      if (content === "all") copyTree(source, path, (name) => LEFT_OUT.test(name));
      else ensureFolder(path);
      const settings = parseToml(readText(configOf(source)) ?? "", configOf(source));
      writeNew(configOf(path), renderToml(temporaryHomeConfig(settings, { folder: desk, disableMcp })));
      makeLink(authFile, authFileOf(path));
      const databases = join(path, "sqlite");
      ensureFolder(databases);
      const variables = {
        CODEX_HOME: path,
        CODEX_SQLITE_HOME: databases,
        // Any renewal would invalidate the copies of this login in workers' homes.
        CODEX_REFRESH_TOKEN_URL_OVERRIDE: NOWHERE,
        CODEX_REVOKE_TOKEN_URL_OVERRIDE: NOWHERE,
        TMPDIR: temporary, // Codex warns of homes below it
      };
      return { path, variables };
    },
    close() {
      try {
        removeTree(folder);
      } catch {
        // a process still writes there; a later run removes it
      }
    },
  };
}

/** Removes the folders of killed runs, except those of other users. */
function sweep(place: string, prefix: string, nowMs: number): void {
  try {
    sweepFolders(place, prefix, "kept", nowMs - HOUR_MS);
  } catch {
    // not ours
  }
}
