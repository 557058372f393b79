import { chmodSync, readdirSync, statSync, symlinkSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import { CONFIG_KEYS, pathOf } from "../../../lib/core/config/config_keys.ts";
import { tryLock } from "../../../lib/io/lock/lock.ts";
import { type Given, START, type World, world } from "../world.ts";

async function run(user: World, words: readonly string[], given: Given = {}): Promise<unknown> {
  [user.out, user.err] = ["", ""];
  return await main(user.host({ ...given, args: ["config", ...words] }));
}

const FILE = `# Mine.
[sessions] # scores
stale_sec = 600 # ten minutes

[alias.work]
max_sessions = 2

[bind]
"~/acme" = ["work"]
`;

describe("config show", () => {
  it("says of every setting where it comes from: the default, a line, a variable", async () => {
    const user = world();
    user.write(FILE, "config.toml");
    expect(await run(user, ["show"], { env: { AGENTLB_NO_CONTINUE: "1", AGENTLB_PROBE_INTERVAL_SEC: "60" } }))
      .toBe(0);
    const rows = new Map(
      user.out.trim().split("\n").map((line) => {
        const [key = "", ...rest] = line.split(/ {2,}/);
        return [key, rest.join(" | ").trim()];
      }),
    );
    expect([...rows.keys()]).toEqual(expect.arrayContaining(CONFIG_KEYS.map(pathOf)));
    expect(rows.get("sessions.stale_sec")).toBe("600 | config.toml:3");
    expect(rows.get("sessions.policy")).toBe('"score" | default');
    expect(rows.get("runner.continue")).toBe("false | AGENTLB_NO_CONTINUE");
    expect(rows.get("alias.work.max_open")).toBe("2 | config.toml:6");
    expect(rows.get("bind.~/acme")).toBe('["work"] | config.toml:9');
    expect(rows.get("AGENTLB_PROBE_INTERVAL_SEC")).toBe("60 | variable");
    expect(rows.get("AGENTLB_PROBE_LIFETIME_SEC")).toBe("10 | default");
    expect(user.err).toContain("alias.work.max_sessions is called max_open now");
  });

  it("fits on a terminal with every source whole, and is the same in a pipe, however wide", async () => {
    const user = world();
    user.write(`${FILE}"~/${"deep/".repeat(30)}" = ["work", "${"long".repeat(12)}"]\n`, "config.toml");
    await run(user, ["show"]);
    const piped = user.out.trimEnd().split("\n");
    expect(Math.max(...piped.map((line) => line.length))).toBeGreaterThan(120);
    for (const columns of [200, 80, 50]) {
      await run(user, ["show"], { isTerminal: true, screenSize: { columns, lines: 24 } });
      const shown = user.out.trimEnd().split("\n");
      expect(shown.filter((line) => line.length > columns)).toEqual([]);
      const sources = (lines: readonly string[]) => lines.map((line) => line.split(/ +/).at(-1));
      expect(sources(shown)).toEqual(sources(piped));
    }
    expect(user.out).toMatch(/^sessions\.stale_sec +600 +config\.toml:3$/m);
    expect(user.out).toMatch(/…/);
  });

  it("is an object for scripts", async () => {
    const user = world();
    user.write(FILE, "config.toml");
    expect(await run(user, ["show", "--json"])).toBe(0);
    const shown = JSON.parse(user.out);
    expect(shown).toMatchObject({ schema: "agentlb.settings/1", file: user.layout.config });
    expect(shown.settings).toContainEqual({
      key: "sessions.stale_sec",
      value: 600,
      default: 420,
      from: "file",
      line: 3,
    });
    expect(shown.settings).toContainEqual({
      key: "runner.pass_env",
      value: [],
      default: [],
      from: "default",
    });
    expect(shown.variables).toContainEqual({ name: "AGENTLB_NO_CONTINUE", value: "", from: "default" });
  });

  it("fails as every command does with a file that is wrong", async () => {
    const user = world();
    user.write("[sessions]\nstale_sec = 'x'\n", "config.toml");
    expect(await run(user, ["show"])).toBe(1);
    expect(user.err).toContain("line 2: sessions.stale_sec must be a whole number");
  });
});

describe("config get", () => {
  it("prints the value and nothing else", async () => {
    const user = world();
    user.write('[runner]\npass_env = ["A", "B"]\n', "config.toml");
    const values: [string, string][] = [
      ["sessions.stale_sec", "420\n"],
      ["runner.default_command", "codex\n"],
      ["runner.pass_env", "A\nB\n"],
      ["runner.default_command_args", ""],
      ["alias.work.max_open", "no limit\n"],
    ];
    for (const [key, value] of values) {
      expect([await run(user, ["get", key]), user.out, user.err], key).toEqual([0, value, ""]);
    }
    expect(await run(user, ["get", "sessions.stale_secs"])).toBe(2);
    expect(user.err).toContain("did you mean: sessions.stale_sec");
  });
});

describe("config set", () => {
  it("changes one key, keeps the rest as it is, and the file as it was beside it", async () => {
    const user = world();
    user.write(FILE, "config.toml");
    expect(await run(user, ["set", "sessions.stale_sec", "900"])).toBe(0);
    expect(user.out).toBe("sessions.stale_sec = 900 (was 600)\n");
    expect(user.read("config.toml")).toBe(FILE.replace("600", "900"));
    expect(user.read("config.toml.prev")).toBe(FILE);
    expect(await run(user, ["set", "alias.work.priority", "--", "-3"])).toBe(0);
    expect(user.out).toBe("alias.work.priority = -3 (was 0, the default)\n");
    expect(user.read("config.toml")).toBe(
      FILE.replace("600", "900").replace("max_sessions = 2\n", "max_sessions = 2\npriority = -3\n"),
    );
    expect(statSync(user.layout.config).mode & 0o777).toBe(0o600);
  });

  it("makes a file of that key alone when there is none", async () => {
    const user = world();
    expect(await run(user, ["set", "runner.pass_env", "OPENAI_API_KEY", "CODEX_API_KEY", "--json"])).toBe(0);
    expect(user.read("config.toml")).toBe('[runner]\npass_env = ["OPENAI_API_KEY", "CODEX_API_KEY"]\n');
    expect(JSON.parse(user.out)).toEqual({
      schema: "agentlb.setting-changed/1",
      file: user.layout.config,
      before: { key: "runner.pass_env", value: [], default: [], from: "default" },
      after: {
        key: "runner.pass_env",
        value: ["OPENAI_API_KEY", "CODEX_API_KEY"],
        default: [],
        from: "file",
        line: 2,
      },
    });
    expect(user.has("config.toml.prev")).toBe(false);
    expect(await run(user, ["set", "runner.pass_env", ""])).toBe(0);
    expect(user.read("config.toml")).toBe("[runner]\npass_env = []\n");
  });

  it.each<[string, string[], string]>([
    ["a text for a number", ["sessions.stale_sec", "soon"], "must be a whole number, not a text"],
    ["a number out of range", ["sessions.stale_sec", "0"], "is below 1"],
    ["a word that is none of those", ["sessions.policy", "best"], "is none of score"],
    ["no truth", ["runner.continue", "yes"], "must be true or false"],
    ["two weights of 0", ["sessions.usage_secondary_weight_percent", "0"], "both weights are 0"],
    ["no key", ["sessions.nothing", "1"], "There is no setting 'sessions.nothing'"],
    ["a bound folder", ["bind.~/acme", "work"], "There is no setting 'bind.~/acme'"],
  ])("refuses what the reader would not take, and writes nothing: %s", async (_, words, message) => {
    const user = world();
    const text = "[sessions]\nusage_primary_weight_percent = 0\n";
    user.write(text, "config.toml");
    expect(await run(user, ["set", ...words])).toBe(2);
    expect(user.err).toContain(message);
    expect(user.err).not.toMatch(/taken as|have their defaults/);
    expect([user.read("config.toml"), user.has("config.toml.prev")]).toEqual([text, false]);
  });

  it.each([
    ["an inline table", "sessions = { stale_sec = 600 }\n"],
    ["a table that only has keys with dots", "sessions.policy = 'drain'\n"],
  ])("leaves to you what it can't write rightly: %s", async (_, text) => {
    const user = world();
    user.write(text, "config.toml");
    expect(await run(user, ["set", "sessions.busy_penalty", "7"])).toBe(1);
    expect(user.err).toContain("edit the file");
    expect(user.read("config.toml")).toBe(text);
  });

  it("mends a key that is wrong, beside another that is", async () => {
    const user = world();
    user.write("[sessions]\nstale_sec = 'x'\nbusy_penalty = 'y'\n", "config.toml");
    expect(await run(user, ["set", "sessions.stale_sec", "500"])).toBe(0);
    expect(user.read("config.toml")).toBe("[sessions]\nstale_sec = 500\nbusy_penalty = 'y'\n");
  });

  it("replaces the target of a link, not the link", async () => {
    const user = world();
    user.write("", "elsewhere", "mine.toml");
    symlinkSync(user.path("elsewhere", "mine.toml"), user.layout.config);
    expect(await run(user, ["set", "sessions.stale_sec", "500"])).toBe(0);
    expect(user.read("elsewhere", "mine.toml")).toBe("[sessions]\nstale_sec = 500\n");
    expect(readdirSync(user.path("elsewhere"))).toEqual(["mine.toml"]);
  });

  it("takes any text, whatever it holds", async () => {
    const user = world();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }).filter((text) => text.trim() !== ""), async (text) => {
        const code = await run(user, ["set", "runner.login_command", "--", text]);
        expect([code, user.err]).toEqual([0, ""]);
        await run(user, ["get", "runner.login_command"]);
        expect(user.out).toBe(`${text.replace(/\p{Cs}/gu, "\ufffd")}\n`);
      }),
      { numRuns: 100 },
    );
  });

  it("waits for whoever else changes the state, so that nothing is lost", async () => {
    const user = world();
    await run(user, ["path"]);
    const held = await tryLock(user.layout.stateLock);
    const slept = (ms: number) => ms > 500 && held?.release();
    expect(await run(user, ["set", "sessions.stale_sec", "500"], { slept })).toBe(0);
    expect(user.now - START).toBeGreaterThan(500);
  });
});

describe("config path", () => {
  it("prints the path, also where nothing can be read", async () => {
    const user = world();
    expect(await run(user, ["path"])).toBe(0);
    expect(user.out).toBe(`${user.layout.config}\n`);
    expect(await run(user, ["path", "--json"])).toBe(0);
    expect(JSON.parse(user.out)).toEqual({
      schema: "agentlb.config-path/1",
      file: user.layout.config,
      exists: false,
    });
    user.write("nonsense", "config.toml");
    chmodSync(user.layout.config, 0o000);
    expect(await run(user, ["path"])).toBe(0);
  });
});
