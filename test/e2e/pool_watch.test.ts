import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { processesOf } from "../../rig/leftover.ts";
import { finished } from "../../rig/result.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { codexBelow, poolWorld, used } from "./support/pool.ts";

// `watch-team` with real Codex sessions in tmux as workers, stopped and resumed by a stand-in that copies auth files.

// On a machine at work with other things a start of Codex takes seconds.
vi.setConfig({ testTimeout: 120_000 });

const SPENT = { ...used(100, 40), responses: { mode: "usage_limit" } } as const;
const SOON = ["--grace", "0", "--interval", "5"];

describeWith(["tmux"], "watch-team", () => {
  test("moves the team once, though two watch and one is killed before the workers are back", async (context) => {
    const world = await poolWorld(context, {
      pool: { a: {}, b: {}, c: {} },
      accounts: { a: SPENT, b: used(100, 100) },
      workers: ["w1", "w2"],
    });
    const { cap, logins, pool, screenOf, service, start, told, twf, user } = world;
    const before = logins();
    for (const { code, stderr } of await Promise.all([twf("start", "w1"), twf("start", "w2")])) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    }
    await until(() => codexBelow(user.dir).length === 2, "a Codex for each worker, and no other");
    const sessions = codexBelow(user.dir);

    const quiet = await cap(["watch-team", pool, "--once"]);
    expect(quiet).toMatchObject({
      code: 0,
      stdout: "",
      stderr: expect.stringMatching(/^ℹ️ limits show 0% left but no worker/),
    });
    await until(() => codexBelow(user.dir).join() === sessions.join(), "the same sessions as before");

    await Promise.all([twf("send", "w1", "hi"), twf("send", "w2", "hi")]);
    for (const worker of ["w1", "w2"]) {
      await until(
        async () => (await screenOf(worker)).includes("hit your usage limit"),
        `${worker} is stuck`,
      );
    }
    const hook = join(user.dir, "hook");
    writeFileSync(
      hook,
      'if [ "$command" = resume ] && mkdir "$HOME/killed" 2>/dev/null; then kill -9 "$PPID"; exit 1; fi\n',
    );
    const watchers = [1, 2].map(() => start(["watch-team", pool, ...SOON], { TWF_HOOK: hook }));
    const ends = watchers.map((watcher) => finished(watcher, 60_000));
    const first = await Promise.race(ends);
    expect(first).toMatchObject({ signal: "SIGKILL", stdout: "" });
    expect(told().slice(-3).sort()).toEqual(["resume w1", "stop w1", "stop w2"]);
    const { seq } = service.rows.at(-1)!;
    // What they are told is a turn, and the service knows whose.
    await service.waitFor({ path: "/responses", account: "c", after: seq }, 2, 40_000);
    await until(
      () => told().filter((line) => line.startsWith("send w")).length >= 4,
      "both are told",
    );
    const other = watchers.find((watcher) => watcher.signalCode !== "SIGKILL")!;
    await until(() => told().at(-1)?.startsWith("send") === true, "the last is told");
    other.kill("SIGTERM");
    const second = (await Promise.all(ends)).find((end) => end.signal === "SIGTERM")!;
    const said = first.stderr + second.stderr;
    expect(said.match(/^🔁 auth rotated.*$/gm)).toEqual(["🔁 auth rotated: a.json -> c.json"]);
    expect(second.stderr).toMatch(
      /^ℹ️ finishing the restart begun by a watcher that is gone \(pid \d+\): a\.json -> c\.json$/m,
    );
    expect(said).toContain("⚠️ usage limit hit (5h=0% weekly=60%). Rotating after 0s grace...\n");
    const turns = service.find({ path: "/responses", after: seq }).map((row) => row.account);
    expect(new Set(turns)).toEqual(new Set(["c"]));
    expect(told().filter((line) => /^stop/.test(line)).sort()).toEqual(["stop w1", "stop w2"]);

    const after = await cap(["watch-team", pool, "--once", "--grace", "0"]);
    expect(after).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect((await cap(["auth-current", "--team-dir", pool])).stdout).toBe(`${join(pool, "c.json")}\n`);
    await until(() => codexBelow(user.dir).length === 2, "a Codex for each worker, and no other");
    expect(processesOf(user.home).filter(({ command }) => command.includes("app-server"))).toEqual([]);
    expect(logins()).toEqual(before);
    expect(service.find({ path: /oauth/ })).toEqual([]);
  });

  test("leaves a login alone that its workers renew, and names the worker whose copy died", async (context) => {
    const { cap, logins, pool, screenOf, service, twf } = await poolWorld(context, {
      pool: { a: { ttlSec: 200 }, b: {} },
      workers: ["w1", "w2"],
    });
    await twf("start", "w1"); // renews its copy
    await twf("start", "w2"); // and this one can't any more
    expect(await screenOf("w2")).toContain("Sign in with ChatGPT");
    await twf("send", "w1", "hi");
    await until(async () => (await screenOf("w1")).includes("fake answer"), "w1 has had a turn");
    const before = logins();
    const spent = service.find({ path: /oauth/ }).map((row) => row.status);
    expect(spent[0]).toBe(200);

    const watch = await cap(["watch-team", pool, "--once"]);
    expect(watch).toMatchObject({ code: 0, stdout: "", stderr: "⚠️ login lost, to be started anew: w2\n" });
    const status = await cap(["status", pool, "--via", "app-server"]);
    expect(status.stdout).toMatch(
      /^--- a\.json ---\nlogin is due for renewal \(2 worker homes hold this account: w1, w2\)\n5h limit: +75% left \(resets in 2h\), as worker w1 saw it \d+s ago\n/,
    );
    expect(service.find({ path: /oauth/ }).map((row) => row.status)).toEqual(spent);
    expect(logins()).toEqual(before);
  });
});

describe("watch-team moves nobody when it can't tell", () => {
  const once = ["--once", "--grace", "0", "--max-retries", "1"];
  const unknown = "what a.json has left is not known; not rotating\n";

  test("because the service, Codex or the login is out of order", async (context) => {
    const world = await poolWorld(context, {
      pool: { a: {}, b: {} },
      accounts: { a: { usage: { mode: "status:503" } } },
      workers: ["w1"],
    });
    const { cap, env, pool, service, told, user } = world;
    const look = async (more?: Readonly<Record<string, string>>, ...args: string[]) => {
      const { code, stderr } = await cap(["watch-team", pool, ...once, ...args], more);
      expect(code).toBe(0);
      return stderr;
    };
    expect(await look()).toBe(`⚠️ no way to the usage service (usage service answers 503): ${unknown}`);
    const without = (env.PATH ?? "").replace(`${user.bin}:`, "");
    expect(await look({ PATH: without })).toBe(`⚠️ codex can't be run (codex not found on PATH): ${unknown}`);
    service.set("a", { usage: { mode: "ok" }, tokenRejected: true });
    expect(await look()).toBe(
      `⚠️ the login in a.json is lost (token refused), log in to it again: ${unknown}`,
    );
    expect(await look(undefined, "--via", "tmux")).toBe(
      `⚠️ the login in a.json is lost (token refused), log in to it again: ${unknown}`,
    );
    expect((await cap(["auth-current"])).stdout).toBe(`${join(pool, "a.json")}\n`);
    expect(await look(undefined, "--rotate-on-unknown")).toContain(
      "🔁 auth rotated (status unavailable): a.json -> b.json\n",
    );
    expect((await cap(["auth-current"])).stdout).toBe(`${join(pool, "b.json")}\n`);
    expect(service.find({ path: /oauth/ })).toEqual([]);
    expect(told()).toEqual([]);
  });
});
