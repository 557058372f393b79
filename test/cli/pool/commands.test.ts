import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type PoolWorld, poolWorld } from "../../app/pool/pool_world.ts";

const WORKER = ["--worker", "w-20261120-120000-7", "--base", "w"];
const NOW = "2026-11-20T12:00:00";

function withSources(pool: PoolWorld): string[] {
  return ["a", "b", "c"].map((name) => {
    const path = join(pool.dir, "sources", name);
    mkdirSync(path, { recursive: true });
    return path;
  });
}

describe("pick", () => {
  test("takes the sources in turn and remembers it", async () => {
    const pool = poolWorld();
    const sources = withSources(pool);
    pool.config(`sources: ${sources.join(", ")}\n`);
    for (const source of [...sources, sources[0]]) {
      expect(await pool.cap("pick", ...WORKER)).toEqual({ code: 0, out: `${source}\n`, err: "" });
    }
    expect(pool.read(pool.stateFile)).toBe(`{\n  "counter": 4,\n  "updated_at": "${NOW}"\n}\n`);
    pool.setState({ other: [1], counter: -5 });
    expect((await pool.cap("pick", ...WORKER)).out).toBe(`${sources[1]}\n`);
    expect(Object.entries(pool.state())).toEqual([["other", [1]], ["counter", -4], ["updated_at", NOW]]);
  });

  test("goes by the worker's name where that is wished, and remembers nothing", async () => {
    const pool = poolWorld();
    const sources = ["1", "2", "3", "4", "5", "6", "7"].map((name) => {
      mkdirSync(join(pool.dir, name));
      return join(pool.dir, name);
    });
    pool.config(`sources: ${sources.join(",")}\nstrategy: hash`);
    // int.from_bytes(sha256(b"w")[:8], "big") % 7 == 0
    expect((await pool.cap("pick", "--worker", " w ", "--base", "b")).out).toBe(`${sources[0]}\n`);
    expect(pool.has(join(pool.skill, "share"))).toBe(false);
  });

  test("says how it picked when asked to", async () => {
    const pool = poolWorld();
    mkdirSync(join(pool.dir, "home", ".codex"));
    pool.env.CAP_DEBUG = "1";
    pool.env.CLB_DEBUG = "1";
    const home = join(pool.dir, "home", ".codex");
    expect(await pool.cap("pick", "--worker", " w ", "--base", "b")).toEqual({
      code: 0,
      out: `${home}\n`,
      err: `ℹ️ pick strategy=round_robin worker=w base=b -> ${home}\n`,
    });
    const path = pool.auth("a.json");
    expect((await pool.cap("pick-auth", ...WORKER)).err).toBe(
      `ℹ️ pick-auth strategy=balanced worker=${WORKER[1]} base=w -> ${path}\n`,
    );
    expect((await pool.clb("pick-auth", ...WORKER)).err).toBe(
      `ℹ️ pick-auth worker=${WORKER[1]} base=w -> ${path}\n`,
    );
  });

  test("needs a worker and a base that say something", async () => {
    const pool = poolWorld();
    mkdirSync(join(pool.dir, "home", ".codex"));
    expect(await pool.cap("pick", "--worker", " ", "--base", "b")).toEqual({
      code: 1,
      out: "",
      err: "❌ --worker is required\n",
    });
    expect((await pool.cap("pick-auth", "--worker", "w", "--base=")).err).toBe("❌ --base is required\n");
    const missing = await pool.cap("pick", "--worker", "w");
    expect(missing).toEqual({
      code: 2,
      out: "",
      err:
        "usage: cap pick [-h] --worker WORKER --base BASE\ncap pick: error: the following arguments are required: --base\n",
    });
  });

  test("without any source fails in the predecessor's words", async () => {
    const pool = poolWorld();
    expect(await pool.cap("pick", ...WORKER)).toEqual({
      code: 1,
      out: "",
      err:
        "❌ no valid sources configured.\n   Set `sources:` in scripts/cap_config.yaml (or env CAP_SOURCES).\n" +
        `   Default fallback missing: ${join(pool.dir, "home", ".codex")}\n`,
    });
    expect((await pool.clb("list")).err).toContain("scripts/clb_config.yaml (or env CLB_SOURCES)");
  });
});

describe("pick-auth", () => {
  test("takes one of those with the fewest starts, by chance", async () => {
    const pool = poolWorld();
    for (const name of ["a", "b", "c"]) pool.auth(name);
    pool.chances.push(0.99, 0.5, 0.1, 0.4);
    const picked = [];
    for (let n = 0; n < 4; n++) picked.push(await pool.pickAuth());
    expect(picked).toEqual(["c", "b", "a", "b"]);
    const { auth_counts, auth_updated_at, updated_at } = pool.state();
    expect(auth_counts).toEqual({ [`${pool.team}/a`]: 1, [`${pool.team}/b`]: 2, [`${pool.team}/c`]: 1 });
    expect([auth_updated_at, updated_at]).toEqual([NOW, NOW]);
  });

  test("stays with the current one where the team moves together", async () => {
    const pool = poolWorld();
    for (const name of ["b", "a"]) pool.auth(name);
    pool.env.CAP_AUTH_STRATEGY = "rr";
    expect(await pool.pickAuth()).toBe("a");
    expect(await pool.pickAuth()).toBe("a");
    expect((await pool.cap("auth-advance")).out).toBe(`${pool.team}/b\n`);
    expect(await pool.pickAuth()).toBe("b");
    expect(pool.state()).not.toHaveProperty("auth_counts");
  });

  test.each<[string, (pool: PoolWorld) => void, RegExp]>([
    [
      "no team directory is named",
      (pool) => pool.env.CAP_AUTH_TEAM_DIR = "",
      /^❌ AUTH_TEAM directory is required for auth balancing\.\n.+\n.+\n$/,
    ],
    [
      "it isn't there",
      (pool) => pool.env.CAP_AUTH_TEAM_DIR = "/no/such",
      /^❌ auth_team_dir not found: \/no\/such\n$/,
    ],
    ["it is empty", () => {}, /^❌ no auth candidates found under .*team \(glob='\*'\)\n$/],
    [
      "the glob is absolute",
      (pool) => pool.env.CAP_AUTH_TEAM_GLOB = "/x",
      /^❌ cannot use the glob '\/x': it is absolute\n$/,
    ],
  ])("fails with its reason when %s", async (_, spoil, words) => {
    const pool = poolWorld();
    spoil(pool);
    const { code, out, err } = await pool.cap("pick-auth", ...WORKER);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(words);
  });
});

describe("auth-current and auth-advance", () => {
  test("go round, and remember since when", async () => {
    const pool = poolWorld();
    const paths = ["a", "b", "c"].map((name) => pool.auth(name));
    const [a, b, c] = paths;
    expect((await pool.cap("auth-current")).out).toBe(`${a}\n`);
    for (const path of [b, c, a, b]) expect((await pool.cap("auth-advance")).out).toBe(`${path}\n`);
    expect((await pool.cap("auth-current")).out).toBe(`${b}\n`);
    const { agentlb, ...known } = pool.state();
    expect(agentlb).toBeDefined();
    expect(known).toEqual({
      auth_order: { [a!]: 1, [b!]: 2, [c!]: 3 },
      auth_order_updated_at: NOW,
      auth_current: b,
      auth_switched_at: NOW,
      updated_at: NOW,
    });
  });

  test("advance without a current one gives the second, and of one file itself", async () => {
    const pool = poolWorld();
    pool.auth("a");
    expect((await pool.cap("auth-advance")).out).toBe(`${pool.team}/a\n`);
    const other = poolWorld();
    other.auth("a");
    other.auth("b");
    expect((await other.cap("auth-advance")).out).toBe(`${other.team}/b\n`);
  });

  test("take a directory and a glob, from where the user stands", async () => {
    const pool = poolWorld();
    pool.write(join(pool.dir, "elsewhere", "x.json"), pool.read(pool.auth("a")));
    pool.write(join(pool.dir, "elsewhere", "x.txt"), pool.read(pool.auth("a")));
    expect((await pool.cap("auth-current", "--team-dir", "elsewhere", "--glob", "*.txt")).out).toBe(
      `${pool.dir}/elsewhere/x.txt\n`,
    );
    pool.env.CAP_AUTH_TEAM_DIR = undefined;
    expect(await pool.cap("auth-advance")).toMatchObject({
      code: 1,
      out: "",
      err: "❌ auth_team_dir is required (pass --team-dir or set it in cap_config.yaml)\n",
    });
  });

  test("are no commands of clb", async () => {
    const pool = poolWorld();
    const { code, err } = await pool.clb("auth-current");
    expect(code).toBe(2);
    expect(err).toBe(
      "usage: clb [-h] {where,list,pick,pick-auth,reset-state,status} ...\nclb: error: argument cmd: invalid choice: " +
        "'auth-current' (choose from 'where', 'list', 'pick', 'pick-auth', 'reset-state', 'status')\n",
    );
  });
});

describe("reset-state", () => {
  test("keeps the rotation and nothing else", async () => {
    const pool = poolWorld();
    pool.auth("a");
    pool.auth("b");
    await pool.cap("auth-advance");
    await pool.pickAuth();
    pool.setState({ counter: 3, unknown: 1, ...pool.state() });
    expect(await pool.cap("reset-state")).toEqual({ code: 0, out: `${pool.stateFile}\n`, err: "" });
    const { agentlb, ...known } = pool.state();
    expect(Object.keys(known)).toEqual([
      "auth_order",
      "auth_current",
      "auth_order_updated_at",
      "auth_switched_at",
      "reset_at",
      "updated_at",
    ]);
    expect(JSON.stringify(agentlb)).not.toContain('"counts"');
    expect((await pool.cap("auth-current")).out).toBe(`${pool.team}/b\n`);
  });

  test("leaves nothing of clb's", async () => {
    const pool = poolWorld();
    pool.auth("a");
    await pool.clb("pick-auth", ...WORKER);
    await pool.clb("reset-state");
    expect(pool.read(pool.stateFile)).toBe(`{\n  "reset_at": "${NOW}",\n  "updated_at": "${NOW}"\n}\n`);
  });
});

describe("where and list", () => {
  test("tell what is used and why", async () => {
    const pool = poolWorld();
    const [a, b] = withSources(pool);
    pool.config(
      `sources:\n  - ${a}\n  - ${b} # second\nauth_team_dir: ../team\nauth_team_glob: *\nstate_file: /x/./y//s.json`,
    );
    pool.env.CAP_AUTH_TEAM_DIR = undefined;
    const before =
      `skill_dir:  ${pool.skill}\nconfig:     ${pool.skill}/scripts/cap_config.yaml\nstrategy:   round_robin\n`;
    const after =
      `state_file: /x/y/s.json\nauth_team_dir: ${pool.team}\nauth_team_glob: *\nsources:\n  - ${a}\n  - ${b}\n` +
      "balanced_join: min\nconfig_reading: yaml\nfound_by: the skill that the program is in\n";
    expect(await pool.cap("where")).toEqual({
      code: 0,
      out: `${before}auth_strategy: balanced\n${after}`,
      err: "",
    });
    expect((await pool.cap("list")).out).toBe(`${a}\n${b}\n`);
    pool.config(`sources: "${a}", "${b}"`, "clb_config.yaml");
    pool.env.CLB_AUTH_TEAM_DIR = undefined;
    expect((await pool.clb("where")).out).toBe(
      `skill_dir:  ${pool.skill}\nconfig:     ${pool.skill}/scripts/clb_config.yaml\nstrategy:   round_robin\n` +
        `state_file: ${pool.stateFile}\nauth_team_dir: \nauth_team_glob: *\nsources:\n  - ${a}\n  - ${b}\n` +
        "balanced_join: min\nconfig_reading: lines\nfound_by: the skill that the program is in\n",
    );
  });

  test("follow links of relative paths and leave absolute ones as they are", async () => {
    const pool = poolWorld();
    symlinkSync(pool.team, join(pool.skill, "link"));
    pool.config(`auth_team_dir: link\nstate_file: ${pool.skill}/link/../s.json`);
    pool.env.CAP_AUTH_TEAM_DIR = undefined;
    const { out } = await pool.cap("where");
    expect(out).toContain(`auth_team_dir: ${pool.team}\n`);
    expect(out).toContain(`state_file: ${pool.skill}/link/../s.json\n`);
  });
});

describe("help", () => {
  test("is printed for the program and for each command, and nothing is touched", async () => {
    const pool = poolWorld();
    pool.config("strategy: nonsense");
    for (
      const words of [["-h"], ["--help"], ["pick", "--help"], ["status", "-h"], ["watch-team", "--he"], [
        "where",
        "-h",
      ]]
    ) {
      const { code, out, err } = await pool.cap(...words);
      expect([code, err]).toEqual([0, ""]);
      expect(out).toMatch(/^usage: cap /);
    }
    expect((await pool.cap("where")).code).toBe(1);
  });
});
