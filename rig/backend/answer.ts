import type { ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import type { Answer } from "./account.ts";

/** Waits that end when the fake closes or an account is changed. */
export interface Waits {
  readonly closed: AbortSignal;
  /** Resolves at the next change of any account. */
  changed(): Promise<void>;
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

/**
 * Waits as `current` demands, then sends its faulty answer, if any; true when it did. `current` is called again after
 * each change, so that a hanging request can be released.
 */
export async function faulty(
  response: ServerResponse,
  current: () => Answer<string>,
  waits: Waits,
): Promise<boolean> {
  if (current().delayMs > 0) await wait(current().delayMs, undefined, { signal: waits.closed });
  while (current().mode === "hang") await waits.changed();
  const { mode } = current();
  const status = /^status:(\d+)$/.exec(mode)?.[1];
  if (status !== undefined) {
    sendJson(response, Number(status), { error: { message: `status ${status}`, code: `rig_${status}` } });
  } else if (mode === "malformed") {
    sendJson(response, 200, '{"plan_type": "pro", "rate_limit": {"primary_window": ');
  } else if (mode === "empty") sendJson(response, 200, "");
  else if (mode === "html") {
    response.writeHead(403, { "content-type": "text/html" });
    response.end("<html><head><title>Just a moment...</title></head><body>are you a robot?</body></html>");
  } else if (mode === "drop") response.socket?.destroy();
  else return false;
  return true;
}
