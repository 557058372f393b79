import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { has, lacksOf } from "../../lib/core/codex/versions.ts";
import { talkTo } from "../../rig/app_server.ts";
import { startBackend } from "../../rig/backend.ts";
import { runCodex, startCodex } from "../../rig/codex.ts";
import type { Way } from "../../rig/program.ts";
import { finished } from "../../rig/result.ts";
import { makeSandbox } from "../../rig/sandbox.ts";
import { makeTeam } from "../../rig/twf/team.ts";
import { until } from "../../rig/until.ts";
import { type Shown, worldOf } from "../../test/e2e/real_world.ts";
import { type Check, CHECKS, type Outcome } from "./matrix.ts";

/** A Codex version to check. */
export interface Candidate {
  readonly version: string;
  readonly program: string;
  readonly way: Way;
}

interface Seen extends Shown {
  readonly activity: { readonly turns?: number };
  readonly codexVersion?: string;
  readonly lacks?: readonly string[];
  readonly exhaustedUntil?: string;
}

/** The supervisor's polling interval. */
const POLL_MS = 5000;
/** Longer than that. */
const TURN_MS = 9000;
const PATIENCE_MS = 30_000;
const ALIASES = ["work", "plain", "refused"] as const;

/** Checks all uses of this Codex; each check gives "yes" or a description of the difference. */
export async function drift({ version, program, way }: Candidate): Promise<Outcome> {
  const refused = { usage: { primary: { usedPercent: 100 } }, responses: { mode: "usage_limit" } } as const;
  const service = await startBackend({ accounts: { refused } });
  const user = makeSandbox({
    codex: "real",
    program,
    env: {
      AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0",
      CODEX_REFRESH_TOKEN_URL_OVERRIDE: `${service.url}/oauth/token`,
    },
    leaveMs: 30_000,
  });
  const world = worldOf(service, user);
  const seen = (alias: string) => world.sessions()[alias] as Seen | undefined;
  const exec = (alias: string, ...words: string[]) =>
    runCodex(user.homeOf(alias), ["exec", "--skip-git-repo-check", ...words], { program });
  const found = new Map<Check, string>();
  const check = async (name: Check, run: () => Promise<string | boolean>) => {
    const result = await run().catch((error: Error) => error.message.split("\n", 1)[0]!.slice(0, 80));
    found.set(name, result === true ? "yes" : result === false ? "no" : result);
  };
  const wait = (isSo: () => boolean, what: string) => until(isSo, what, PATIENCE_MS);
  const team = makeTeam({ user, backend: service, way, pool: { one: {} } });
  try {
    for (const alias of ALIASES) user.addAlias(alias, { backend: service, account: alias });
    await user.run(way, ["supervisor", "start", "--background"]);
    await check("readings", async () => {
      const isRead = () => ALIASES.every((alias) => seen(alias)?.lastProbeResult === "ok");
      await wait(isRead, "readings").catch(() => {
        throw new Error(seen("work")?.lastProbeResult ?? "nothing");
      });
      const { rateLimits, codexVersion, lacks = [] } = seen("work")!;
      const isRight = rateLimits.primary?.usedPercent === 25 && rateLimits.secondary?.usedPercent === 40;
      const isTold = codexVersion === version && lacks.join() === lacksOf(version, true).join();
      return isRight && isTold || `read ${JSON.stringify({ rateLimits, codexVersion, lacks }).slice(0, 60)}`;
    });
    await check("turn", async () => {
      const { code, stdout, stderr } = await exec("plain", "hi");
      return (code === 0 && stdout.includes("fake answer")) || `exit ${code}: ${stderr.slice(-60)}`;
    });
    await check("activity", async () => {
      service.set("work", { responses: { delayMs: TURN_MS } });
      const worker = startCodex(user.homeOf("work"), ["exec", "--skip-git-repo-check", "hi"], { program });
      worker.stdin?.end();
      const end = finished(worker, 60_000);
      let most = 0;
      const look = setInterval(() => most = Math.max(most, seen("work")?.activity.turns ?? 0), 50);
      await end;
      clearInterval(look);
      if (most === 0) return "no";
      await wait(() => seen("work")?.activity.turns === 0, "the end of a turn");
      return most === 1 || `${most} turns`;
    });
    await check("refusal", async () => {
      let isTold = false;
      const look = setInterval(() => isTold ||= seen("refused")?.exhaustedUntil !== undefined, 50);
      const { code } = await exec("refused", "hi");
      // A version that records no refusals gets one interval: no event would end the wait.
      if (has(version, "endWithError")) {
        await until(() => isTold, "a refusal", POLL_MS + 3000).catch(() => {});
      } else await setTimeout(POLL_MS + 1000);
      clearInterval(look);
      if (code === 0) return "the turn was not refused";
      return isTold ? "yes" : "by readings";
    });
    await check("login status", async () => {
      const status = (home: string) => runCodex(home, ["login", "status"], { program });
      const empty = user.addAlias("empty", { backend: service });
      const [some, none] = [await status(user.homeOf("plain")), await status(empty)];
      return (some.code === 0 && none.code === 1 && none.stderr.includes("Not logged in")) ||
        `exit ${some.code} and ${none.code}`;
    });
    await check("/status", async () => {
      const { stdout, stderr } = await team.cap(["status", team.pool, "--json"]);
      const [account] = JSON.parse(stdout || "{}").accounts ?? [];
      const left = account?.limits?.map(({ leftPercent }: { leftPercent: number }) => leftPercent).join();
      return left === "75,60" || account?.reason || stderr.slice(-60) || "no limits";
    });
    await check("resume", async () => {
      const { code, stdout, stderr } = await exec("plain", "resume", "--last", "again");
      return (code === 0 && stdout.includes("fake answer")) || `exit ${code}: ${stderr.slice(-60)}`;
    });
    await check("fork", async () => {
      const home = user.homeOf("plain");
      const server = talkTo(startCodex(home, ["app-server"], { program }));
      try {
        await server.initialize();
        const { error, result } = await server.ask("thread/fork", { threadId: threadIn(home) });
        return typeof result?.thread?.id === "string" ||
          (error?.code === -32600 ? "no" : `${error?.message}`);
      } finally {
        await server.end();
      }
    });
    return Object.fromEntries(CHECKS.map((name) => [name, found.get(name) ?? "not run"])) as Outcome;
  } finally {
    try {
      await team.close();
      await user.close();
    } finally {
      await service.close();
    }
  }
}

/** The thread whose rollout is in a home. */
function threadIn(home: string): string | undefined {
  const folder = join(home, "sessions");
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String) : [];
  return names.map((name) => /-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl$/.exec(name)?.[1])
    .find((id) => id !== undefined);
}
