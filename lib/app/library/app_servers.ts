import type { AppServerClient, AppServerOptions, Limits } from "./client.ts";
import { layoutIn, outside } from "./outside.ts";
import { openTalk } from "./talk.ts";

/**
 * Starts a `codex app-server` in any home (`CODEX_HOME`) and connects to it. It never renews a login: from ten minutes
 * before the login expires, no app-server is started, and a running one is closed. Throws `Failure` then, and without
 * a codex, without such a home, or without an answer.
 */
export async function openAppServer(home: string, options: AppServerOptions = {}): Promise<AppServerClient> {
  const host = outside(options);
  return await openTalk(host, layoutIn(host), home, options);
}

/**
 * Reads the limits of a home's account once, through a temporary app-server that has ended when this returns. Throws
 * `Failure` as `openAppServer` and `AppServerClient.readLimits` do; the app-server then ends in the background.
 */
export async function readLimits(home: string, options: AppServerOptions = {}): Promise<Limits> {
  const server = await openAppServer(home, options);
  try {
    const limits = await server.readLimits();
    await server.close();
    return limits;
  } catch (error) {
    void server.close(); // after an unanswered request this takes a minute
    throw error;
  }
}
