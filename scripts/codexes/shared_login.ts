import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startBackend } from "../../rig/backend.ts";
import type { Way } from "../../rig/program.ts";
import { makeSandbox } from "../../rig/sandbox.ts";
import { until } from "../../rig/until.ts";
import { refreshTokenIn, worldOf } from "../../test/e2e/real_world.ts";

/** The outcome for one login shared by four aliases. */
export interface SharedLogin {
  readonly requests: number;
  /** Requests that repeated a used token. */
  readonly sentTwice: number;
  /** Aliases with a reading at the end. */
  readonly read: number;
  readonly isLost: boolean;
}

const DAY_MS = 86_400_000;
/** Long enough for another process to attempt the same renewal. */
const REFRESH_MS = 2000;

/**
 * Four aliases are linked to one login whose last renewal was just over eight days ago, which an old Codex renews at its
 * start, whatever the token says. `claims` = what the program says of its version, instead of the truth.
 */
export async function sharedLogin(program: string, way: Way, claims?: string): Promise<SharedLogin> {
  const service = await startBackend({ accounts: { shared: { refresh: { delayMs: REFRESH_MS } } } });
  const user = makeSandbox({
    codex: "real",
    program,
    ...claims === undefined ? {} : { version: claims },
    env: {
      AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0",
      CODEX_REFRESH_TOKEN_URL_OVERRIDE: `${service.url}/oauth/token`,
    },
    leaveMs: 90_000,
  });
  const { sessions } = worldOf(service, user);
  const aliases = ["a", "b", "c", "d"];
  try {
    const pool = join(user.home, "pool");
    mkdirSync(pool);
    const login = join(pool, "shared.json");
    const last_refresh = new Date(Date.now() - 8 * DAY_MS - 60_000).toISOString();
    writeFileSync(login, JSON.stringify({ ...JSON.parse(service.authFile("shared")), last_refresh }), {
      mode: 0o600,
    });
    for (const alias of aliases) {
      symlinkSync(login, join(user.addAlias(alias, { backend: service }), "auth.json"));
    }
    await user.run(way, ["supervisor", "start", "--background"]);
    const read = () => aliases.filter((alias) => sessions()[alias]?.lastProbeResult === "ok").length;
    await until(() => read() === aliases.length, "readings of all", 60_000).catch(() => {});
    const asked = service.find({ path: "/oauth/token" });
    return {
      requests: asked.length,
      sentTwice: asked.filter(({ spent, seq }) =>
        asked.some((row) => row.spent === spent && row.seq < seq)
      ).length,
      read: read(),
      isLost: service.isSpent(refreshTokenIn(login)) || readFileSync(login, "utf8") === "",
    };
  } finally {
    service.set("shared", { refresh: { delayMs: 0 } });
    try {
      await user.close();
    } finally {
      await service.close();
    }
  }
}
