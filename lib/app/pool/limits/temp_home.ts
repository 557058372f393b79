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

/** A folder of ours for one command: temporary homes, and an empty folder to start Codex in. */
export interface Workshop {
  readonly folder: string;
  /** Empty, and in no repository. */
  readonly desk: string;
  /** Makes a home for one auth file, which stays where it is. */
  home(source: string, authFile: string, wish: HomeWish): Home;
  /** Removes everything. */
  close(): void;
}

interface HomeWish {
  readonly disableMcp: boolean;
  /** Settings alone, or all that a user would see in a session of this source. */
  readonly content: "settings" | "all";
}

export interface Home {
  readonly path: string;
  /** What the environment of a Codex in it has beyond `plainEnvironment`. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Not a URL that anything could be sent to: it fails before there is a connection. */
const NOWHERE = "renewal-is-off:";

const HOUR_MS = 3_600_000;

/** What says who somebody is, what a session left behind, and what Codex makes anew. */
const LEFT_OUT =
  /^(auth\.json|\.auth.*|\.credentials\.json|config\.toml|history\.jsonl|sessions|archived_sessions|log|tmp|worktrees|packages|version\.json|app-server-.*|thread-writer-locks|.*\.lock|.*\.sqlite.*)$/;

/** Our own environment without any login; it names no home yet. */
export function plainEnvironment(host: Pick<Host, "env" | "platform">): Record<string, string> {
  const { CODEX_HOME: _home, ...env } = codexEnvironment(host, "", []);
  return env;
}

/** Makes a workshop below the folder for temporary files. */
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
        // The copies of this login in workers' homes would not survive a renewal, whoever asks for one.
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
        // somebody writes there still: one of the next of us removes it
      }
    },
  };
}

/** Removes what was left behind by one of us that was killed; what belongs to other users stays. */
function sweep(place: string, prefix: string, nowMs: number): void {
  try {
    sweepFolders(place, prefix, "kept", nowMs - HOUR_MS);
  } catch {
    // not ours
  }
}
