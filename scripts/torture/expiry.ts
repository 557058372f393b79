import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { codexIn, parentOf, refreshTokenIn, type World, worldOf } from "../../test/e2e/real_world.ts";
import { type AppServer, startAppServer } from "../../rig/app_server.ts";
import { startBackend } from "../../rig/backend.ts";
import type { Row } from "../../rig/backend/log.ts";
import { claimsIn } from "../../rig/backend/token.ts";
import { TREE } from "../../rig/codex.ts";
import { makeSandbox } from "../../rig/sandbox.ts";
import { until } from "../../rig/until.ts";

export interface ExpirySettings {
  readonly homes: number;
  /** True = the supervisor avoids logins near their end, as released; false = control without that guard. */
  readonly isGuarded: boolean;
  /** The time from the start until `minutesLeft` are left. */
  readonly leadSec: number;
  /** With less than 10 the supervisor keeps away, with less than 5 Codex renews. */
  readonly minutesLeft: 10 | 5;
  /** Makes Codex renew right then, by a service that refuses its tokens. */
  readonly isForced: boolean;
}

/** The outcome for the logins. */
export interface ExpiryFigures {
  readonly homes: number;
  /** Token requests by who made them: the user's Codex, or an app-server of the supervisor, which may have ended since. */
  readonly byUser: number;
  readonly byUs: number;
  /** Requests that repeated a used token, and how many of them got that answer before their process ended. */
  readonly sentTwice: number;
  readonly refused: number;
  /** Readings before `minutesLeft` were left, from then until the renewal, and after it. */
  readonly readBefore: number;
  readonly readBetween: number;
  readonly readAfter: number;
  /** Homes whose auth file holds a token that has been spent. */
  readonly lost: number;
  readonly failedTurns: number;
}

export const QUIET = "Codex is about to renew this login";

/** Long enough for another process to attempt the same renewal. */
const REFRESH_MS = 3000;
/** A renewal in the middle of a turn Codex itself begins again, with a spent token, when it takes long (codex 0.171). */
const FORCED_REFRESH_MS = 300;
/** A request sent just before may arrive just after. */
const ON_ITS_WAY_MS = 2000;

/** As which the rig greets an app-server. */
const CLIENT = "rig";

/** One of the user's own Codex processes, with a thread open. */
interface Open {
  readonly id: string;
  readonly home: string;
  /** When `minutesLeft` are left, epoch ms. */
  readonly windowAt: number;
  readonly server: AppServer;
  readonly thread: string;
}

/** Lets the logins of many homes near their end while a Codex of the user is open in each, and a supervisor reads them. */
export async function expiry(settings: ExpirySettings): Promise<ExpiryFigures> {
  const ids = Array.from({ length: settings.homes }, (_, index) => `h${String(index + 1).padStart(2, "0")}`);
  const slow = { refresh: { delayMs: settings.isForced ? FORCED_REFRESH_MS : REFRESH_MS } };
  const service = await startBackend({ accounts: Object.fromEntries(ids.map((id) => [id, slow])) });
  const user = makeSandbox({
    codex: "real",
    leaveMs: 20_000,
    env: {
      AGENTLB_PROBE_INTERVAL_SEC: "1",
      AGENTLB_PRE_STALE_REFRESH_COOLDOWN_SEC: "1",
      AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0",
    },
  });
  const world = worldOf(service, user);
  const servers: AppServer[] = [];
  try {
    for (const id of ids) {
      const ttlSec = settings.minutesLeft * 60 + settings.leadSec;
      user.addAlias(id, { backend: service, account: id, ttlSec });
    }
    await startSupervisor(world, settings.isGuarded);
    const open = await Promise.all(ids.map((id) => openCodex(world, id, settings.minutesLeft, servers)));
    await pastWindow(world, open, settings);
    const failures = settings.isForced ? await force(world, open) : await useUntilRenewed(open);
    if (settings.isGuarded) await world.results(Object.fromEntries(ids.map((id) => [id, "ok"])), 60_000);
    return figuresOf(world, open, failures);
  } finally {
    for (const id of ids) service.set(id, { refresh: { mode: "ok" } });
    await Promise.all(servers.map((server) => server.end()));
    try {
      await user.close();
    } finally {
      await service.close();
    }
  }
}

async function startSupervisor({ agentlb, user }: World, isGuarded: boolean): Promise<void> {
  if (isGuarded) return void await agentlb(["supervisor", "start", "--background"]);
  const entry = join(TREE, "scripts/torture/unguarded.ts");
  spawn(join(TREE, "node_modules/bun/bin/bun.exe"), [entry], {
    env: user.env,
    cwd: user.cwd,
    detached: true,
    stdio: "ignore",
  });
}

async function openCodex(
  { user }: World,
  id: string,
  minutesLeft: number,
  servers: AppServer[],
): Promise<Open> {
  const home = user.homeOf(id);
  const windowAt = expiryIn(home) - minutesLeft * 60_000;
  const server = startAppServer(home);
  servers.push(server);
  await server.initialize();
  const { result } = await server.ask("thread/start", { cwd: user.cwd });
  return { id, home, windowAt, server, thread: result.thread.id };
}

/** Waits until each login is this near its end and, if guarded, until the supervisor has reported that and left it. */
async function pastWindow(world: World, open: readonly Open[], { isGuarded }: ExpirySettings): Promise<void> {
  await wait(Math.max(...open.map(({ windowAt }) => windowAt)) - Date.now());
  if (!isGuarded) return;
  await world.results(Object.fromEntries(open.map(({ id }) => [id, QUIET])), 60_000);
  await until(
    () => open.every(({ home, server }) => codexIn(home).every((pid) => isWithin(pid, server.child.pid))),
    "no app-server of ours is in these homes",
    60_000,
  );
}

/** The service refuses the tokens it gave out; each Codex meets that in a turn. Returns how many turns failed. */
async function force({ service }: World, open: readonly Open[]): Promise<number> {
  for (const { id } of open) service.set(id, { tokenRejected: true });
  const ends = await Promise.all(open.map(turn));
  return ends.filter((end) => end !== "completed").length;
}

/** Every Codex does a turn every three seconds until its login is renewed. Returns how many turns failed. */
async function useUntilRenewed(open: readonly Open[]): Promise<number> {
  let failures = 0;
  await Promise.all(open.map(async (each) => {
    const first = refreshTokenIn(join(each.home, "auth.json"));
    const deadline = each.windowAt + 10 * 60_000;
    await wait(Math.random() * 3000);
    while (refreshTokenIn(join(each.home, "auth.json")) === first && Date.now() < deadline) {
      if (await turn(each) !== "completed") failures++;
      await wait(3000);
    }
    if (await turn(each) !== "completed") failures++;
  }));
  return failures;
}

async function turn({ server, thread }: Open): Promise<string> {
  const input = [{ type: "text", text: "hi" }];
  const { result } = await server.ask("turn/start", { threadId: thread, input });
  const completed = () =>
    server.messages.find(({ method, params }) =>
      method === "turn/completed" && params.turn.id === result.turn.id
    );
  await until(() => completed() !== undefined, "the end of a turn", 60_000);
  return completed()?.params.turn.status;
}

function figuresOf({ service }: World, open: readonly Open[], failedTurns: number): ExpiryFigures {
  const users = new Set(open.map(({ server }) => server.child.pid));
  const asked = service.find({ path: "/oauth/token" });
  // Where the process could not be seen, the name that it was greeted with counts.
  const isUsers = ({ pid, userAgent = "" }: Row) =>
    pid === undefined ? userAgent.startsWith(`${CLIENT}/`) : users.has(pid);
  const reads = open.flatMap((each) =>
    service.find({ path: "/wham/usage", account: each.id }).map((row) => ({
      at: row.at - each.windowAt,
      renewedAt: renewedAt(asked, each) - each.windowAt,
    }))
  );
  return {
    homes: open.length,
    byUser: asked.filter(isUsers).length,
    byUs: asked.filter((row) => !isUsers(row)).length,
    sentTwice:
      asked.filter(({ spent, seq }) => asked.some((row) => row.spent === spent && row.seq < seq)).length,
    refused: asked.filter(({ status }) => status === 401).length,
    readBefore: reads.filter(({ at }) => at < ON_ITS_WAY_MS).length,
    readBetween: reads.filter(({ at, renewedAt }) => at >= ON_ITS_WAY_MS && at < renewedAt).length,
    readAfter: reads.filter(({ at, renewedAt }) => at >= ON_ITS_WAY_MS && at >= renewedAt).length,
    lost: open.filter(({ home }) => service.isSpent(refreshTokenIn(join(home, "auth.json")))).length,
    failedTurns,
  };
}

/** True if a process is `top` or its descendant. */
function isWithin(pid: number, top: number | undefined): boolean {
  for (let each: number | undefined = pid; each !== undefined && each > 1; each = parentOf(each)) {
    if (each === top) return true;
  }
  return false;
}

function renewedAt(asked: readonly Row[], { id }: Open): number {
  return asked.find(({ account, status }) => account === id && status === 200)?.answeredAt ?? Infinity;
}

/** The expiry of the access token in a home, epoch ms. */
function expiryIn(home: string): number {
  const { tokens } = JSON.parse(readFileSync(join(home, "auth.json"), "utf8"));
  return (claimsIn(tokens.access_token).exp ?? 0) * 1000;
}
