import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import type { Launch } from "../../../lib/core/shell/launch.ts";
import { tryLock } from "../../../lib/io/lock/lock.ts";
import { ownIdentity } from "../../../lib/io/process/process.ts";
import type { Captured } from "../../../lib/io/process/capture.ts";
import type { Exit } from "../../../lib/io/process/spawn.ts";
import { authFile, type Given, START, type World, world } from "../world.ts";

const BEFORE = 'agentlb: log in to "a" now; a private browser window helps to choose another account\n';

async function run(user: World, line: string, given: Given = {}): Promise<unknown> {
  [user.out, user.err] = ["", ""];
  user.launches.length = 0;
  return await main(user.host({ ...given, args: line.split(" ").filter((word) => word !== "") }));
}

/** A login that works: it leaves `text` in the home it is given. */
const logsIn = (text: string) => (launch: Launch): Exit => {
  writeFileSync(join(launch.env.CODEX_HOME!, "auth.json"), text);
  return { code: 0 };
};
const fails = (): Exit => ({ code: 3 });
const says = (code: number, stderr: string) => (): Captured => ({ exit: { code }, stdout: "", stderr });

/** What was run, by its words. */
function ran(user: World): string[] {
  return user.launches.map(({ file, args }) => [file.split("/").at(-1), ...args].join(" "));
}

function isRenewedBy(user: World, mayRenew: boolean): void {
  const child = { alias: "a", auth: "", ...ownIdentity(), startedAt: START, mayRenew };
  user.write(JSON.stringify({ schema: "agentlb.children/1", children: [child] }), "state", "children.json");
}

describe("a new session", () => {
  it("is made, logged in to, and then run", async () => {
    const user = world();
    expect(await run(user, "new a", { foreground: logsIn(authFile("me@x")) })).toBe(0);
    expect(ran(user)).toEqual(["codex login", "codex"]);
    expect(new Set(user.launches.map(({ env }) => env.CODEX_HOME))).toEqual(
      new Set([user.path("sessions", "a")]),
    );
    expect(user.json("state", "global.json").last_alias).toBe("a");
    expect(await run(user, "new a")).toBe(0);
    expect(ran(user)).toEqual(["codex"]);
  });

  it.each<[string, Exit, string]>([
    ["an exit code", { code: 3 }, `login command failed: "codex login" (exit 3)\n`],
    ["a signal", { signal: "SIGINT" }, `login command failed: "codex login"\n`],
  ])("leaves nothing when its login fails by %s", async (_, exit, message) => {
    const user = world();
    user.session("b");
    await run(user, "new b --print-command");
    expect(await run(user, "new a", { foreground: () => exit })).toBe(5);
    expect(user.err).toBe(`${BEFORE}${message}`);
    expect(readdirSync(user.path("sessions"))).toEqual(["b"]);
    expect(user.has("state", "sessions", "a.json")).toBe(false);
    expect(user.json("state", "global.json").last_alias).toBe("b");
    expect(await run(user, "new a", { foreground: logsIn(authFile("me@x")) })).toBe(0);
    expect(ran(user)).toEqual(["codex login", "codex"]);
  });

  it("stays when its login failed but left a login all the same", async () => {
    const user = world();
    const foreground = (launch: Launch) => (logsIn(authFile("me@x"))(launch), fails());
    expect(await run(user, "new a", { foreground })).toBe(5);
    expect(user.has("sessions", "a", "auth.json")).toBe(true);
  });

  it("is logged in to with the command that was asked for, quotes and all", async () => {
    const user = world();
    user.write(`[runner]\nlogin_command = "sh -c 'x y'"\n`, "config.toml");
    const env = { PATH: `${user.bin}:/usr/bin:/bin` };
    await run(user, "new a", { env, foreground: fails });
    expect(user.launches[0]?.args).toEqual(["-c", "x y"]);
    await run(user, "new a --login-cmd codex", { env, foreground: fails });
    expect(ran(user)).toEqual(["codex"]);
  });

  it("is exit 5 when the login program is not there, and leaves nothing", async () => {
    const user = world();
    expect(await run(user, "new a --login-cmd nowhere")).toBe(5);
    expect(user.err).toContain(`Cannot start "nowhere": not found on PATH`);
    expect(user.has("sessions", "a")).toBe(false);
  });

  it("is not made at all when what to run is not there", async () => {
    const user = world();
    expect(await run(user, "new a --cmd nowhere")).toBe(1);
    expect(user.has("sessions", "a")).toBe(false);
  });
});

describe("a session that exists", () => {
  it.each<[string, Given["capture"], boolean]>([
    ["says that nobody is", says(1, "Not logged in\n"), true],
    ["finds a login elsewhere, as in a keyring", says(0, "Logged in using ChatGPT\n"), false],
    ["fails in another way", says(2, "Not logged in\n"), false],
    ["can't tell", says(1, "Error checking login status: ...\n"), false],
    ["does not answer", () => ({ exit: { signal: "SIGKILL" }, stdout: "", stderr: "" }), false],
  ])("is logged in to only when Codex %s", async (_, capture, isAsked) => {
    const user = world();
    user.session("a");
    await run(user, "new a", { capture: capture!, foreground: logsIn(authFile("me@x")) });
    expect(ran(user)).toEqual(["codex login status", ...(isAsked ? ["codex login"] : []), "codex"]);
    expect(user.launches[0]?.env.CODEX_HOME).toBe(user.path("sessions", "a"));
  });

  it("is judged by its file where there is no codex to ask", async () => {
    const user = world();
    user.session("broken", { "auth.json": "{" });
    user.session("empty");
    const given = { env: { PATH: "/usr/bin:/bin" }, foreground: fails };
    expect(await run(user, "new broken --cmd true --login-cmd false", given)).toBe(0);
    expect(await run(user, "new empty --cmd true --login-cmd false", given)).toBe(5);
    expect(user.has("sessions", "empty")).toBe(true);
  });

  it("keeps its settings: a home that we did not make gets no config.toml", async () => {
    const user = world();
    user.session("a", { "AGENTS.md": "" });
    await run(user, "new a", { foreground: logsIn(authFile("me@x")) });
    expect(user.has("sessions", "a", "config.toml")).toBe(false);
  });
});

describe("beside a renewal by an app-server of ours", () => {
  it.each([
    "rr",
    "",
    "last",
    "pick",
    "rr --print-command",
    "new a",
    "new a --print-command",
    "new a --cmd codex",
  ])("nothing is started, printed or asked: agentlb %s", async (line) => {
    const user = world();
    user.session("a", line.includes("--cmd") ? {} : { "auth.json": authFile("me@x") });
    await run(user, "rr");
    isRenewedBy(user, true);
    const before: unknown[] = [];
    const start = user.now;
    const slept = () => {
      before.push(user.launches.length + user.out.length);
      if (user.now - start >= 1000) isRenewedBy(user, false);
    };
    expect(await run(user, line, { slept, foreground: logsIn(authFile("me@x")) })).toBe(0);
    expect(before).toEqual(Array(20).fill(0));
    expect(user.err).toContain("waiting");
    expect(user.launches.length + user.out.length).toBeGreaterThan(0);
  });
});

describe("two logins to one session", () => {
  it("the second waits for the first, and sees that there is a login now", async () => {
    const user = world();
    let finish = (): void => {};
    const begun = new Promise<void>((resolve) => finish = resolve);
    const slow = async (launch: Launch) => {
      await begun;
      return logsIn(authFile("me@x"))(launch);
    };
    const first = main(user.host({ args: ["new", "a"], foreground: slow }));
    while (!user.launches.some(({ args }) => args[0] === "login")) {
      await new Promise((next) => setImmediate(next));
    }
    const slept = () => finish();
    const second = main(user.host({ args: ["new", "a"], slept }));
    expect(await Promise.all([first, second])).toEqual([0, 0]);
    expect(user.err).toContain(`waiting for another agentlb that is logging in to "a"`);
    expect(ran(user).sort()).toEqual(["codex", "codex", "codex login"]);
  });

  it("the second gives up after ten minutes and says so", async () => {
    const user = world();
    user.session("a");
    user.write("", "locks", "login-a.lock");
    const held = await tryLock(user.path("locks", "login-a.lock"));
    expect(await run(user, "new a", { slept: () => user.now += 60_000 })).toBe(1);
    held?.release();
    expect(user.err).toContain(`Cannot log in to "a": another agentlb has been at it for 10 minutes`);
    expect(user.now - START).toBeGreaterThanOrEqual(600_000);
  });
});

describe("logging in again", () => {
  const OLD = authFile("me@x");
  const NEW = authFile("me@x", { ttlSec: 99 });
  const OTHER = authFile("you@x");

  function loggedIn(): World {
    const user = world();
    user.session("a", {
      "auth.json": OLD,
      "config.toml": "model = 'm'\ncli_auth_credentials_store = 'auto'\n",
    });
    return user;
  }

  it("happens in an empty home of ours, and only what worked is put in place", async () => {
    const user = loggedIn();
    let seen: unknown;
    const foreground = (launch: Launch) => {
      const home = launch.env.CODEX_HOME!;
      seen = [
        readdirSync(home),
        statSync(home).mode & 0o777,
        user.read("sessions", "a", "auth.json") === OLD,
      ];
      expect(user.read("state", "logins", home.split("/").at(-1)!, "config.toml")).toBe(
        'model = "m"\ncli_auth_credentials_store = "file"\n',
      );
      return logsIn(NEW)(launch);
    };
    expect(await run(user, "login a", { foreground })).toBe(0);
    expect(seen).toEqual([["config.toml"], 0o700, true]);
    expect(user.read("sessions", "a", "auth.json")).toBe(NEW);
    expect(statSync(user.path("sessions", "a", "auth.json")).mode & 0o777).toBe(0o600);
    expect(user.err).toBe(`${BEFORE}agentlb: logged in to "a" (me@x), plan pro\n`);
    expect(readdirSync(user.path("state", "logins"))).toEqual([]);
    expect(readdirSync(user.path("sessions", "a")).sort()).toEqual([
      "auth.json",
      "auth.json.lock",
      "config.toml",
    ]);
  });

  it.each<[string, (launch: Launch) => Exit, number]>([
    ["it fails", fails, 5],
    ["it is interrupted after it wrote", (launch) => (logsIn(NEW)(launch), { signal: "SIGINT" }), 5],
    ["it leaves no login", () => ({ code: 0 }), 5],
    ["it leaves half a file", (launch) => logsIn("{")(launch), 5],
    ["it is another account", (launch) => logsIn(OTHER)(launch), 1],
  ])("leaves the old login as it was when %s", async (_, foreground, code) => {
    const user = loggedIn();
    expect(await run(user, "login a", { foreground })).toBe(code);
    expect(user.read("sessions", "a", "auth.json")).toBe(OLD);
    expect(readdirSync(user.path("state", "logins"))).toEqual([]);
    expect(ran(user)).toEqual(["codex login"]);
  });

  it("takes another account when the user says so", async () => {
    const user = loggedIn();
    const foreground = logsIn(OTHER);
    expect(await run(user, "login a", { foreground, isTerminal: true, answer: "n" })).toBe(1);
    expect(user.err).toContain("(you@x)");
    expect(user.err).toContain("(me@x)");
    expect(user.read("sessions", "a", "auth.json")).toBe(OLD);
    expect(await run(user, "login a", { foreground, isTerminal: true, answer: "y" })).toBe(0);
    expect(user.read("sessions", "a", "auth.json")).toBe(OTHER);
    expect(await run(user, "login a --force", { foreground: logsIn(OLD) })).toBe(0);
    expect(user.read("sessions", "a", "auth.json")).toBe(OLD);
  });

  it.each([
    ["personal access token", { personal_access_token: "at-made-up" }],
    ["agent identity", {
      auth_mode: "agentIdentity",
      agent_identity: { agent_runtime_id: "r", agent_private_key: "made-up" },
    }],
  ])("keeps what Codex accepted: %s", async (_, file) => {
    const user = loggedIn();
    const text = JSON.stringify(file);
    expect(await run(user, "login a --force", { foreground: logsIn(text) })).toBe(0);
    expect(user.read("sessions", "a", "auth.json")).toBe(text);
    expect(user.err).not.toContain("made-up");
  });

  it("asks also when the same user comes with another workspace, and when the old login can't be read", async () => {
    const user = loggedIn();
    const elsewhere = authFile("me@x", { workspace: "acct-2" });
    expect(await run(user, "login a", { foreground: logsIn(elsewhere) })).toBe(1);
    user.write("{", "sessions", "a", "auth.json");
    expect(await run(user, "login a", { foreground: logsIn(NEW) })).toBe(1);
    expect(user.read("sessions", "a", "auth.json")).toBe("{");
  });

  it("follows a link to the real file, and its lock is the one beside that", async () => {
    const user = world();
    user.write(OLD, "pool", "work.json");
    symlinkSync(user.path("pool", "work.json"), join(user.session("a"), "auth.json"));
    expect(await run(user, "login a", { foreground: logsIn(NEW) })).toBe(0);
    expect(user.read("pool", "work.json")).toBe(NEW);
    expect(readdirSync(user.path("pool")).sort()).toEqual(["work.json", "work.json.lock"]);
    expect(readdirSync(user.path("sessions", "a"))).toEqual(["auth.json"]);
  });

  it("keeps the new login, and says where, when the old file stays locked", async () => {
    const user = loggedIn();
    const held = await tryLock(user.path("sessions", "a", "auth.json.lock"));
    const before = user.now;
    expect(await run(user, "login a", { foreground: logsIn(NEW) })).toBe(1);
    held?.release();
    expect(user.now - before).toBeGreaterThanOrEqual(5000);
    const [kept] = readdirSync(user.path("state", "logins"));
    expect(user.err).toContain(`move ${user.path("state", "logins", kept!, "auth.json")} to `);
    expect(user.read("state", "logins", kept!, "auth.json")).toBe(NEW);
    expect(user.read("sessions", "a", "auth.json")).toBe(OLD);
    expect(readdirSync(user.path("sessions", "a")).sort()).toEqual([
      "auth.json",
      "auth.json.lock",
      "config.toml",
    ]);
  });

  it("does not touch the old file's lock while it waits for that of the picks", async () => {
    const user = loggedIn();
    user.write("", "locks", "state.lock");
    const state = await tryLock(user.path("locks", "state.lock"));
    const touched: boolean[] = [];
    const slept = (ms: number) => {
      if (ms === 2000) state?.release();
      touched.push(user.has("sessions", "a", "auth.json.lock"));
    };
    expect(await run(user, "login a", { foreground: logsIn(NEW), slept })).toBe(0);
    expect(touched).toEqual(Array(40).fill(false));
    expect(user.read("sessions", "a", "auth.json")).toBe(NEW);
  });

  it("neither begins nor is put in place beside a renewal by an app-server of ours", async () => {
    const user = loggedIn();
    isRenewedBy(user, true);
    const events: string[] = [];
    const foreground = (launch: Launch) => {
      events.push("login");
      isRenewedBy(user, true);
      user.now = START + 5000;
      return logsIn(NEW)(launch);
    };
    const slept = (ms: number) => {
      if (ms !== 1000 && ms !== 6000) return;
      events.push(user.read("sessions", "a", "auth.json") === OLD ? "renewed" : "too late");
      isRenewedBy(user, false);
    };
    expect(await run(user, "login a", { foreground, slept })).toBe(0);
    expect(events).toEqual(["renewed", "login", "renewed"]);
    expect(user.read("sessions", "a", "auth.json")).toBe(NEW);
  });

  it("is refused where the login is in no file, with the reason", async () => {
    const user = world();
    user.session("a", { "config.toml": 'cli_auth_credentials_store = "keyring"\n', "auth.json": OLD });
    expect(await run(user, "login a")).toBe(1);
    expect(user.err).toContain(`its login is not in a file (cli_auth_credentials_store = "keyring")`);
    user.session("b", { "config.toml": 'cli_auth_credentials_store = "auto"\n' });
    expect(await run(user, "login b", { capture: says(0, "Logged in using ChatGPT\n") })).toBe(1);
    expect(user.err).toContain(`(cli_auth_credentials_store = "auto")`);
  });

  it("goes straight into a home that has none", async () => {
    const user = world();
    user.session("a");
    expect(await run(user, "login a", { foreground: logsIn(NEW) })).toBe(0);
    expect(user.launches.at(-1)?.env.CODEX_HOME).toBe(user.path("sessions", "a"));
    expect(user.has("state", "logins")).toBe(false);
  });

  it("is exit 5 when it left none there", async () => {
    const user = world();
    user.session("a");
    expect(await run(user, "login a", { foreground: () => ({ code: 0 }) })).toBe(5);
    expect(user.err).toContain("there is no login in the home it was given");
  });

  it("needs a session that exists", async () => {
    const user = world();
    expect(await run(user, "login a")).toBe(2);
    expect(user.err).toBe(`session "a" does not exist\n`);
    expect(await run(user, "login ../x")).toBe(2);
  });

  it("removes what an earlier one left behind, unless it holds a login", async () => {
    const user = loggedIn();
    for (const name of ["a-old", "a-kept"]) {
      mkdirSync(user.path("state", "logins", name), { recursive: true });
    }
    user.write(NEW, "state", "logins", "a-kept", "auth.json");
    user.now = Date.now() + 2 * 3_600_000;
    await run(user, "login a", { foreground: fails });
    expect(readdirSync(user.path("state", "logins"))).toEqual(["a-kept"]);
  });
});
