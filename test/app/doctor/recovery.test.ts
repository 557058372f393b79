import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { examine } from "../../../lib/app/doctor/doctor.ts";
import { homeSizes } from "../../../lib/app/doctor/disk.ts";
import type { CheckName } from "../../../lib/core/doctor/checks.ts";
import type { Finding } from "../../../lib/core/doctor/finding.ts";
import { renderRestoring } from "../../../lib/core/backup/restoring.ts";
import { renderChildren } from "../../../lib/core/session/app_server_record.ts";
import { formatTime } from "../../../lib/core/text/time.ts";
import { commandLineOf, identityOf } from "../../../lib/io/process/process.ts";
import { until } from "../../../rig/until.ts";
import { authFile, type World } from "../world.ts";
import { capture, findings, healthy, NO_DAEMON, supervised } from "./user.ts";

/** The findings that a healthy user has: where Codex is, and that no supervisor runs. */
const USUAL: readonly CheckName[] = ["codex-found", "supervisor-stopped"];

/** The checks that found something beyond the usual, with the findings themselves. */
async function unusual(user: World): Promise<Finding[]> {
  return (await findings(user)).filter(({ check }) => !USUAL.includes(check));
}

const checks = (found: readonly Finding[]) => found.map(({ check }) => check);

/** Starts a program called codex that runs until the test ends, with that home and those arguments. */
async function startCodex(user: World, home: string, ...args: string[]): Promise<number> {
  const script = join(user.bin, "codex-kept");
  writeFileSync(script, "#!/bin/sh\nread -r _\n");
  const child: ChildProcess = spawn("/bin/sh", [script, ...args], {
    stdio: ["pipe", "ignore", "ignore"],
    env: { CODEX_HOME: home },
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  onTestFinished(async () => {
    child.stdin?.end();
    await ended;
  });
  const pid = child.pid!;
  await until(() => commandLineOf(pid).includes(script), "the program called codex runs");
  return pid;
}

const home = (user: World) => join(user.layout.sessions, "a");

describe("doctor finds", () => {
  it("nothing of all this in a healthy root", async () => {
    expect(await unusual(healthy())).toEqual([]);
  });

  it("that others may read what a backup or the trash holds", async () => {
    const user = healthy();
    user.write("{}", "backups", "20261120T120000Z-0000", "files", "sessions", "a", "auth.json");
    user.write("{}", "trash", "b-0", "home", "auth.json");
    expect(await unusual(user)).toEqual([]);
    for (
      const path of ["backups/20261120T120000Z-0000/files/sessions/a/auth.json", "trash/b-0/home/auth.json"]
    ) {
      chmodSync(user.path(path), 0o640);
    }
    expect(checks(await unusual(user))).toEqual(["root-open", "root-open"]);
  });

  it.each([
    ["sets a home", '#!/bin/sh\nexport CODEX_HOME=/srv/codex\nexec codex-real "$@"\n', true],
    ["sets a home for the call", '#!/bin/sh\nCODEX_HOME="$HOME/.codex" exec codex-real\n', true],
    ["sets it in fish", "#!/usr/bin/fish\nset -gx CODEX_HOME ~/.codex\n", true],
    ["keeps ours", '#!/bin/sh\nexport CODEX_HOME="${CODEX_HOME:-$HOME/.codex}"\n', false],
    ["only speaks of it", "#!/bin/sh\n# CODEX_HOME=/x is not for us\nexit 0\n", false],
    ["sets another one", "#!/bin/sh\nMY_CODEX_HOME=/x\n", false],
  ])("a wrapper of Codex that %s: %s", async (_, script, isWrapper) => {
    const user = healthy();
    writeFileSync(join(user.bin, "codex"), script);
    expect(checks(await unusual(user))).toEqual(isWrapper ? ["codex-wrapped"] : []);
  });

  it("a Codex that used another home, by what the supervisor saw", async () => {
    const user = healthy();
    user.status({ a: { lastProbeResult: "codex uses another home: /srv/codex" } });
    chmodSync(user.layout.status, 0o600);
    expect(checks(await unusual(user))).toEqual(["codex-wrapped"]);
  });

  it("that tmux is missing, only where a pool is set up", async () => {
    const user = healthy();
    const config = join(dirname(user.layout.root), ".config", "agentlb");
    mkdirSync(config, { recursive: true });
    writeFileSync(join(config, "cap_config.yaml"), `sources: ${dirname(user.layout.root)}\n`);
    expect(checks(await unusual(user))).toEqual(["tmux-missing"]);
    writeFileSync(join(user.bin, "tmux"), "#!/bin/sh\n");
    chmodSync(join(user.bin, "tmux"), 0o755);
    expect(await unusual(user)).toEqual([]);
  });

  it("a clock that is behind what was written, and behind the service", async () => {
    const user = healthy();
    const issued = (ms: number) => {
      const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
      const auth = JSON.parse(user.read("sessions", "a", "auth.json"));
      const claims = { iat: Math.floor(ms / 1000), exp: Math.floor(user.now / 1000) + 864_000 };
      auth.tokens.access_token = `${part({ alg: "none" })}.${part(claims)}.x`;
      user.write(JSON.stringify(auth), "sessions", "a", "auth.json");
    };
    issued(user.now + 30_000);
    expect(await unusual(user)).toEqual([]);
    issued(user.now + 3_600_000);
    const [behind] = await unusual(user);
    expect(behind).toMatchObject({
      check: "clock-wrong",
      severity: "fault",
      what: expect.stringMatching(/^a: its login was issued 1h0?0?m? ?.*in the future/),
    });
    issued(user.now);
    user.now -= 7_200_000;
    expect((await unusual(user)).map(({ what }) => what)).toEqual([
      expect.stringContaining("status.json was written 2h"),
      expect.stringContaining("a: its login was issued 2h"),
    ]);
  });

  it("a supervisor of an older or a newer version", async () => {
    const user = healthy();
    supervised(user, {}, undefined, "0.0.1");
    expect(checks(await unusual(user))).toEqual(["supervisor-old"]);
    supervised(user, {}, undefined, "999.0.0");
    expect(checks(await unusual(user))).toEqual(["supervisor-new"]);
    supervised(user, {});
    expect(await unusual(user)).toEqual([]);
  });

  it("a pid file that names no supervisor, unless one runs", async () => {
    const user = healthy();
    user.write("4000000\n", "supervisor.pid");
    expect(checks(await unusual(user))).toEqual(["supervisor-pid"]);
    supervised(user, {});
    expect(await unusual(user)).toEqual([]);
  });

  it("the supervisor of an earlier program beside ours", async () => {
    const user = healthy();
    const script = join(user.bin, "old-agentlb");
    writeFileSync(script, "read -r _\n");
    const child = spawn("/bin/sh", [script, "supervisor", "daemon"], {
      stdio: ["pipe", "ignore", "ignore"],
      env: { HOME: dirname(user.layout.root) },
    });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    onTestFinished(async () => {
      child.stdin.end();
      await ended;
    });
    await until(() => commandLineOf(child.pid!).at(-1) === "daemon", "the earlier supervisor runs");
    user.write(`${child.pid}\n`, "supervisor.pid");
    expect(checks(await unusual(user))).toEqual(["supervisor-second"]);
  });

  it("an app-server without its supervisor, once it is a minute old, and no other", async () => {
    const user = healthy();
    const pid = await startCodex(user, "/nowhere", "app-server");
    const record = (startedAt: number) =>
      user.write(
        renderChildren([{
          ...identityOf(pid)!,
          alias: "a",
          auth: "",
          startedAt,
          mayRenew: true,
        }]),
        "state",
        "children.json",
      );
    record(user.now - 59_000);
    expect(await unusual(user)).toEqual([]);
    record(user.now - 61_000);
    const [orphan] = await unusual(user);
    expect(orphan).toMatchObject({ check: "supervisor-orphan", what: expect.stringContaining(`pid ${pid}`) });
    // It may be renewing a login, so nothing here ends it.
    expect(orphan).not.toHaveProperty("repair");
    supervised(user, {});
    expect(await unusual(user)).toEqual([]);
  });

  it("that another program keeps an app-server in a session, but for Codex itself", async () => {
    const user = healthy();
    const own = await startCodex(user, home(user), "app-server", "--managed-daemon");
    expect(checks(await unusual(user))).toEqual(["codex-running"]);
    const other = await startCodex(user, home(user), "app-server");
    const found = await unusual(user);
    expect(checks(found)).toEqual(["codex-running", "home-managed"]);
    expect(found[1]!.what).toContain(`pid ${other})`);
    expect(found[1]!.what).not.toContain(String(own));
  });

  it("a Codex that started before the session got its login", async () => {
    const user = healthy();
    const pid = await startCodex(user, home(user));
    const since = async (ms: number) => {
      user.status({ a: { lastProbeResult: "ok", accountSince: formatTime(ms) } });
      chmodSync(user.layout.status, 0o600);
      return await unusual(user);
    };
    expect(checks(await since(user.now - 3_600_000))).toEqual(["codex-running"]);
    const found = await since(user.now + 1000);
    expect(checks(found)).toEqual(["codex-running", "login-held"]);
    expect(found[1]!.what).toContain(`pid ${pid}`);
  });

  it.each([
    ["keyring", true, ["login-ignored"]],
    ["ephemeral", true, ["login-ignored"]],
    ["auto", true, ["login-keyring"]],
    ["keyring", false, ["login-keyring"]],
    ["file", true, []],
  ])("logins kept elsewhere than in the auth file: %s, with one %s", async (store, hasFile, expected) => {
    const user = healthy();
    user.write(`cli_auth_credentials_store = "${store}"\n${NO_DAEMON}`, "sessions", "a", "config.toml");
    if (!hasFile) rmSync(join(home(user), "auth.json"));
    expect(checks(await unusual(user))).toEqual(expected);
  });

  it("a session that holds another account than the one whose limits are known", async () => {
    const user = healthy();
    const known = (account: string) => {
      user.status({ a: { lastProbeResult: "ok", account } });
      chmodSync(user.layout.status, 0o600);
    };
    known("0011223344556677");
    expect(checks(await unusual(user))).toEqual(["account-changed"]);
    user.write(authFile("a@x", { user: "u", workspace: "w" }), "sessions", "a", "auth.json");
    const { accountKey } = await import("../../../lib/core/codex/account_key.ts");
    known(accountKey({ user: "u", workspace: "w" })!);
    expect(await unusual(user)).toEqual([]);
  });

  it("one folder that is the home of two sessions, and one that is also the user's own", async () => {
    const user = healthy();
    symlinkSync(home(user), join(user.layout.sessions, "b"));
    expect(checks(await unusual(user))).toEqual(["account-shared", "home-shared"]);
    rmSync(join(user.layout.sessions, "b"));
    symlinkSync(home(user), join(dirname(user.layout.root), ".codex"));
    expect(checks(await unusual(user))).toEqual(["home-shared"]);
  });

  it("a restore that was cut short", async () => {
    const user = healthy();
    const name = "20261120T120000Z-0000";
    user.write(
      renderRestoring({ backup: name, before: name, withLogins: false, isForced: false }),
      "state",
      "restoring.json",
    );
    expect(checks(await unusual(user))).toEqual(["restore-unfinished"]);
  });
});

describe("the disk use of homes", () => {
  it("counts each file once, whatever its names, and nothing behind a link", async () => {
    const user = healthy();
    const before = homeSizes(user.layout)[0]!.bytes;
    writeFileSync(join(home(user), "big"), new Uint8Array(1_000_000));
    linkSync(join(home(user), "big"), join(home(user), "again"));
    symlinkSync("/usr", join(home(user), "usr"));
    const [{ alias, bytes } = { alias: "", bytes: 0 }] = homeSizes(user.layout);
    expect(alias).toBe("a");
    expect(bytes - before).toBeGreaterThan(990_000);
    expect(bytes - before).toBeLessThan(1_100_000);
    expect(await examine(user.host({ capture }), user.layout)).toBeDefined();
  });
});
