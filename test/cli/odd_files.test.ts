import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { main } from "../../lib/cli/main.ts";
import { authFile, type World, world } from "../app/world.ts";
import { poolWorld } from "../app/pool/pool_world.ts";
import { KINDS, plant } from "../odd_files.ts";

/** The files of the root that commands read, and with each a command that cannot do without it, if there is one. */
const FILES: readonly (readonly [file: string, command: string | undefined])[] = [
  ["config.toml", "status"],
  ["status.json", undefined],
  ["readings.json", undefined],
  ["supervisor.pid", "supervisor stop"],
  ["supervisor.log", undefined],
  ["state/global.json", "last"],
  ["state/leases.json", "rr --print-command"],
  ["state/paused.json", "pause work"],
  ["state/policy.json", undefined],
  ["state/bindings.json", "pick"],
  ["state/threads.json", undefined],
  ["state/children.json", "rm work"],
  ["state/caller.json", undefined],
  ["state/supervisor.json", "supervisor status"],
  ["state/elsewhere.json", undefined],
  ["state/codex-versions.json", undefined],
  ["state/events.jsonl", "events"],
  ["state/event-marks.json", undefined],
  ["state/sessions/work.json", "clear work"],
  ["state/history/2026-11.log", "forecast"],
  ["locks/state.lock", "status"],
  ["locks/supervisor.lock", "supervisor status"],
  ["locks/start.lock", undefined],
  ["locks/readings.lock", undefined],
  ["sessions/work/auth.json", undefined],
  ["sessions/work/config.toml", undefined],
  ["state/sharing.json", undefined],
  ["sessions/work/shared.json", "share --undo work"],
  ["sessions/work/config.local.toml", undefined],
];

const COMMANDS = [
  "status",
  "pick",
  "rr --print-command",
  "why",
  "forecast",
  "supervisor stop",
  "clear work",
  "threads",
  "bind",
  "rm work",
];

function userOf(file: string, put: (path: string) => void): World {
  const user = world();
  user.session("home", { "auth.json": authFile("home@example.test") });
  user.session("work", { "auth.json": authFile("work@example.test") });
  put(user.path(...file.split("/")));
  return user;
}

async function run(user: World, line: string): Promise<unknown> {
  [user.out, user.err] = ["", ""];
  return await main(user.host({ args: line.split(" ") }));
}

describe.each(KINDS)("a %s", (kind) => {
  test.each(FILES)("in the place of %s stops no command for ever", async (file, telling) => {
    const user = userOf(file, (path) => plant(kind, path));
    const path = user.path(...file.split("/"));
    if (telling !== undefined && !(kind === "huge" && file === "locks/state.lock")) {
      expect([await run(user, telling), user.err]).toEqual([1, expect.stringContaining(path)]);
    }
    for (const command of kind === "named pipe" ? COMMANDS : ["pick"]) {
      // Whatever is wrong is a failure with words: anything else would be thrown here.
      const code = await run(user, command);
      if (user.err.includes(path)) expect(user.err, command).not.toMatch(/^\s+at /m);
      if (code === 1) expect(user.err, command).toContain(path);
    }
  });
});

describe.each(["named pipe", "device"] as const)("a %s", (kind) => {
  test.each(FILES)("in the place of %s is found by doctor", async (file) => {
    const user = userOf(file, (path) => plant(kind, path));
    expect(await run(user, "doctor")).toBe(1);
    expect(user.out).toContain(user.path(...file.split("/")));
  });
});

describe("a link", () => {
  const OWN = FILES.filter(([file, command]) =>
    command !== undefined && /^(state|locks|supervisor\.pid)/.test(file)
  );

  test.each(OWN)("in the place of %s is refused before anything is done", async (file, command = "") => {
    const user = userOf(file, (path) => {
      mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
      writeFileSync(targetOf(path), "{}");
      symlinkSync(targetOf(path), path);
    });
    const before = user.has("sessions", "work", "auth.json");
    expect(await run(user, command)).toBe(1);
    expect(user.err).toContain(`${user.path(...file.split("/"))}: it is a link, not a file\n`);
    expect([before, user.has("sessions", "work", "auth.json")]).toEqual([true, true]);
  });

  test.each(["state/global.json", "state/leases.json", "state/paused.json"])(
    "in the place of %s keeps rm from moving anything",
    async (file) => {
      const user = userOf(file, (path) => {
        mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
        writeFileSync(targetOf(path), "{}");
        symlinkSync(targetOf(path), path);
      });
      expect(await run(user, "rm work")).toBe(1);
      expect(user.err).toContain(`Cannot read ${user.path(...file.split("/"))}: it is a link, not a file\n`);
      expect(user.has("sessions", "work", "auth.json")).toBe(true);
    },
  );

  test("in the place of config.toml is followed", async () => {
    const user = userOf("config.toml", (path) => {
      writeFileSync(targetOf(path), "[sessions]\nstale_sec = 77\n");
      symlinkSync(targetOf(path), path);
    });
    expect(await run(user, "status")).toBe(0);
    expect(user.err).not.toContain("config.toml");
  });
});

/** Where links of these tests lead. */
function targetOf(path: string): string {
  return `${path}.target`;
}

describe("values nested deeper than anybody writes", () => {
  const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

  test.each([20_000, 100_000])("under an unknown key of a state are put aside, %i deep", async (levels) => {
    for (
      const [file, text] of [
        ["state/global.json", '{"round_robin_index": 0, "x": DEEP}'],
        ["state/sessions/work.json", '{"alias": "work", "created_at": "2026-11-20T10:00:00Z", "x": DEEP}'],
      ] as const
    ) {
      const user = userOf("x", () => {});
      user.write(text.replace("DEEP", deep(levels)), ...file.split("/"));
      expect(await run(user, "rr --print-command")).toBe(0);
      expect(user.err).toContain("`x` is nested too deeply; kept as ");
    }
  });

  test("but 400 deep they stay", async () => {
    const user = userOf("x", () => {});
    user.write(`{"round_robin_index": 0, "x": ${deep(400)}}`, "state", "global.json");
    expect(await run(user, "rr --print-command")).toBe(0);
    expect(JSON.stringify(user.json("state", "global.json").x)).toBe(deep(400));
  });

  test.each([
    ["of lists", `x = ${deep(100_000)}`],
    ["of tables", `x = ${"{a=".repeat(100_000)}1${"}".repeat(100_000)}`],
    ["of dots", `${"a.".repeat(100_000)}a = 1`],
  ])("in config.toml are refused with its name: %s", async (_, text) => {
    const user = userOf("x", () => {});
    user.write(text, "config.toml");
    expect(await run(user, "status")).toBe(1);
    expect(user.err).toMatch(/^agentlb: error: Cannot read .*config\.toml: .*nested/);
  });

  test.each([
    ["brackets", `sources:\n  ${deep(100_000)}\n`],
    ["dashes", `sources:\n  ${"- ".repeat(100_000)}a\n`],
    ["lines", `sources:\n${Array.from({ length: 1500 }, (_, n) => `${" ".repeat(n + 1)}a:\n`).join("")}`],
  ])("in the settings of cap are refused with its name: %s", async (_, text) => {
    const pool = poolWorld();
    pool.config(text);
    const { code, err } = await pool.cap("list");
    expect(code).toBe(1);
    expect(err).toMatch(/^❌ cannot read .*cap_config\.yaml: .*nested more than 200 deep/);
  });
});

describe.each(KINDS)("for cap a %s", (kind) => {
  test.each([
    ["skill/scripts/cap_config.yaml", ["where"]],
    ["skill/share/state.json", ["auth-current"]],
    ["skill/share/state.json.lock", ["auth-current"]],
    ["registry.json", ["watch-team", "team", "--once", "--registry", "registry.json"]],
  ])("in the place of %s is named", async (file, words) => {
    const pool = poolWorld();
    pool.auth("a");
    pool.env.CAP_TWF = pool.write(join(pool.dir, "twf"), "");
    const path = join(pool.dir, file);
    plant(kind, path);
    const { code, err } = await pool.cap(...words);
    if (kind === "huge" && file.endsWith(".lock")) return expect(code).toBe(0); // nobody reads it
    // A link is followed to what it is.
    const named = err.includes(path) || (kind === "device" && err.includes("/dev/zero"));
    expect([code, named, err]).toEqual([1, true, err]);
  });

  test("in the place of an auth file is not handed out", async () => {
    const pool = poolWorld();
    pool.auth("a");
    plant(kind, join(pool.team, "b"));
    for (let n = 0; n < 3; n++) expect(await pool.pickAuth()).toBe("a");
  });
});
