import type { Launch } from "../../core/shell/launch.ts";
import type { Host } from "../../io/host.ts";
import { identityOrNumber } from "../../io/process/process.ts";
import type { Exit } from "../../io/process/spawn.ts";
import { AppServer, type Role } from "./app_server.ts";

/** The settings of an app-server's start. */
export interface Start extends Omit<Role, "startedAt" | "home"> {
  /** Names its home and contains no other login. */
  readonly env: Launch["env"];
  readonly cwd: string;
  /** Receives Codex's notifications. */
  notified?(method: string, params: unknown): void;
  /** Receives the parameters of each update of the limits. */
  updated?(params: unknown): void;
}

/** Starts `codex app-server` on stdin and stdout; `failed` = no process. No other function starts one. */
export function startAppServer(
  { clock, spawn }: Pick<Host, "clock" | "spawn">,
  { env, cwd, notified, updated, ...role }: Start,
): { readonly server: AppServer } | { readonly failed: Promise<Exit> } {
  const startedAt = clock.monotonic();
  const child = spawn({ file: role.codex, args: ["app-server"], env, cwd });
  if (child.pid === undefined) return { failed: child.exited };
  const identity = identityOrNumber(child.pid);
  const heard = (method: string, params: unknown) => {
    notified?.(method, params);
    if (method === "account/rateLimits/updated") updated?.(params);
  };
  return {
    server: new AppServer(child, identity, { ...role, home: env.CODEX_HOME ?? "", startedAt }, heard),
  };
}
