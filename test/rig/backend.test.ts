import { copyFileSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type AppServer, startAppServer } from "../../rig/app_server.ts";
import type { AccountPatch } from "../../rig/backend/account.ts";
import { claimsIn, fingerprint } from "../../rig/backend/token.ts";
import { type CodexOptions, NPM_CODEX, runCodex } from "../../rig/codex.ts";
import { backend, sandbox } from "../../rig/in_test.ts";
import { killGroup } from "../../rig/result.ts";

// With the real Codex: what the fake service says is understood, so what is tested against it is worth something.

const READ = ["account/rateLimits/read", { excludeResetCreditDetails: true }] as const;

async function service(accounts: Record<string, AccountPatch> = {}) {
  const fake = await backend({ accounts });
  const user = sandbox({ codex: "none" });
  return {
    fake,
    home: (name: string, ttlSec = 864_000) => user.addAlias(name, { backend: fake, account: name, ttlSec }),
  };
}

async function serving(home: string, options?: CodexOptions): Promise<AppServer> {
  const server = startAppServer(home, options);
  onTestFinished(() => {
    if (server.child.exitCode === null && server.child.signalCode === null) killGroup(server.child.pid);
  });
  await server.initialize();
  return server;
}

function tokensIn(home: string): { access_token: string; refresh_token: string } {
  return JSON.parse(readFileSync(join(home, "auth.json"), "utf8")).tokens;
}

function rolloutOf(home: string): string {
  const sessions = join(home, "sessions");
  const found = readdirSync(sessions, { recursive: true, encoding: "utf8" }).find((name) =>
    name.endsWith(".jsonl")
  );
  return readFileSync(join(sessions, found ?? "no rollout"), "utf8");
}

describe("limits", () => {
  const HOUR = 3600;
  const week = { usedPercent: 7, windowSec: 168 * HOUR, resetAt: 2_000_000_000 };
  const shown = { usedPercent: 7, windowDurationMins: 10080, resetsAt: 2_000_000_000 };

  test("two windows, one, the week in the first place, none", async () => {
    const { fake, home } = await service();
    const server = await serving(home("a"));
    const limits = async (usage: AccountPatch["usage"]) => {
      fake.set("a", { usage: usage ?? {} });
      return (await server.ask(...READ)).result.rateLimits;
    };
    expect(await limits({})).toMatchObject({
      limitId: "codex",
      primary: { usedPercent: 25, windowDurationMins: 300 },
      secondary: { usedPercent: 40, windowDurationMins: 10080 },
    });
    expect(await limits({ primary: null })).toMatchObject({ primary: null, secondary: { usedPercent: 40 } });
    expect(await limits({ primary: week, secondary: null })).toMatchObject({
      primary: shown,
      secondary: null,
    });
    expect(await limits({ primary: null })).toMatchObject({ primary: null, secondary: null });
    await server.end();
  });

  test("limits of a single model have a name of their own", async () => {
    const extra = { limitName: "Spark", meteredFeature: "codex_spark", primary: week, secondary: null };
    const { home } = await service({ a: { usage: { additional: [extra] } } });
    const server = await serving(home("a"));
    const { rateLimits, rateLimitsByLimitId } = (await server.ask(...READ)).result;
    expect(rateLimits.limitId).toBe("codex");
    expect(rateLimitsByLimitId.codex_spark.primary).toEqual(shown);
    await server.end();
  });

  test("every fault of the usage service reaches the reader", async () => {
    const { fake, home } = await service();
    const server = await serving(home("a"));
    const complaint = async (mode: NonNullable<AccountPatch["usage"]>["mode"] & string) => {
      fake.set("a", { usage: { mode } });
      return (await server.ask(...READ)).error;
    };
    expect((await complaint("status:429"))?.message).toContain("429 Too Many Requests");
    expect((await complaint("status:503"))?.message).toContain("503 Service Unavailable");
    expect((await complaint("malformed"))?.message).toContain("Decode error");
    expect((await complaint("empty"))?.message).toContain("EOF while parsing");
    expect((await complaint("html"))?.message).toContain("403 Forbidden");
    expect((await complaint("drop"))?.message).toContain("error sending request");
    fake.set("a", { usage: { mode: "ok" } });
    expect((await server.ask(...READ)).error).toBeUndefined();
    await server.end();
  });

  test("a request that hangs is answered once it is let go", async () => {
    const { fake, home } = await service({ a: { usage: { mode: "hang" } } });
    const server = await serving(home("a"));
    const answer = server.ask(...READ);
    const [row] = await fake.waitFor({ path: "/wham/usage", account: "a" });
    expect(row?.status).toBeUndefined();
    fake.set("a", { usage: { mode: "ok" } });
    expect((await answer).result.rateLimits.primary.usedPercent).toBe(25);
    await server.end();
  });

  test("an answer comes as late as it is told to", async () => {
    const { fake, home } = await service({ a: { usage: { delayMs: 300 } } });
    const server = await serving(home("a"));
    await server.ask(...READ);
    const [row] = fake.find({ path: "/wham/usage" });
    expect((row?.answeredAt ?? 0) - (row?.at ?? 0)).toBeGreaterThanOrEqual(295);
    await server.end();
  });

  test("the program that npm puts on PATH reads them too", async () => {
    const { home } = await service();
    const server = await serving(home("a"), { program: NPM_CODEX });
    expect((await server.ask(...READ)).result.accountId).toBe("a");
    await server.end();
  });
});

describe("turns", () => {
  test("codex exec does a turn and writes a rollout with account and limits", async () => {
    const { fake, home } = await service();
    const folder = home("acct-t");
    const ended = await runCodex(folder, ["exec", "--json", "--skip-git-repo-check", "hi"]);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain("fake answer");
    const rollout = rolloutOf(folder);
    expect(rollout).toContain('"creator_account_id":"acct-t"');
    expect(rollout).toContain('"type":"task_complete"');
    expect(rollout).toMatch(/"rate_limits":\{"limit_id":"codex".*?"used_percent":25/);
    expect(fake.find({ path: "/responses", method: "POST", status: 200 })).toHaveLength(1);
  });

  test("a used-up account gets the usage limit error", async () => {
    const { home } = await service({
      a: { usage: { primary: { usedPercent: 100 } }, responses: { mode: "usage_limit" } },
    });
    const folder = home("a");
    const ended = await runCodex(folder, ["exec", "--json", "--skip-git-repo-check", "hi"]);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain("hit your usage limit");
    expect(rolloutOf(folder)).toContain('"codex_error_info":"usage_limit_exceeded"');
  });

  test("a rejected token is refused everywhere until a refresh gives a new one", async () => {
    const { fake, home } = await service({ a: {} });
    const folder = home("a");
    // An app-server may renew its login for a 401 that it meets at start-up, before it reads the limits.
    fake.set("a", { tokenRejected: true, refresh: { mode: "status:500" } });
    const server = await serving(folder);
    expect((await server.ask(...READ)).error?.message).toContain("401 Unauthorized");
    await server.end();
    fake.set("a", { refresh: { mode: "ok" } });
    expect((await runCodex(folder, ["exec", "--skip-git-repo-check", "hi"])).stdout).toContain("fake answer");
    expect(fake.find({ path: "/oauth/token", status: 200 }).at(-1)?.reason).toBe("unauthorized_recovery");
  });
});

describe("refreshes", () => {
  test("an old token is renewed before initialize is answered, by a process that the log names", async () => {
    const { fake, home } = await service({ a: { refresh: { delayMs: 400 }, accessTtlSec: 7000 } });
    const folder = home("a", 100);
    const before = tokensIn(folder);
    const server = await serving(folder);
    const after = tokensIn(folder);
    expect(after.refresh_token).not.toBe(before.refresh_token);
    expect((claimsIn(after.access_token).exp ?? 0) * 1000 - Date.now()).toBeGreaterThan(6_000_000);
    expect(statSync(join(folder, "auth.json")).mode & 0o777).toBe(0o600);
    const [row, ...others] = fake.find({ path: "/oauth/token" });
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      account: "a",
      status: 200,
      reason: "proactive_expiry",
      spent: fingerprint(before.refresh_token),
    });
    expect((row?.answeredAt ?? 0) - (row?.at ?? 0)).toBeGreaterThanOrEqual(395);
    if (process.platform === "linux") expect(row?.pid).toBe(server.child.pid);
    expect(fake.isSpent(before.refresh_token)).toBe(true);
    expect(fake.isSpent(after.refresh_token)).toBe(false);
    await server.end();
  });

  test("a refresh token works once: a copied login is dead after the first refresh", async () => {
    const { fake, home } = await service();
    const [one, two] = [home("a", 100), home("b", 100)];
    copyFileSync(join(one, "auth.json"), join(two, "auth.json"));
    await (await serving(one)).end();
    const server = await serving(two);
    expect((await server.ask("account/read", {})).result.account).toBeNull();
    expect(fake.find({ path: "/oauth/token" }).map((row) => row.status).slice(0, 2)).toEqual([200, 401]);
    await server.end();
  });

  test("a Codex killed while it refreshes leaves a spent token: the login is lost", async () => {
    const { fake, home } = await service({ a: { refresh: { mode: "hang" } } });
    const folder = home("a", 100);
    const server = startAppServer(folder);
    void server.initialize().catch(() => {});
    await fake.waitFor({ path: "/oauth/token" });
    killGroup(server.child.pid);
    await server.exited;
    expect(fake.isSpent(tokensIn(folder).refresh_token)).toBe(true);
  });

  test.each(["reused", "expired", "invalidated", "unknown401"] as const)(
    "refused as %s: logged out",
    async (mode) => {
      const { fake, home } = await service({ a: { refresh: { mode } } });
      const server = await serving(home("a", 100));
      expect((await server.ask("account/read", {})).result.account).toBeNull();
      expect(fake.find({ path: "/oauth/token" })[0]?.status).toBe(401);
      await server.end();
    },
  );

  test("the log shows no token", async () => {
    const { fake, home } = await service();
    const folder = home("a", 100);
    const before = tokensIn(folder);
    await (await serving(folder)).end();
    const said = JSON.stringify(fake.rows);
    for (const tokens of [before, tokensIn(folder)]) {
      expect(said).not.toContain(tokens.access_token);
      expect(said).not.toContain(tokens.refresh_token);
    }
  });
});

describe("logins", () => {
  test("a device login waits for its approval, and revokes nothing in an empty home", async () => {
    const fake = await backend();
    const folder = sandbox({ codex: "none" }).addAlias("l", { backend: fake });
    const login = runCodex(folder, ["login", "--device-auth", "--experimental_issuer", fake.url]);
    await fake.waitFor({ path: "/deviceauth/token", status: 403 });
    expect(fake.approveDevice("acct-l")).toBe(1);
    const ended = await login;
    expect(ended).toMatchObject({ code: 0, stderr: "Successfully logged in\n" });
    const { tokens } = JSON.parse(readFileSync(join(folder, "auth.json"), "utf8"));
    expect(tokens).toMatchObject({ account_id: "acct-l", oauth_provenance: { issuer: fake.url } });
    expect(fake.find({ path: "/oauth/revoke" })).toHaveLength(0);
    expect((await runCodex(folder, ["login", "status"])).stderr).toContain("Logged in using ChatGPT");
  });

  test("a login over another one, and a logout, revoke what was there", async () => {
    const fake = await backend({ deviceAccount: "acct-l" });
    const folder = sandbox({ codex: "none" }).addAlias("l", { backend: fake, account: "acct-old" });
    const old = tokensIn(folder).refresh_token;
    await runCodex(folder, ["login", "--device-auth", "--experimental_issuer", fake.url]);
    expect(fake.isSpent(old)).toBe(true);
    expect(fake.find({ path: "/oauth/revoke" }).map((row) => row.account)).toEqual(["acct-old"]);
    await runCodex(folder, ["logout"]);
    expect(fake.find({ path: "/oauth/revoke" }).map((row) => row.account)).toEqual(["acct-old", "acct-l"]);
  });
});
