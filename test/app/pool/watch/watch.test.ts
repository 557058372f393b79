import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { FLAVOURS } from "../../../../lib/core/pool/flavour.ts";
import type { Launch } from "../../../../lib/core/shell/launch.ts";
import { lookOnce } from "../../../../lib/app/pool/watch/round.ts";
import { openWatch } from "../../../../lib/app/pool/watch/watch.ts";
import type { Captured } from "../../../../lib/io/process/capture.ts";
import { answering, type Behaviour, failing, fakeSpawn } from "../../../../rig/fake_spawn.ts";
import { authFile, START, world } from "../../world.ts";

const HOUR = 3600;

function used(short: number, week = 50, resetsAt = START / 1000 + HOUR): Behaviour {
  const window = (usedPercent: number, windowDurationMins: number) => ({
    usedPercent,
    windowDurationMins,
    resetsAt,
  });
  return answering({
    rateLimits: { limitId: "codex", primary: window(short, 300), secondary: window(week, 10_080) },
  });
}

/** A team of two workers on made-up accounts. What codex answers is set by account, what screens show by worker. */
function team(
  options: Readonly<Record<string, string | boolean>> = {},
  slept: (passedMs: number) => void = () => {},
) {
  const around = world();
  const dir = dirname(around.bin);
  const [skill, pool, share, states] = ["skills/pool", "auth", "share", "states"].map((name) =>
    join(dir, name)
  ) as [string, string, string, string];
  for (
    const path of [join(skill, "scripts"), pool, share, states, join(dir, "home/.codex"), join(dir, "tmp")]
  ) {
    mkdirSync(path, { recursive: true });
  }
  for (const name of ["a", "b", "c"]) {
    writeFileSync(join(pool, `${name}.json`), authFile(`${name}@example.test`, { workspace: name }));
  }
  writeFileSync(join(dir, "twf"), "");
  writeFileSync(join(around.bin, "tmux"), "#!/bin/sh\n", { mode: 0o755 });
  const registry = join(share, "registry.json");
  const members = ["w1", "w2"].map((full) => ({ full, state_file: join(states, `${full}.json`) }));
  writeFileSync(registry, JSON.stringify({ members }));
  for (const { full, state_file } of members) {
    writeFileSync(state_file, JSON.stringify({ tmux_target: `${full}:0.0` }));
  }
  const codex = new Map<string, Behaviour | "absent">();
  const screens = new Map<string, string>();
  const running = new Set(["w1", "w2"]);
  const told: string[] = [];
  const asked: string[] = [];
  const spawned = fakeSpawn((launch) => {
    const { tokens } = JSON.parse(readFileSync(join(launch.env.CODEX_HOME ?? "", "auth.json"), "utf8"));
    asked.push(tokens.account_id);
    return codex.get(tokens.account_id) ?? used(25);
  });
  const ends = (code: number, stdout = ""): Captured => ({
    exit: { code },
    stdout,
    stderr: code === 0 ? "" : "no",
  });
  const capture = ({ file, args, env }: Launch): Captured => {
    if (file === "bash") {
      told.push(args.slice(1).join(" ").replace(/ Task continues.*/, " <message>"));
      expect(env.TWF_STATE_DIR).toBe(states);
      return ends(0);
    }
    const [command, ...words] = args;
    const target = words.at(-1)?.replace(/^=/, "").replace(/:.*/, "") ?? "";
    if (command === "has-session") return ends(running.has(target) ? 0 : 1);
    return ends(0, screens.get(target) ?? "");
  };
  const env = {
    TMPDIR: join(dir, "tmp"),
    CAP_TWF: join(dir, "twf"),
    AITWF_REGISTRY: registry,
    TWF_WORKERS_DIR: join(dir, "workers"),
    CAP_STATE_FILE: join(dir, "state.json"),
  };
  const host = { ...around.host({ env, capture, slept }), spawn: spawned.spawn };
  const defaults = {
    team_dir: pool,
    status_timeout: "12",
    pre_send_wait: "5.0",
    enter_delay: "0.5",
    interval: "180",
    grace: "300",
    max_retries: "1",
    needle: "You've hit your usage limit.",
    message: "",
    disable_mcp: true,
  };
  const map = new Map<string, string | boolean>(Object.entries({ ...defaults, ...options }));
  const origin = { by: "shim", folder: join(skill, "scripts") } as const;
  const watch = openWatch(host, FLAVOURS.cap, origin, map, new AbortController().signal);
  return {
    pool,
    share,
    codex,
    screens,
    running,
    told,
    asked,
    around,
    registry,
    /** One look; what it said, and what it ended with. */
    async look(): Promise<string> {
      around.err = "";
      const code = await lookOnce(await watch);
      return `${around.err}${code}`;
    },
    current: () => JSON.parse(readFileSync(env.CAP_STATE_FILE, "utf8")).auth_current.replace(/.*\//, ""),
    /** The worker's notes say that a turn ended so, so many seconds after the start. */
    note(worker: string, account: string, second: number, error?: string): void {
      const home = join(env.TWF_WORKERS_DIR, worker);
      mkdirSync(join(home, "sessions"), { recursive: true });
      writeFileSync(join(home, "auth.json"), authFile(`${account}@example.test`, { workspace: account }));
      const info = error && { error: { message: "x", codex_error_info: error } };
      const payload = { type: "task_complete", ...info };
      const timestamp = new Date(START + second * 1000).toISOString();
      writeFileSync(
        join(home, "sessions", "rollout-1.jsonl"),
        JSON.stringify({ timestamp, type: "event_msg", payload }),
      );
    },
  };
}

const BANNER = "■ You’ve hit your usage limit. Visit x\n\n› \n";
const ROTATED =
  "⚠️ usage limit hit (5h=0% weekly=50%). Rotating after 300s grace...\n🔁 auth rotated: a.json -> c.json\n0";

describe("a watcher", () => {
  test("says nothing and asks only the current account while that has something left", async () => {
    const { asked, look, told } = team();
    expect([await look(), await look()]).toEqual(["0", "0"]);
    expect(asked).toEqual(["a", "a"]);
    expect(told).toEqual([]);
  });

  test("moves the team past exhausted accounts when notes tell that a worker is stuck, and restarts who runs", async () => {
    const { around, asked, codex, current, look, note, running, told } = team();
    await look();
    codex.set("a", used(100)).set("b", used(100));
    note("w2", "a", 60, "usage_limit_exceeded");
    running.delete("w1");
    const before = around.now;
    expect(await look()).toBe(ROTATED);
    expect(around.now - before).toBeGreaterThanOrEqual(300_000);
    expect(current()).toBe("c.json");
    expect(asked).toEqual(["a", "a", "b", "c"]);
    expect(told).toEqual(["stop w2", "resume w2 --no-tree", "send w2 <message>"]);
  });

  test("puts a rotation among the events of agentlb, where that is in use, without emails", async () => {
    const { around, codex, look, note, pool } = team();
    const { layout } = around;
    writeFileSync(join(pool, "ab@example.test.json"), authFile("b2@example.test", { workspace: "b2" }));
    for (const folder of [layout.state, layout.locks]) mkdirSync(folder, { recursive: true, mode: 0o700 });
    await look();
    codex.set("a", used(100));
    note("w2", "a", 60, "usage_limit_exceeded");
    await look();
    const lines = around.read("state", "events.jsonl").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual([{
      schema: "agentlb.event/1",
      at: expect.stringMatching(/^2026-11-20T12:0/),
      kind: "rotated",
      team: pool,
      from: "a.json",
      to: "(email)",
    }]);
    expect(around.err).not.toContain("events");
  });

  test("rotates where the event can't be noted, and says so", async () => {
    const { around, codex, current, look, note } = team();
    const { layout } = around;
    for (const folder of [layout.events, layout.locks]) mkdirSync(folder, { recursive: true, mode: 0o700 });
    await look();
    codex.set("a", used(100));
    note("w2", "a", 60, "usage_limit_exceeded");
    expect(await look()).toContain("⚠️ the rotation is not among the events of agentlb: ");
    expect(current()).toBe("b.json");
  });

  test.each(["’", "'"])("moves it when a screen shows the message with %s", async (apostrophe) => {
    const { codex, look, screens, told } = team();
    codex.set("a", used(100)).set("b", used(100));
    screens.set("w1", BANNER.replace("’", apostrophe));
    expect(await look()).toBe(ROTATED);
    expect(told).toHaveLength(6);
    // The same message on the screen of the resumed worker is the old one.
    codex.set("c", used(100)).set("b", used(0));
    expect(await look()).toMatch(/^ℹ️ limits show 0% left but no worker shows the limit banner; skipping/);
    screens.set("w1", `${BANNER}${BANNER}`);
    expect(await look()).toContain("🔁 auth rotated: c.json -> b.json\n");
  });

  test("does not count what happened before the last rotation, or to a worker with another account", async () => {
    const { codex, look, note } = team();
    codex.set("a", used(100)).set("b", used(100));
    await look();
    note("w1", "a", 10, "usage_limit_exceeded");
    expect(await look()).toBe(ROTATED);
    codex.set("c", used(100)).set("b", used(0));
    note("w1", "c", 20, "usage_limit_exceeded");
    const hold = /^ℹ️ limits show 0% left but no worker shows/;
    expect(await look()).toMatch(hold);
    note("w1", "a", 99_999, "usage_limit_exceeded");
    expect(await look()).toBe("0"); // said already
    note("w1", "c", 99_999, "usage_limit_exceeded");
    expect(await look()).toContain("🔁 auth rotated: c.json -> b.json\n");
  });

  test("waits for the soonest reset when nobody has anything left: says so once, and asks nobody until then", async () => {
    const { around, asked, codex, current, look, screens } = team();
    screens.set("w1", BANNER);
    for (const name of ["a", "c"]) codex.set(name, used(100));
    codex.set("b", used(100, 50, START / 1000 + 600));
    expect(await look()).toBe(
      "⏳ no account has anything left; waiting for the reset at 2026-11-20T12:10:00Z\n0",
    );
    const before = asked.length;
    expect([await look(), await look(), asked.length]).toEqual(["0", "0", before]);
    around.now = START + 601_000;
    expect(await look()).toContain("🔁 auth rotated: a.json -> b.json\n");
    expect(current()).toBe("b.json");
  });

  test.each([
    ["no way to the usage service (no network)", failing(-32603, "error sending request for url (http://x)")],
    ["codex can't be run (codex not found)", "absent" as const],
    [
      "the login in a.json is lost (token refused), log in to it again",
      failing(-32603, "failed: 401 Unauthorized"),
    ],
  ])("moves nobody because a reading failed: %s", async (words, behaviour) => {
    const { codex, current, look, screens, told } = team();
    screens.set("w1", BANNER);
    codex.set("a", behaviour);
    expect(await look()).toBe(`⚠️ ${words}: what a.json has left is not known; not rotating\n0`);
    expect(await look()).toBe("0");
    expect([current(), told]).toEqual(["a.json", []]);
  });

  test("moves on a reading that failed where that is wished for", async () => {
    const { codex, look } = team({ rotate_on_unknown: true });
    codex.set("a", "absent");
    expect(await look()).toBe(
      "⚠️ status unavailable. Rotating after 300s grace...\n🔁 auth rotated (status unavailable): a.json -> b.json\n0",
    );
  });

  test("tries a reading that failed again, as often as it may", async () => {
    const { asked, codex, look } = team({ max_retries: "3" });
    codex.set("a", failing(-32603, "error sending request"));
    await look();
    expect(asked).toEqual(["a", "a", "a"]);
    codex.set("a", failing(-32603, "failed: 401"));
    await look();
    expect(asked).toHaveLength(4);
  });

  test("does not start a login that is due for renewal: its workers tell, else nobody moves", async () => {
    const { asked, look, pool, screens, current } = team();
    screens.set("w1", BANNER);
    writeFileSync(join(pool, "a.json"), authFile("a@example.test", { workspace: "a", ttlSec: 60 }));
    expect(await look()).toBe(
      "⚠️ login is due for renewal, and no worker has noted its limits (worker homes with this account: none): " +
        "what a.json has left is not known; not rotating\n0",
    );
    expect([asked, current()]).toEqual([[], "a.json"]);
  });

  test("leaves a paused team alone, also when it was paused during the grace", async () => {
    let paused = "";
    const { asked, codex, current, look, screens, share, told } = team({}, (passedMs) => {
      if (passedMs >= 300_000) writeFileSync(paused, "");
    });
    paused = join(share, ".paused");
    screens.set("w1", BANNER);
    codex.set("a", used(100));
    expect(await look()).toBe(
      "⚠️ usage limit hit (5h=0% weekly=50%). Rotating after 300s grace...\n" +
        `⏸️ team paused (${paused}); skipping\n0`,
    );
    const before = asked.length;
    expect([await look(), asked.length, current(), told]).toEqual(["0", before, "a.json", []]);
    rmSync(paused);
    expect(await look()).toContain("Rotating after");
  });

  test("names the workers whose login is lost, once", async () => {
    const { look, note, screens } = team();
    screens.set("w2", "  Welcome to Codex\n\n> 1. Sign in with ChatGPT\n");
    note("w1", "a", 1);
    expect(await look()).toBe("⚠️ login lost, to be started anew: w2\n0");
    expect(await look()).toBe("0");
  });

  test("fails without a registry, members or twf", async () => {
    const { look, registry } = team();
    writeFileSync(registry, '{"members": [{"full": " "}, 3]}');
    expect(await look()).toBe(`⚠️ no members found in registry: ${registry}\n1`);
    writeFileSync(registry, "no JSON");
    await expect(look()).rejects.toThrow(`❌ cannot read the registry ${registry}: it is no JSON`);
    rmSync(registry);
    await expect(look()).rejects.toThrow(`❌ registry not found: ${registry}`);
  });

  test.each([
    ["max_retries", "1.5"],
    ["grace", "a while"],
    ["via", "mail"],
    ["team_dir", "/nowhere"],
    ["glob", "*.nothing"],
  ])("refuses a wrong %s", async (name, text) => {
    await expect(team({ [name]: text }).look()).rejects.toThrow(/^❌ /);
  });
});
