import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { configText } from "../../rig/home.ts";
import { processesOf } from "../../rig/leftover.ts";
import { finished } from "../../rig/result.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { codexBelow, poolWorld, used } from "./support/pool.ts";

// The real Codex 0.171 in tmux and as an app-server: what `status` shows, and what it leaves alone.

// On a machine at work with other things a start of Codex takes seconds.
vi.setConfig({ testTimeout: 120_000 });

const TWO = { pool: { full: {}, zero: {} }, accounts: { zero: used(100, 90) } };

describeWith(["tmux"], "status", () => {
  test("shows the card of each account, in order, and leaves nothing behind", async (context) => {
    const { cap, leftFolders, logins, pool, service, user } = await poolWorld(context, TWO);
    const source = join(user.home, ".codex");
    // What would stand in the way: questions at the start, background processes, servers to be started, another screen.
    writeFileSync(
      join(source, "config.toml"),
      `${configText({ backend: service, daemon: true, config: 'notify = ["false"]' })}
[mcp_servers.slow]
command = "sleep"
args = ["60"]

[tui]
status_line = []
`.replace("check_for_update_on_startup = false", "check_for_update_on_startup = true"),
    );
    mkdirSync(join(source, "sessions"));
    writeFileSync(join(source, "sessions", "private"), "x");
    const before = logins();
    const { code, stdout, stderr } = await cap(["status", pool]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [nothing, full, zero, ...rest] = stdout.split(/^--- (?:full|zero)\.json ---\n/m);
    expect([nothing, rest]).toEqual(["", []]);
    expect(stdout.indexOf("--- full.json")).toBeLessThan(stdout.indexOf("--- zero.json"));
    expect(full).toMatch(/^ {2}>_ OpenAI Codex \(v0\.171/);
    expect(full).toMatch(/Account: +full@example\.test/);
    expect(full).toMatch(
      /5h limit: +\[█+░+\] 75% left \(resets \d+:\d\d[^)]*\)\n {2}Weekly limit: +\[█+░+\] 60% left .*\n\n$/,
    );
    expect(zero).toMatch(/Account: +zero@example\.test/);
    expect(zero).toMatch(/5h limit: +\[░+\] 0% left .*\n {2}Weekly limit: +\[██░+\] 10% left .*\n\n$/);
    expect(leftFolders()).toEqual([]);
    expect(existsSync(join(source, "packages"))).toBe(false);
    expect(codexBelow(user.dir)).toEqual([]);
    expect(processesOf(user.home)).toEqual([]);
    expect(logins()).toEqual(before);
    expect(service.find({ path: /oauth|responses/ })).toEqual([]);
  });

  test("reads the same through app-servers, as JSON or as a table", async (context) => {
    const { cap, leftFolders, pool, user } = await poolWorld(context, TWO);
    const json = await cap(["status", pool, "--via", "app-server", "--json"]);
    expect(json).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(json.stdout)).toMatchObject({
      schema: "agentlb.pool-status/1",
      accounts: [
        {
          name: "full.json",
          result: "limits",
          limits: [{ window: "5h", leftPercent: 75 }, { window: "weekly", leftPercent: 60 }],
        },
        {
          name: "zero.json",
          result: "limits",
          limits: [{ window: "5h", leftPercent: 0 }, { window: "weekly", leftPercent: 10 }],
        },
      ],
    });
    const table = await cap(["status", pool, "--via", "app-server", "--table"]);
    expect(table.stdout).toMatch(/AUTH .* 5H .* WEEKLY .* RESETS .* STATUS/);
    expect(table.stdout).toMatch(/zero\.json .* 0% .* 10% .* in 2h .* exhausted, resets in 2h/);
    const words = await cap(["status", pool, "--via", "app-server"]);
    expect(words.stdout).toContain("--- zero.json ---\n5h limit:      0% left (resets in 2h)\n");
    expect(leftFolders()).toEqual([]);
    expect(processesOf(user.home)).toEqual([]);
  });

  test.each(["tmux", "app-server"])(
    "renews no login through %s, though its token is refused",
    async (via) => {
      const { onTestFinished } = await import("vitest");
      const { cap, logins, pool, service } = await poolWorld({ onTestFinished }, {
        pool: { full: {}, refused: {}, soon: { ttlSec: 500 }, gone: { ttlSec: -100 } },
      });
      service.set("refused", { tokenRejected: true });
      const before = logins();
      const { code, stdout } = await cap(["status", pool, "--via", via, "--json"]);
      expect(code).toBe(0);
      const due = "login is due for renewal (no worker home holds this account)";
      expect(JSON.parse(stdout).accounts).toMatchObject([
        { name: "full.json", reason: "ok" },
        { name: "gone.json", result: "due", reason: due },
        { name: "refused.json", result: "failed", trouble: "login", reason: "token refused" },
        { name: "soon.json", result: "due", reason: due },
      ]);
      expect(service.find({ path: /oauth/ })).toEqual([]);
      expect(service.find({ account: "soon" }).concat(service.find({ account: "gone" }))).toEqual([]);
      expect(logins()).toEqual(before);
    },
  );

  test.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)(
    "leaves no process behind when it gets %s",
    async (name) => {
      const { onTestFinished } = await import("vitest");
      const { leftFolders, pool, start, user } = await poolWorld({ onTestFinished }, TWO);
      const child = start(["status", pool]);
      const end = finished(child, 30_000);
      await until(() => codexBelow(user.dir).length >= 2, "two of Codex in their panes");
      child.kill(name);
      expect(await end).toMatchObject({ code: null, signal: name, stdout: "" });
      await until(() => processesOf(user.home).length === 0, "nobody left", 15_000);
      if (name !== "SIGKILL") expect(leftFolders()).toEqual([]);
    },
  );

  test("says in one line what is missing, and where", async (context) => {
    const { cap, env, pool, user } = await poolWorld(context, TWO);
    const path = env.PATH ?? "";
    const bare = join(user.dir, "bare");
    mkdirSync(bare);
    const failed = async (line: string | RegExp, args: readonly string[], PATH = path) => {
      const { code, stdout, stderr } = await cap(["status", ...args], { PATH });
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(line);
    };
    await failed(/^❌ codex not found on PATH\n$/, [pool], path.replace(`${user.bin}:`, ""));
    await failed(/^❌ --timeout must be a number of seconds, not 'abc'\n$/, [pool, "--timeout", "abc"]);
    await failed(/^❌ team dir not found: .*nowhere\n$/, ["nowhere"]);
    await failed(/^❌ no auth files found under .*\(glob='\*\.nothing'\)\n$/, [pool, "--glob", "*.nothing"]);
    await failed(/^❌ --via must be tmux or app-server, not 'mail'\n$/, [pool, "--via", "mail"]);
    writeFileSync(join(bare, "tmux"), "#!/bin/sh\necho no server here >&2\nexit 1\n", { mode: 0o755 });
    await failed(/^❌ failed to start tmux session for status \(is tmux installed\?\)\n.*no server here\n$/, [
      pool,
    ], `${bare}:${path}`);
    expect(readFileSync(join(user.home, ".codex", "config.toml"), "utf8")).toContain("chatgpt_base_url");
  });
});
