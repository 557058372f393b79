import type { AppServerClient, AppServerOptions, Limits } from "./client.ts";
import { layoutIn, outside } from "./outside.ts";
import { openTalk } from "./talk.ts";

/**
 * Starts a `codex app-server` in a home (a `CODEX_HOME`, any) and talks to it. It never renews a login: while the one in
 * this home is due for renewal, which is ten minutes before it expires, none is started, and one that runs is closed.
 * Throws `Failure` then, and when there is no codex, no such home, or no answer.
 */
export async function openAppServer(home: string, options: AppServerOptions = {}): Promise<AppServerClient> {
  const host = outside(options);
  return await openTalk(host, layoutIn(host), home, options);
}

/**
 * The limits of the account that is logged in to a home, read once through an app-server of its own, which is gone when
 * this returns. Throws `Failure` as `openAppServer` and `AppServerClient.readLimits` do; the app-server then ends by itself.
 */
export async function readLimits(home: string, options: AppServerOptions = {}): Promise<Limits> {
  const server = await openAppServer(home, options);
  try {
    const limits = await server.readLimits();
    await server.close();
    return limits;
  } catch (error) {
    void server.close(); // one that was never answered takes a minute
    throw error;
  }
}
