import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, type ExpectStatic, test } from "vitest";
import { finished } from "../../rig/result.ts";
import { until } from "../../rig/until.ts";
import { refreshTokenIn, turnIn, type World, world } from "./real_world.ts";
import { patience } from "../../rig/patience.ts";

// With the real Codex 0.171 and its device login, which revokes what its home holds before it has anything new.

/** The login command that goes to the fake service. */
function deviceLogin({ service }: World): string {
  return `codex login --device-auth --experimental_issuer ${service.url}`;
}

/** Starts `agentlb login a`, and resolves when its Codex waits for the user to approve. */
async function loggingIn(made: World, more: readonly string[] = []) {
  const after = made.service.rows.length;
  const child = made.start(["login", "a", "--login-cmd", deviceLogin(made), ...more]);
  const end = finished(child, 20_000);
  await Promise.race([
    made.service.waitFor({ path: "/deviceauth/token", status: 403, after }),
    end.then((result) => Promise.reject(new Error(JSON.stringify(result)))),
  ]);
  return { child, end };
}

/** The service refuses the tokens that it gave out, so Codex renews the login: that works, and nobody revoked it. */
async function stillRenews({ service, user }: World, expect: ExpectStatic): Promise<void> {
  const auth = join(user.homeOf("a"), "auth.json");
  const before = refreshTokenIn(auth);
  expect(service.isSpent(before)).toBe(false);
  service.set("a", { tokenRejected: true });
  expect(await turnIn(user.homeOf("a"))).toBe("fake answer");
  expect(refreshTokenIn(auth)).not.toBe(before);
  expect(service.find({ path: "/oauth/revoke" })).toEqual([]);
}

describe.concurrent("a login in place of another", { timeout: patience(60_000) }, () => {
  // As by Ctrl-C, as by `kill`, and with nobody left to tidy up.
  test.for(["SIGINT", "SIGTERM", "SIGKILL"] as const)(
    "given up by %s leaves the old one whole",
    async (signal, context) => {
      const { expect } = context;
      const made = await world(context);
      const { service, user } = made;
      const auth = join(user.addAlias("a", { backend: service, account: "a" }), "auth.json");
      const before = readFileSync(auth, "utf8");
      const { child, end } = await loggingIn(made);
      process.kill(signal === "SIGTERM" ? child.pid! : -child.pid!, signal);
      const { code, stderr } = await end;
      if (signal !== "SIGKILL") {
        expect({ code, stderr }).toEqual({
          code: 5,
          stderr: expect.stringContaining("login command failed"),
        });
        expect(temporaryHomes(made)).toEqual([]);
      }
      expect(readFileSync(auth, "utf8")).toBe(before);
      await stillRenews(made, expect);
    },
  );

  test("comes when it is complete, to where the link leads, and an app-server goes on with it", async (context) => {
    const { expect } = context;
    const made = await world(context);
    const { agentlb, results, service, sessions, supervisor, user } = made;
    const auth = join(user.addAlias("a", { backend: service, account: "a" }), "auth.json");
    const target = join(user.home, "pool", "work.json");
    mkdirSync(join(user.home, "pool"));
    renameSync(auth, target);
    symlinkSync(target, auth);
    await agentlb(["pick"]);
    await results({ a: "ok" });
    const before = refreshTokenIn(target);
    const { end } = await loggingIn(made);
    expect(refreshTokenIn(target)).toBe(before);
    expect(service.approveDevice("a")).toBe(1);
    expect(await end).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('logged in to "a" (a@example.test)'),
    });
    expect(lstatSync(auth).isSymbolicLink() && readlinkSync(auth)).toBe(target);
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(refreshTokenIn(target)).not.toBe(before);
    expect(service.isSpent(before)).toBe(false);
    expect(temporaryHomes(made)).toEqual([]);
    const [last] = service.find({ path: "/wham/usage" }).slice(-1);
    process.kill(sessions().a!.appServer.pid, "SIGKILL");
    await service.waitFor({ path: "/wham/usage", status: 200, after: last!.seq });
    expect(supervisor()).toBeGreaterThan(0);
    await stillRenews(made, expect);
  });

  test("is refused when it is another account's, unless it is forced", async (context) => {
    const { expect } = context;
    const made = await world(context);
    const { service, user } = made;
    const auth = join(user.addAlias("a", { backend: service, account: "a" }), "auth.json");
    const before = readFileSync(auth, "utf8");
    const refused = await loggingIn(made);
    service.approveDevice("somebody");
    expect(await refused.end).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /error: The new login \(somebody@example\.test\) is not the account .*the old login stays/,
      ),
    });
    expect(readFileSync(auth, "utf8")).toBe(before);
    expect(temporaryHomes(made)).toEqual([]);
    await stillRenews(made, expect);

    const forced = await loggingIn(made, ["--force"]);
    service.approveDevice("somebody");
    expect((await forced.end).code).toBe(0);
    expect(JSON.parse(readFileSync(auth, "utf8")).tokens.account_id).toBe("somebody");
    expect(await turnIn(user.homeOf("a"))).toBe("fake answer");
    expect(service.find({ path: "/oauth/revoke" })).toEqual([]);
  });

  test("is refused where the old one may be in a keyring", async (context) => {
    const { expect } = context;
    const made = await world(context);
    const { agentlb, service, user } = made;
    const home = user.addAlias("a", { backend: service, account: "a" });
    const config = join(home, "config.toml");
    writeFileSync(config, readFileSync(config, "utf8").replace('_store = "file"', '_store = "keyring"'));
    const before = readFileSync(join(home, "auth.json"), "utf8");
    const refused = await agentlb(["login", "a", "--login-cmd", deviceLogin(made)]);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('(cli_auth_credentials_store = "keyring")'),
    });
    expect(readFileSync(join(home, "auth.json"), "utf8")).toBe(before);
    expect(service.rows).toEqual([]);
  });
});

describe.concurrent("a login", { timeout: patience(60_000) }, () => {
  // Codex then renews it in the background, which nobody who talks to it is told of.
  test("that the service refuses long before its end is renewed by Codex and kept; then its limits are read", async (context) => {
    const { expect } = context;
    const { agentlb, results, service, user } = await world(context);
    const delays = { kept: 1500, stopped: 3000 };
    const auth = (id: string) => join(user.homeOf(id), "auth.json");
    const refuse = async (id: "kept" | "stopped") => {
      const made = user.addAlias(`.${id}`, { backend: service, account: id });
      service.set(id, { tokenRejected: true, refresh: { delayMs: delays[id] } });
      renameSync(made, user.homeOf(id));
      const first = refreshTokenIn(auth(id));
      await agentlb(["supervisor", "start", "--background"]);
      await service.waitFor({ path: "/oauth/token", account: id });
      await results({ [id]: "token refused" });
      return async () => {
        await until(() => refreshTokenIn(auth(id)) !== first, `a new login of ${id} on disk`);
        expect(service.isSpent(refreshTokenIn(auth(id)))).toBe(false);
      };
    };
    await (await refuse("kept"))();
    await results({ kept: "ok" });
    const stopped = await refuse("stopped");
    await agentlb(["supervisor", "stop"]);
    expect(service.find({ path: "/oauth/token", account: "stopped" })[0]?.status).toBeUndefined();
    await stopped();
    await results({ stopped: "token refused" });
    const asked = service.find({ path: "/oauth/token" });
    expect(asked.map(({ account, status }) => [account, status])).toEqual([
      ["kept", 200],
      ["stopped", 200],
    ]);
    for (const id of Object.keys(delays)) expect(await turnIn(user.homeOf(id))).toBe("fake answer");
  });
});

describe.concurrent("a first login", { timeout: patience(60_000) }, () => {
  test("that fails leaves no session, and the next `new` asks again", async (context) => {
    const { expect } = context;
    const made = await world(context, { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
    const { agentlb, service, start, user } = made;
    const command = "codex login --device-auth --experimental_issuer http://127.0.0.1:9";
    for (let time = 0; time < 2; time++) {
      const failed = await agentlb(["new", "x", "--login-cmd", command, "--cmd", "true"]);
      expect(failed).toMatchObject({
        code: 5,
        stderr: expect.stringContaining(`login command failed: "${command}"`),
      });
      expect(existsSync(user.homeOf("x"))).toBe(false);
    }
    const words = ["new", "x", "--login-cmd", deviceLogin(made), "--cmd", "true"];
    const asked = finished(start(words), 20_000);
    await service.waitFor({ path: "/deviceauth/token", status: 403 });
    service.approveDevice("x");
    expect((await asked).code).toBe(0);
    const auth = join(user.homeOf("x"), "auth.json");
    expect(statSync(auth).mode & 0o777).toBe(0o600);
    const first = refreshTokenIn(auth);
    // Logged in: not asked again.
    expect((await agentlb(words)).code).toBe(0);
    expect(refreshTokenIn(auth)).toBe(first);
    expect(service.isSpent(first)).toBe(false);
  });

  test("that is given up leaves no session", async (context) => {
    const { expect } = context;
    const made = await world(context, { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
    const { service, start, user } = made;
    const child = start(["new", "x", "--login-cmd", deviceLogin(made), "--cmd", "true"]);
    const end = finished(child, 20_000);
    await service.waitFor({ path: "/deviceauth/token", status: 403 });
    process.kill(-child.pid!, "SIGINT");
    expect((await end).code).toBe(5);
    expect(existsSync(user.homeOf("x"))).toBe(false);
  });
});

/** What is left of homes that logins were made in. */
function temporaryHomes({ user }: World): string[] {
  return readdirSync(join(user.root, "state", "logins"));
}
