import { Failure } from "../text/failure.ts";

/** Logins, settings, threads and databases: each session has its own, and a link would mix them or cost a login. */
const NEVER =
  /^(\..*|.*\.toml|auth\.json.*|config\..*|shared\.(json|lock)|sessions|archived_sessions|session_index\.jsonl|history\.jsonl|log|logs|tmp|cache|packages|plugins|worktrees|version\.json|installation_id|thread-writer-locks|app-server.*|.*\.lock|.*\.sqlite.*|.*\.db)$/i;

/** Throws the failure of a name that is not shared: it holds a login or state, or lies outside the source. */
export function checkSharedNames(names: readonly string[]): void {
  for (const name of names) {
    if (name !== "" && !/[\\/\0:]/.test(name) && !NEVER.test(name)) continue;
    throw new Failure(
      "failed",
      `Cannot share ${JSON.stringify(name)}: it is not a name of words, skills or rules`,
      {
        hint: "correct share under [sessions] in config.toml",
      },
    );
  }
}
