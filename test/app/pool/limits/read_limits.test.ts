import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Launch } from "../../../../lib/core/shell/launch.ts";
import type { Layout } from "../../../../lib/core/system/layout.ts";
import { FLAVOURS } from "../../../../lib/core/pool/flavour.ts";
import { accountKey } from "../../../../lib/core/codex/account_key.ts";
import { loginKey } from "../../../../lib/core/session/readings_file.ts";
import {
  type Readings,
  type ReadingWish,
  readLimits,
  readOrExplain,
} from "../../../../lib/app/pool/limits/read_limits.ts";
import { knownIn } from "../../../../lib/app/session/readings_file.ts";
import { openWorkshop } from "../../../../lib/app/pool/limits/temp_home.ts";
import { workerHomes } from "../../../../lib/app/pool/limits/workers.ts";
import { FakeClock, settle } from "../../../../rig/clock.ts";
import {
  answering,
  type Behaviour,
  failing,
  type FakeSpawn,
  fakeSpawn,
  hanging,
  LIMITS,
} from "../../../../rig/fake_spawn.ts";
import { authFile, START, world } from "../../world.ts";

interface Pool {
  readonly dir: string;
  readonly layout: Layout;
  readonly clock: FakeClock;
  /** On stderr. */
  said(): string;
  readonly spawned: FakeSpawn;
  /** Writes a login into the pool. */
  login(name: string, options?: Parameters<typeof authFile>[1]): string;
  read(files: readonly string[], wish?: Partial<ReadingWish>): Promise<Readings>;
  explain(files: readonly string[]): Promise<Readings>;
  left(): string[];
}

function pool(behaviour: (launch: Launch) => Behaviour | "absent" = () => answering()): Pool {
  const around = world();
  const dir = dirname(around.bin);
  const clock = new FakeClock(START);
  const spawned = fakeSpawn(behaviour);
  const temporary = join(dir, "tmp");
  for (const name of ["pool", "source", "tmp"]) mkdirSync(join(dir, name), { recursive: true });
  writeFileSync(
    join(dir, "source", "config.toml"),
    'model = "m"\n[mcp_servers.x]\ncommand = "x"\n[features]\nown = true\n',
  );
  const host = {
    ...around.host({ env: { TMPDIR: temporary, OPENAI_API_KEY: "secret", CODEX_HOME: "/elsewhere" } }),
    clock,
    spawn: spawned.spawn,
  };
  const plan: ReadingWish = {
    flavour: FLAVOURS.cap,
    via: "app-server",
    source: () => join(dir, "source"),
    disableMcp: true,
    readyMs: 5000,
    timeoutMs: 12_000,
    enterDelayMs: 500,
    workers: [],
    since: () => undefined,
    interrupted: new AbortController().signal,
  };
  return {
    dir,
    layout: around.layout,
    clock,
    said: () => around.err,
    spawned,
    login(name, options) {
      const path = join(dir, "pool", name);
      writeFileSync(path, authFile(`${name}@example.test`, { workspace: name, ...options }), { mode: 0o600 });
      return path;
    },
    read: (files, wish) => readLimits(host, { ...plan, ...wish }, files),
    explain: (files) => readOrExplain({ ...host, env: { ...host.env, PATH: "/nowhere" } }, plan, files),
    left: () => readdirSync(temporary),
  };
}

const answer = (result: unknown) => answering({ ...LIMITS, ...result as object });

describe("accounts are asked through app-servers", () => {
  test("three at a time, each by its own pool file; the results keep their order", async () => {
    const { clock, left, login, read, spawned } = pool(() => hanging);
    const files = ["g", "b", "e", "a", "c"].map((name) => login(name));
    const reading = read(files);
    await settle();
    expect(spawned.alive()).toHaveLength(3);
    for (let round = 0; round < 5; round++) {
      const [last] = spawned.alive().reverse().filter((child) =>
        child.isStdinOpen && child.requests.length === 2
      );
      last?.answer(last.requests[1]!.id, { ...LIMITS, accountId: undefined });
      await settle();
    }
    const { all, gone } = await reading;
    await gone;
    expect(all.map(({ file }) => file)).toEqual(files);
    expect(all.map(({ reading }) => reading.kind)).toEqual(files.map(() => "limits"));
    expect(spawned.most()).toBe(3);
    expect(left()).toEqual([]);
    expect(clock.monotonic()).toBe(0);
  });

  test("in a home of ours: a link to the login, no background processes, no way to renew, no other secrets", async () => {
    const seen: Record<string, unknown>[] = [];
    const { dir, login, read, spawned } = pool((launch) => {
      const home = launch.env.CODEX_HOME ?? "";
      seen.push({
        launch,
        home,
        config: readFileSync(join(home, "config.toml"), "utf8"),
        names: readdirSync(home).sort(),
        link: readlinkSync(join(home, "auth.json")),
        mode: lstatSync(home).mode & 0o777,
      });
      return answering();
    });
    const file = login("a");
    for (const name of ["auth.json", ".credentials.json", "history.jsonl", ".env"]) {
      writeFileSync(join(dir, "source", name), name);
    }
    const { all, gone } = await read([file]);
    await gone;
    expect(all[0]?.reading).toMatchObject({ kind: "limits", source: { by: "codex" } });
    // deno-lint-ignore no-explicit-any
    const [{ launch, config, ...home }] = seen as any;
    expect(home).toMatchObject({ link: file, mode: 0o700, names: ["auth.json", "config.toml", "sqlite"] });
    expect(config).toContain('cli_auth_credentials_store = "file"');
    expect(config).toMatch(/check_for_update_on_startup = false/);
    expect(config).toMatch(/\[features\]\nown = true\ndaemon_auto_start = false/);
    expect(config).not.toContain("mcp_servers");
    expect(launch).toMatchObject({
      args: ["app-server"],
      cwd: expect.stringContaining("cap-status-"),
    });
    expect(launch.env).toMatchObject({
      CODEX_REFRESH_TOKEN_URL_OVERRIDE: "renewal-is-off:",
      CODEX_REVOKE_TOKEN_URL_OVERRIDE: "renewal-is-off:",
    });
    expect(launch.env.CODEX_SQLITE_HOME).toBe(join(home.home, "sqlite"));
    expect(launch.env).not.toHaveProperty("OPENAI_API_KEY");
    expect(spawned.children[0]?.requests).toMatchObject([
      { method: "initialize", params: { clientInfo: { name: "agentlb-cap" } } },
      { method: "account/rateLimits/read", params: { excludeResetCreditDetails: true } },
    ]);
    expect(existsSync(home.home)).toBe(false);
    expect(existsSync(file)).toBe(true);
  });

  test("and one that never answers is told of in time, but ended only after its first minute", async () => {
    const { clock, left, login, read, spawned } = pool(() => hanging);
    const reading = read([login("a")]);
    await settle();
    spawned.children[0]!.ignoresEnd = true;
    await clock.advance(12_000);
    const { all, gone } = await reading;
    expect(all[0]?.reading).toEqual({ kind: "failed", trouble: "network", reason: "no answer in 12 s" });
    expect(spawned.children[0]?.isStdinOpen).toBe(false);
    let isOver = false;
    void gone.then(() => isOver = true);
    await clock.advance(47_900);
    expect({ isOver, left: left().length }).toEqual({ isOver: false, left: 1 });
    await clock.advance(5000);
    expect({ isOver, left: left().length }).toEqual({ isOver: true, left: 0 });
  });

  test.each([
    [
      failing(-32603, "failed to fetch codex rate limits: GET http://x failed: 401 Unauthorized"),
      "login",
      "token refused",
    ],
    [failing(-32600, "codex account authentication required to read rate limits"), "login", "login required"],
    [failing(-32603, "failed: 503 Service Unavailable; body={}"), "network", "usage service answers 503"],
    [failing(-32603, "error sending request for url (http://x)"), "network", "no network"],
    [answering({}), "other", "answer not understood"],
    [answer({ accountId: "somebody-else" }), "other", "answer for another account"],
    ["absent" as const, "codex", "codex not found"],
  ])("%# and what went wrong is told apart", async (behaviour, trouble, reason) => {
    const { login, read } = pool(() => behaviour);
    const { all, gone } = await read([login("a")]);
    await gone;
    expect(all[0]?.reading).toEqual({ kind: "failed", trouble, reason });
  });

  test("but not without a Codex, which a watcher takes for a reading that failed", async () => {
    const { explain, login, spawned } = pool();
    const { all } = await explain([login("a"), login("b", { ttlSec: 60 })]);
    expect(all.map(({ reading }) => reading)).toEqual([
      { kind: "failed", trouble: "codex", reason: "codex not found on PATH" },
      { kind: "due" },
    ]);
    expect(spawned.children).toEqual([]);
  });
});

test.each<[string, (good: string) => string, string]>([
  ["a byte order mark", (good) => `\ufeff${good}`, "it starts with a byte order mark (BOM)"],
  [
    "no zone in last_refresh",
    (good) => good.replace("11:00:00Z", "11:00:00"),
    "its last_refresh has no time zone",
  ],
])(
  "a login that Codex can't read, for %s, is told so and no Codex is started with it",
  async (_, make, why) => {
    const { login, read, spawned } = pool();
    const file = login("a.json");
    writeFileSync(file, make(readFileSync(file, "utf8")));
    const { all } = await read([file]);
    expect(all[0]).toMatchObject({
      isDue: false,
      reading: { kind: "failed", trouble: "other", reason: `Codex can't read it: ${why}` },
    });
    expect(spawned.children).toEqual([]);
  },
);

describe("a login that is due for renewal", () => {
  const rollout = (workspace: string, at: number, used: number) =>
    [
      {
        timestamp: new Date(at).toISOString(),
        type: "session_meta",
        payload: { creator_account_id: workspace },
      },
      {
        timestamp: new Date(at).toISOString(),
        type: "event_msg",
        payload: {
          type: "token_count",
          rate_limits: {
            limit_id: "codex",
            primary: { used_percent: used, window_minutes: 300, resets_at: START / 1000 + 60 },
          },
        },
      },
    ].map((line) => JSON.stringify(line)).join("\n");

  function worker(dir: string, name: string, account: string, notes?: string): string {
    const home = join(dir, "workers", name);
    mkdirSync(join(home, "sessions", "2026", "11", "20"), { recursive: true });
    writeFileSync(
      join(home, "auth.json"),
      authFile(`${account}@example.test`, { workspace: account, ttlSec: 60 }),
    );
    if (notes !== undefined) writeFileSync(join(home, "sessions/2026/11/20", `rollout-${name}.jsonl`), notes);
    return home;
  }

  test.each([599, 0, -100])(
    "with %s seconds left is not started; its workers are named, and tell what it has left",
    async (ttlSec) => {
      const { dir, layout, login, read, spawned } = pool();
      const file = login("a", { ttlSec });
      worker(dir, "w1", "a", rollout("a", START - 60_000, 30));
      worker(dir, "w2", "a", rollout("a", START - 30_000, 99.2));
      worker(dir, "w3", "b", rollout("a", START - 10_000, 1));
      // A session that was begun with this account and goes on with another.
      worker(dir, "w4", "a", rollout("other", START - 5000, 2));
      const homes = { env: { TWF_WORKERS_DIR: join(dir, "workers") } };
      const workers = workerHomes(homes, { homes: { own: dir, of: () => undefined } }, []);
      const { all } = await read([file], { workers });
      expect(spawned.children).toEqual([]);
      expect(all[0]).toMatchObject({
        isDue: true,
        holders: [{ name: "w1" }, { name: "w2" }, { name: "w4" }],
      });
      expect(all[0]?.reading).toMatchObject({
        kind: "limits",
        readings: { limits: { primary: { windowDurationMins: 300, usedPercent: 99 }, secondary: null } },
        source: { by: "worker", name: "w2", at: START - 30_000 },
      });
      // As old as the worker's note; that its copy works says nothing of the pool's.
      const known = knownIn(layout, START);
      expect([...known.values()].map((each) => each.lastRateLimitUpdateAt)).toEqual([
        new Date(START - 30_000).toISOString(),
      ]);
      const since = ({ name }: { name: string }) => name === "w4" ? START - 6000 : undefined;
      const later = await read([file], { workers, since });
      expect(later.all[0]?.reading).toMatchObject({
        readings: { limits: { primary: { usedPercent: 2 } } },
        source: { name: "w4" },
      });
    },
  );

  test("is unknown when no worker has noted anything", async () => {
    const { login, read, spawned } = pool();
    const { all } = await read([login("a", { ttlSec: 60 })]);
    expect(all[0]).toMatchObject({ isDue: true, reading: { kind: "due" }, holders: [] });
    expect(spawned.children).toEqual([]);
  });

  test("with more than ten minutes left is started", async () => {
    const { login, read } = pool();
    const { all, gone } = await read([login("a", { ttlSec: 601 })]);
    await gone;
    expect(all[0]).toMatchObject({ isDue: false, reading: { kind: "limits" } });
  });

  test("is not what an API key is, nor a file without a login, nor one that can't be read", async () => {
    const { dir, login, read, spawned } = pool();
    const write = (name: string, text: string) => {
      writeFileSync(join(dir, "pool", name), text);
      return join(dir, "pool", name);
    };
    const files = [
      write("key", '{"OPENAI_API_KEY":"sk-x"}'),
      write("none", '{"tokens":null}'),
      write("junk", "junk"),
      write("opaque", authFile("o").replace(/"access_token":"[^"]*"/, '"access_token":"opaque"')),
    ];
    const { all } = await read(files);
    expect(all.map(({ reading }) => reading)).toEqual([
      { kind: "unlimited", reason: "API key: no limits" },
      { kind: "failed", trouble: "login", reason: "login required" },
      { kind: "failed", trouble: "other", reason: "Codex can't read it: it is no JSON" },
      { kind: "due" },
    ]);
    expect(spawned.children).toEqual([]);
    expect(login("x")).toContain("x");
  });
});

describe("what was read is told to the programs that only pick", () => {
  const ask = async (
    { layout, read }: Pool,
    files: readonly string[],
    wish: Parameters<Pool["read"]>[1] = {},
  ) => {
    const { gone } = await read(files, wish);
    await gone;
    return { known: knownIn(layout, START), text: readFileSync(layout.readings, "utf8") };
  };
  const keyOf = (name: string) => accountKey({ user: `user-${name}@example.test`, workspace: name })!;

  test("by account and by login, in the words of status.json, for our eyes only", async () => {
    const made = pool();
    const file = made.login("a");
    const { known, text } = await ask(made, [file]);
    expect([...known.keys()].sort()).toEqual([keyOf("a"), loginKey(file)].sort());
    expect(known.get(keyOf("a"))).toMatchObject({
      rateLimits: { limitId: "codex", primary: { windowDurationMins: 300 } },
      lastRateLimitUpdateAt: "2026-11-20T12:00:00.000Z",
    });
    expect(known.get(loginKey(file))).toMatchObject({ lastProbeResult: "ok" });
    expect(lstatSync(made.layout.readings).mode & 0o777).toBe(0o600);
    expect(text).not.toMatch(/example\.test|made-up|pool\/a/);
  });

  test("and a login that is refused or missing is told, though what is known of its account stays", async () => {
    const answers = [answering(), failing(-32603, "failed: 401 Unauthorized")];
    const made = pool(() => answers.shift()!);
    const file = made.login("a");
    const none = join(made.dir, "pool", "none");
    writeFileSync(none, '{"tokens":null}');
    await ask(made, [file]);
    await made.clock.advance(1000);
    const { known } = await ask(made, [file, none]);
    expect(known.get(loginKey(file))).toMatchObject({ lastProbeResult: "token refused" });
    expect(known.get(loginKey(none))).toMatchObject({ lastProbeResult: "login required" });
    expect(known.get(keyOf("a"))?.rateLimits.primary).not.toBeNull();
  });

  test("but nothing of a passing fault, nor of an account of which nobody knows whose it is", async () => {
    const answers = [failing(-32603, "failed: 503 Service Unavailable"), answering()];
    const made = pool(() => answers.shift()!);
    await made.read([made.login("a")]);
    expect(existsSync(made.layout.readings)).toBe(false);
    const key = join(made.dir, "pool", "key");
    writeFileSync(key, '{"OPENAI_API_KEY":"sk-x"}');
    await made.read([key]);
    expect(existsSync(made.layout.readings)).toBe(false);
  });

  test("and that it can't be is said, but stops nobody", async () => {
    const made = pool();
    mkdirSync(dirname(made.layout.root), { recursive: true });
    writeFileSync(made.layout.root, "in the way");
    const { all, gone } = await made.read([made.login("a")]);
    await gone;
    expect(all[0]?.reading.kind).toBe("limits");
    expect(made.said()).toMatch(/^⚠️ what was learnt of the limits is not kept: .*\n$/);
  });
});

test("what one of us left behind when it was killed is removed by another an hour later", () => {
  const { dir } = pool();
  const temporary = join(dir, "tmp");
  for (const name of ["cap-status-old", "cap-status-new", "else"]) mkdirSync(join(temporary, name));
  const hourAgo = (START - 3_700_000) / 1000;
  utimesSync(join(temporary, "cap-status-old"), hourAgo, hourAgo);
  utimesSync(join(temporary, "else"), hourAgo, hourAgo);
  utimesSync(join(temporary, "cap-status-new"), START / 1000, START / 1000);
  const host = { env: { TMPDIR: temporary }, clock: new FakeClock(START), platform: "linux" };
  openWorkshop(host, FLAVOURS.cap).close();
  expect(readdirSync(temporary).sort()).toEqual(["cap-status-new", "else"]);
});
