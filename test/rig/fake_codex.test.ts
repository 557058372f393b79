import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { talkTo } from "../../rig/app_server.ts";
import { sandbox } from "../../rig/in_test.ts";
import { finished, killGroup } from "../../rig/result.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { until } from "../../rig/until.ts";

function startFake(user: Sandbox, home: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn("codex", args, {
    env: { ...user.env, CODEX_HOME: home, ...env },
    cwd: user.cwd,
    detached: true,
    stdio: "pipe",
  });
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) killGroup(child.pid);
  });
  return child;
}

function runFake(user: Sandbox, home: string, args: readonly string[], input = "") {
  const child = startFake(user, home, args);
  child.stdin?.end(input);
  return finished(child, 10_000);
}

describe("a run", () => {
  test("prints, exits and records as its home says", async () => {
    const user = sandbox();
    const home = user.addAlias("a", { script: { run: { stdout: "out", stderr: "err", exit: 7 } } });
    expect(await runFake(user, home, ["exec", "two words"])).toMatchObject({
      stdout: "out",
      stderr: "err",
      code: 7,
    });
    const [started] = user.fake.started(home);
    expect(started).toMatchObject({ args: ["exec", "two words"], cwd: user.cwd });
    expect(started?.env).toMatchObject({ CODEX_HOME: home, HOME: user.home });
  });

  test("dies by a signal", async () => {
    const user = sandbox();
    const home = user.addAlias("a", { script: { run: { signal: "SIGINT" } } });
    expect(await runFake(user, home, [])).toMatchObject({ signal: "SIGINT" });
  });

  test("holds until a file appears, with a thread open all the while", async () => {
    const user = sandbox();
    const home = user.addAlias("a", {
      script: { run: { threads: ["t1"], holdUntil: "go", ignore: ["SIGTERM"] } },
    });
    const child = startFake(user, home, []);
    const end = finished(child, 10_000);
    await until(() => user.fake.happened("holding").length === 1, "holding");
    const lock = join(home, "thread-writer-locks", "t1.lock");
    const free = () => finished(spawn("flock", ["-n", lock, "true"], { stdio: "pipe" }), 5000);
    expect((await free()).code).toBe(1);
    process.kill(child.pid ?? 0, "SIGTERM");
    await until(() => user.fake.happened("signal", { what: "SIGTERM" }).length === 1, "the signal noted");
    writeFileSync(join(home, "go"), "");
    expect((await end).code).toBe(0);
    expect((await free()).code).toBe(0);
  });

  test("is not led astray by files where the user stands", async () => {
    const user = sandbox();
    const home = user.addAlias("a");
    writeFileSync(join(user.cwd, ".env"), "FROM_DOTENV=1\n");
    writeFileSync(join(user.cwd, "bunfig.toml"), 'preload = ["./evil.ts"]\n');
    writeFileSync(join(user.cwd, "evil.ts"), "process.exit(99);\n");
    const child = startFake(user, home, ["hi"], { BUN_OPTIONS: "--preload=./evil.ts" });
    child.stdin?.end();
    expect((await finished(child, 10_000)).code).toBe(0);
    const env = user.fake.started(home)[0]?.env;
    expect(env?.FROM_DOTENV).toBeUndefined();
    expect(env?.BUN_OPTIONS).toBe("--preload=./evil.ts");
  });

  test("without its home ends as the real one does", async () => {
    const user = sandbox();
    const ended = await runFake(user, join(user.home, "nowhere"), []);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("that path does not exist");
  });
});

describe("a login", () => {
  test("status says Not logged in on stderr until a login wrote an auth file", async () => {
    const user = sandbox();
    const home = user.addAlias("a", { script: { login: { account: "acct-z" } } });
    expect(await runFake(user, home, ["login", "status"])).toMatchObject({
      code: 1,
      stderr: "Not logged in\n",
    });
    expect(await runFake(user, home, ["login"])).toMatchObject({
      code: 0,
      stderr: "Successfully logged in\n",
    });
    const auth = JSON.parse(readFileSync(join(home, "auth.json"), "utf8"));
    expect(auth.tokens.account_id).toBe("acct-z");
    expect(auth.tokens.oauth_provenance.issuer).toMatch(/^http:\/\/127\.0\.0\.1/);
    expect(await runFake(user, home, ["login", "status"])).toMatchObject({ code: 0 });
  });

  test("that fails writes nothing, also in a home without a script of its own", async () => {
    const user = sandbox();
    user.fake.tellAll({ login: { exit: 3, stderr: "no" } });
    const home = join(user.home, "elsewhere");
    mkdirSync(home);
    expect(await runFake(user, home, ["login"])).toMatchObject({ code: 3, stderr: "no" });
    expect(existsSync(join(home, "auth.json"))).toBe(false);
  });
});

describe("an app-server", () => {
  test("tells limits, says what it is told to say, ends at end-of-file", async () => {
    const user = sandbox();
    const home = user.addAlias("a", {
      script: {
        appServer: {
          lines: ["not json", "x".repeat(200_000)],
          limits: [{ error: { code: -32603, message: "failed: 500" } }, {}],
        },
      },
    });
    const server = talkTo(startFake(user, home, ["app-server", "--listen", "stdio://"]));
    expect((await server.ask("account/rateLimits/read", {})).error?.message).toBe("Not initialized");
    expect((await server.initialize()).result.codexHome).toBe(home);
    expect((await server.ask("account/rateLimits/read", {})).error?.message).toBe("failed: 500");
    expect((await server.ask("account/rateLimits/read", {})).result.rateLimits.primary.usedPercent).toBe(25);
    user.fake.say(home, ['{"method":"account/rateLimits/updated","params":{"n":1}}']);
    await until(() => server.messages.some((message) => message.params?.n === 1), "the notification");
    await server.end();
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(user.fake.happened("eof")).toHaveLength(1);
  });

  test("renews its login before it answers initialize, and only then", async () => {
    const user = sandbox();
    const script = { appServer: { initialize: { holdUntil: "renewed", renew: '{"new":1}' } } };
    const home = user.addAlias("a", { authFile: '{"old":1}', script });
    const server = talkTo(startFake(user, home, ["app-server"]));
    const answer = server.initialize();
    await until(() => user.fake.happened("holding").length === 1, "holding");
    expect(readFileSync(join(home, "auth.json"), "utf8")).toBe('{"old":1}');
    writeFileSync(join(home, "renewed"), "");
    await answer;
    expect(readFileSync(join(home, "auth.json"), "utf8")).toBe('{"new":1}');
    await server.end();
  });

  test.each(
    [
      ["at start", { at: "start", exit: 3 }, { code: 3, signal: null }],
      ["after a while", { at: 20, signal: "SIGSEGV" }, { code: null, signal: "SIGSEGV" }],
      ["when asked for limits", { at: "limits", exit: 4 }, { code: 4, signal: null }],
    ] as const,
  )("crashes %s", async (_, crash, end) => {
    const user = sandbox();
    const home = user.addAlias("a", { script: { appServer: { crash } } });
    const server = talkTo(startFake(user, home, ["app-server"]));
    void server.initialize().then(() => server.ask("account/rateLimits/read")).catch(() => {});
    expect(await server.exited).toEqual(end);
  });

  test("ignores end-of-file and SIGTERM when told to", async () => {
    const user = sandbox();
    const home = user.addAlias("a", {
      script: { appServer: { ignore: ["eof", "SIGTERM"], limits: { hang: true } } },
    });
    const server = talkTo(startFake(user, home, ["app-server"]));
    await server.initialize();
    server.child.stdin?.end();
    await until(() => user.fake.happened("eof").length === 1, "end-of-file noted");
    server.child.kill("SIGTERM");
    await until(() => user.fake.happened("signal").length === 1, "SIGTERM noted");
    expect(server.child.exitCode).toBeNull();
    killGroup(server.child.pid);
    expect((await server.exited).signal).toBe("SIGKILL");
  });
});
