import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import {
  codexIn,
  isRunning,
  refreshTokenIn,
  turnIn,
  type World,
  worldOf,
} from "../../test/e2e/real_world.ts";
import { startAppServer } from "../../rig/app_server.ts";
import { type Backend, startBackend } from "../../rig/backend.ts";
import { makeSandbox } from "../../rig/sandbox.ts";
import { until } from "../../rig/until.ts";

export interface KillSettings {
  readonly kills: number;
  /** The number of users at the same time, each with a supervisor. */
  readonly users: number;
  readonly sessions: number;
}

export interface KillFigures {
  readonly kills: number;
  /** Kills while a token request was under way. */
  readonly whileRenewing: number;
  readonly renewed: number;
  /** Token requests that repeated a used token. */
  readonly sentTwice: number;
  /** Logins whose file held a used token after all processes that could replace it had ended. */
  readonly lost: number;
  /** Homes in which a real Codex does no turn at the end. */
  readonly dead: number;
}

type UserFigures = Omit<KillFigures, "sentTwice">;

const ENV = {
  AGENTLB_PROBE_INTERVAL_SEC: "1",
  AGENTLB_PROBE_LIFETIME_SEC: "1",
  AGENTLB_PRE_STALE_REFRESH_COOLDOWN_SEC: "0",
  AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0",
};
const SLOWEST_MS = 2500;
const LONGEST_LIFE_MS = 1500;

/** Kills supervisors at random instants while they renew logins that are near their end, or past it. */
export async function kills(settings: KillSettings): Promise<KillFigures> {
  const service = await startBackend();
  const parts = Array.from(
    { length: settings.users },
    (_, index) =>
      tortureUser(service, `u${index}`, Math.ceil(settings.kills / settings.users), settings.sessions),
  );
  const ends = await Promise.allSettled(parts);
  await service.close();
  const users = ends.map((end) => {
    if (end.status === "rejected") throw end.reason;
    return end.value;
  });
  const sum = (of: keyof UserFigures) => users.reduce((total, each) => total + each[of], 0);
  const asked = service.find({ path: "/oauth/token" });
  return {
    kills: sum("kills"),
    whileRenewing: sum("whileRenewing"),
    renewed: sum("renewed"),
    sentTwice:
      asked.filter(({ spent, seq }) => asked.some((row) => row.spent === spent && row.seq < seq)).length,
    lost: sum("lost"),
    dead: sum("dead"),
  };
}

/** The planted fault: ends a Codex by SIGKILL in its token request. Returns true if its login is then lost. */
export async function isLostByKillingCodex(): Promise<boolean> {
  const service = await startBackend({ accounts: { a: { refresh: { delayMs: SLOWEST_MS } } } });
  const user = makeSandbox({ codex: "real", env: ENV, leaveMs: 20_000 });
  try {
    const home = user.addAlias("a", { backend: service, account: "a", ttlSec: 200 });
    const server = startAppServer(home);
    server.initialize().catch(() => {}); // ends before the answer
    await service.waitFor({ path: "/oauth/token", account: "a" });
    server.child.kill("SIGKILL");
    await server.exited;
    return service.isSpent(refreshTokenIn(join(home, "auth.json")));
  } finally {
    try {
      await user.close();
    } finally {
      await service.close();
    }
  }
}

/** One session whose login is made to near its end again and again. */
interface Armed {
  readonly account: string;
  readonly home: string;
  readonly auth: string;
  /** The refresh token that it was armed with. */
  token: string;
}

async function tortureUser(
  service: Backend,
  name: string,
  times: number,
  sessions: number,
): Promise<UserFigures> {
  const user = makeSandbox({ codex: "real", env: ENV, leaveMs: 20_000 });
  const world = worldOf(service, user);
  const figures = { kills: 0, whileRenewing: 0, renewed: 0, lost: 0, dead: 0 };
  const isSpent = ({ auth }: Armed) => service.isSpent(refreshTokenIn(auth));
  try {
    const all = Array.from({ length: sessions }, (_, index): Armed => {
      const account = `${name}-${index}`;
      const home = user.addAlias(account, { backend: service, account });
      return arm(service, { account, home, auth: join(home, "auth.json"), token: "" });
    });
    while (figures.kills < times) {
      await killOnce(world, all, figures);
      for (const each of all) settle(service, each, figures);
    }
    await world.agentlb(["supervisor", "start", "--background"]);
    // One that is lost is never renewed, and counted below.
    const isRenewed = ({ auth, token }: Armed) => refreshTokenIn(auth) !== token;
    const isOver = (each: Armed) => isRenewed(each) || (isSpent(each) && codexIn(each.home).length === 0);
    await until(() => all.every(isOver), "every login is renewed in the end, or lost", 120_000);
    await world.agentlb(["supervisor", "stop"]);
    await until(() => all.every(({ home }) => codexIn(home).length === 0), "every Codex ends", 20_000);
    for (const each of all) {
      if (isSpent(each)) figures.lost++;
      else figures.renewed++;
      if (await turnIn(each.home) !== "fake answer") figures.dead++;
    }
    return figures;
  } finally {
    await user.close();
  }
}

async function killOnce(
  world: World,
  all: readonly Armed[],
  figures: { kills: number; whileRenewing: number },
) {
  const { agentlb, service, supervisor } = world;
  await agentlb(["supervisor", "start", "--background"]);
  const pid = supervisor();
  await wait(Math.random() * LONGEST_LIFE_MS);
  const isUnderWay = service.find({ path: "/oauth/token" }).some((row) =>
    row.answeredAt === undefined && all.some(({ account }) => account === row.account)
  );
  process.kill(pid, "SIGKILL");
  figures.kills++;
  if (isUnderWay) figures.whileRenewing++;
  await until(() => !isRunning(pid), "the supervisor is gone");
}

/** Judges a login without any active process, and arms it again. */
function settle(service: Backend, each: Armed, figures: { renewed: number; lost: number }): void {
  if (codexIn(each.home).length > 0) return;
  const token = refreshTokenIn(each.auth);
  if (service.isSpent(token)) figures.lost++;
  else if (token !== each.token) figures.renewed++;
  else return; // not begun yet
  arm(service, each);
}

/** Puts a new login in place that ends within five minutes, or has ended, and is renewed more or less slowly. */
function arm(service: Backend, each: Armed): Armed {
  service.set(each.account, { refresh: { delayMs: Math.random() * SLOWEST_MS } });
  const text = service.authFile(each.account, { ttlSec: Math.round(Math.random() * 400 - 150) });
  writeFileSync(each.auth, text, { mode: 0o600 });
  each.token = JSON.parse(readFileSync(each.auth, "utf8")).tokens.refresh_token;
  return each;
}
