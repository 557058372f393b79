import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type PoolWorld, poolWorld } from "../pool_world.ts";

const current = async (pool: PoolWorld, ...words: string[]) =>
  (await pool.cap("auth-current", ...words)).out.trim();
const advance = async (pool: PoolWorld, ...words: string[]) =>
  (await pool.cap("auth-advance", ...words)).out.trim();
const countsOf = (pool: PoolWorld, dir = pool.team) => pool.state().agentlb.teams[dir].counts;

/** The predecessor at work: it knows its own keys, drops what is no candidate, and keeps what it does not know. */
function predecessorPicks(pool: PoolWorld, files: readonly string[]): string {
  const state = pool.has(pool.stateFile) ? pool.state() : {};
  const counts = Object.fromEntries(
    [...files].sort().map((path) => [path, Math.max(0, state.auth_counts?.[path] ?? 0)]),
  );
  const chosen = Object.keys(counts).reduce((a, b) => counts[b]! < counts[a]! ? b : a);
  counts[chosen]!++;
  pool.setState({ ...state, auth_counts: counts, auth_updated_at: "x", updated_at: "x" });
  return chosen;
}

function predecessorMoves(pool: PoolWorld, files: readonly string[], to: string): void {
  const order = Object.fromEntries(files.map((path, at) => [path, at + 1]));
  pool.setState({ ...pool.state(), auth_order: order, auth_current: to, auth_switched_at: "then" });
}

describe("a file that got another name", () => {
  test("keeps its starts, its place and its turn", async () => {
    const pool = poolWorld();
    for (const name of ["a", "b", "c"]) pool.auth(name);
    for (let n = 0; n < 4; n++) await pool.pickAuth();
    await advance(pool);
    renameSync(join(pool.team, "b"), join(pool.team, "z"));
    expect(await current(pool)).toBe(`${pool.team}/z`);
    expect(await advance(pool)).toBe(`${pool.team}/c`);
    expect(await pool.pickAuth()).not.toBe("a");
    expect(countsOf(pool)).toEqual({
      [`${pool.team}/a`]: 2,
      [`${pool.team}/c`]: expect.any(Number),
      [`${pool.team}/z`]: expect.any(Number),
    });
  });

  test("is known again in another place, with its whole directory", async () => {
    const pool = poolWorld();
    for (const name of ["a", "b", "c", "sub/d"]) {
      mkdirSync(join(pool.team, "sub"), { recursive: true });
      pool.auth(name);
    }
    pool.env.CAP_AUTH_TEAM_GLOB = "**/*";
    for (let n = 0; n < 9; n++) await pool.pickAuth();
    await advance(pool);
    const before = pool.state().auth_counts;
    const moved = join(pool.dir, "moved");
    renameSync(pool.team, moved);
    pool.env.CAP_AUTH_TEAM_DIR = moved;
    expect(await current(pool)).toBe(`${moved}/b`);
    await pool.cap("pick-auth", "--worker", "w", "--base", "b");
    const after = Object.entries<number>(pool.state().auth_counts);
    expect(after.map(([path]) => path.replace(moved, pool.team))).toEqual(Object.keys(before));
    expect(after.reduce((sum, [, count]) => sum + count, 0)).toBe(10);
    expect(Object.keys(pool.state().agentlb.teams)).toEqual([moved]);
  });

  test("takes those along that were never chosen when its directory moves", async () => {
    const pool = poolWorld();
    for (const name of ["a", "b", "c"]) pool.auth(name);
    await advance(pool);
    const moved = join(pool.dir, "moved");
    renameSync(pool.team, moved);
    pool.env.CAP_AUTH_TEAM_DIR = moved;
    expect([await current(pool), await advance(pool), await advance(pool)]).toEqual([
      `${moved}/b`,
      `${moved}/c`,
      `${moved}/a`,
    ]);
  });

  test("takes its count to another team, but not more than that team's own", async () => {
    const pool = poolWorld();
    pool.auth("a");
    pool.auth("b");
    for (let n = 0; n < 10; n++) await pool.pickAuth();
    const other = join(pool.dir, "other");
    pool.write(join(other, "c"), pool.read(pool.auth("c")));
    unlinkSync(join(pool.team, "c"));
    const here = pool.env.CAP_AUTH_TEAM_DIR;
    pool.env.CAP_AUTH_TEAM_DIR = other;
    await pool.pickAuth();
    renameSync(join(pool.team, "a"), join(other, "a"));
    pool.chances.push(0.9);
    expect(await pool.pickAuth()).toBe(`${other}/c`);
    expect(countsOf(pool, other)).toEqual({ [`${other}/a`]: 1, [`${other}/c`]: 2 });
    pool.env.CAP_AUTH_TEAM_DIR = here;
    await pool.pickAuth();
    expect(countsOf(pool)).toEqual({ [`${pool.team}/b`]: 6 });
  });

  test("is not looked for among files that were never chosen, nor while none is missing", async () => {
    const pool = poolWorld();
    pool.auth("a");
    await pool.pickAuth();
    pool.auth("copy", "a");
    expect(await pool.pickAuth()).toBe("a");
    // A copy is another file as long as the first is there: it joined at the lowest count.
    expect(countsOf(pool)).toEqual({ [`${pool.team}/a`]: 2, [`${pool.team}/copy`]: 1 });
  });
});

describe("several teams in one state", () => {
  test("don't forget each other's rotation or counts", async () => {
    const pool = poolWorld();
    const other = join(pool.dir, "other");
    for (const name of ["a", "b", "c"]) {
      pool.auth(name);
      pool.write(join(other, name), pool.read(join(pool.team, name)));
    }
    expect(await advance(pool)).toBe(`${pool.team}/b`);
    expect(await current(pool, "--team-dir", other)).toBe(`${other}/a`);
    expect(await advance(pool, "--team-dir", other)).toBe(`${other}/b`);
    expect(await advance(pool, "--team-dir", other)).toBe(`${other}/c`);
    expect(await current(pool)).toBe(`${pool.team}/b`);
    expect(pool.state().auth_current).toBe(`${pool.team}/b`);
    expect(await current(pool, "--team-dir", other)).toBe(`${other}/c`);
    expect(Object.keys(pool.state().auth_order)).toEqual(["a", "b", "c"].map((name) => `${other}/${name}`));

    for (let n = 0; n < 4; n++) await pool.pickAuth();
    pool.env.CAP_AUTH_TEAM_DIR = other;
    await pool.pickAuth();
    pool.env.CAP_AUTH_TEAM_DIR = pool.team;
    expect(await pool.pickAuth()).toBe("b");
    expect(countsOf(pool)).toEqual({ [`${pool.team}/a`]: 2, [`${pool.team}/b`]: 2, [`${pool.team}/c`]: 1 });
  });

  test("or several globs: a narrower one leaves the rest as it is", async () => {
    const pool = poolWorld();
    for (const name of ["auth.json", "auth.json2", "other", "z"]) pool.auth(name);
    expect(await advance(pool)).toBe(`${pool.team}/auth.json2`);
    expect(await advance(pool)).toBe(`${pool.team}/other`);
    const narrow = ["--glob", "auth.json*"];
    expect(await current(pool, ...narrow)).toBe(`${pool.team}/auth.json`);
    expect(await advance(pool, ...narrow)).toBe(`${pool.team}/auth.json2`);
    expect(await current(pool, ...narrow)).toBe(`${pool.team}/auth.json2`);
    expect(await current(pool)).toBe(`${pool.team}/other`);
    expect(await advance(pool)).toBe(`${pool.team}/z`);
    expect(await current(pool, ...narrow)).toBe(`${pool.team}/auth.json2`);

    for (let n = 0; n < 5; n++) await pool.pickAuth();
    pool.env.CAP_AUTH_TEAM_GLOB = "auth*";
    await pool.pickAuth();
    pool.env.CAP_AUTH_TEAM_GLOB = "*";
    expect(countsOf(pool)).toMatchObject({ [`${pool.team}/other`]: 1, [`${pool.team}/z`]: 1 });
  });
});

describe("beside the predecessor", () => {
  test("its starts count, and ours count for it", async () => {
    const pool = poolWorld();
    const files = ["a", "b", "c"].map((name) => pool.auth(name));
    for (let n = 0; n < 12; n++) {
      if (n % 2 === 0) predecessorPicks(pool, files);
      else await pool.pickAuth();
    }
    expect(Object.values(pool.state().auth_counts)).toEqual([4, 4, 4]);
    expect(Object.values(countsOf(pool))).toEqual([4, 4, 4]);
  });

  test("what it drops of another team or glob is kept", async () => {
    const pool = poolWorld();
    const files = ["a", "b"].map((name) => pool.auth(name));
    const others = ["x", "y"].map((name) => pool.write(join(pool.dir, "other", name), pool.read(files[0]!)));
    for (let n = 0; n < 6; n++) await pool.pickAuth();
    predecessorPicks(pool, others);
    predecessorPicks(pool, others);
    predecessorPicks(pool, others);
    expect(pool.state().auth_counts).toEqual({ [others[0]!]: 2, [others[1]!]: 1 });
    await pool.pickAuth();
    expect(countsOf(pool)).toEqual({ [files[0]!]: 4, [files[1]!]: 3 });
    // Its own team comes back as it left it.
    pool.env.CAP_AUTH_TEAM_DIR = join(pool.dir, "other");
    expect(await pool.pickAuth()).toBe(others[1]);
    expect(pool.state().auth_counts).toEqual({ [others[0]!]: 2, [others[1]!]: 2 });
  });

  test("its rotation is ours", async () => {
    const pool = poolWorld();
    const files = ["a", "b", "c"].map((name) => pool.auth(name));
    expect(await advance(pool)).toBe(files[1]);
    predecessorMoves(pool, files, files[2]!);
    expect(await current(pool)).toBe(files[2]);
    expect(pool.state().auth_switched_at).toBe("then");
    predecessorMoves(pool, [files[2]!, files[0]!, files[1]!], files[0]!);
    expect(await advance(pool)).toBe(files[1]);
    expect(await advance(pool)).toBe(files[2]);
  });

  test("a state that only it has written is taken over, for every team that it names", async () => {
    const pool = poolWorld();
    const files = ["a", "b"].map((name) => pool.auth(name));
    pool.setState({
      auth_counts: { [files[0]!]: "4", [files[1]!]: 2.9 },
      auth_order: { [files[1]!]: 1, [files[0]!]: 2 },
      auth_current: ` ${files[1]} `,
      counter: "7",
      mine: { keep: [1.0, null] },
    });
    const other = join(pool.dir, "other");
    pool.write(join(other, "x"), pool.read(files[0]!));
    await current(pool, "--team-dir", other);
    expect(await current(pool)).toBe(files[1]);
    expect(await advance(pool)).toBe(files[0]);
    expect(await pool.pickAuth()).toBe("b");
    expect(pool.state().auth_counts).toEqual({ [files[0]!]: 4, [files[1]!]: 3 });
    expect(pool.state()).toMatchObject({ counter: "7", mine: { keep: [1, null] } });
    expect(pool.state().agentlb).not.toHaveProperty("unclaimed");
  });

  test("its reset resets", async () => {
    const pool = poolWorld();
    const files = ["a", "b"].map((name) => pool.auth(name));
    for (let n = 0; n < 3; n++) await pool.pickAuth();
    await advance(pool);
    const { auth_order, auth_current } = pool.state();
    pool.setState({ auth_order, auth_current, reset_at: "x", updated_at: "x" });
    expect(await current(pool)).toBe(files[1]);
    await pool.pickAuth();
    expect(pool.state().auth_counts).toEqual({ [files[0]!]: 1, [files[1]!]: 0 });
  });
});

describe("a new account", () => {
  test("joins at the lowest count instead of taking every start", async () => {
    const pool = poolWorld();
    pool.auth("a");
    pool.auth("b");
    for (let n = 0; n < 20; n++) await pool.pickAuth();
    pool.auth("new");
    pool.chances.push(0.99, 0.99, 0.99);
    const picked = [await pool.pickAuth(), await pool.pickAuth(), await pool.pickAuth()];
    expect(picked).toEqual(["new", "b", "a"]);
  });

  test("starts at nothing where that is wished", async () => {
    const pool = poolWorld();
    pool.config("balanced_join: zero");
    pool.auth("a");
    for (let n = 0; n < 3; n++) await pool.pickAuth();
    pool.auth("new");
    for (let n = 0; n < 3; n++) expect(await pool.pickAuth()).toBe("new");
  });
});

describe("a file that can't be used", () => {
  test("is named and passed over, and does not take every start once it is repaired", async () => {
    const pool = poolWorld();
    pool.auth("b");
    for (const [name, text] of [["README.md", "# accounts"], [".hidden", ""], ["a", "{}"]]) {
      pool.write(join(pool.team, name!), text!);
    }
    mkdirSync(join(pool.team, "folder"));
    for (let n = 0; n < 5; n++) expect(await pool.pickAuth()).toBe("b");
    const { out, err } = await pool.cap("pick-auth", "--worker", "w", "--base", "b");
    expect(out).toBe(`${pool.team}/b\n`);
    expect(err.split("\n").sort()).toEqual([
      "",
      `⚠️ passed over: ${pool.team}/.hidden: it is empty`,
      `⚠️ passed over: ${pool.team}/README.md: it is no JSON`,
      `⚠️ passed over: ${pool.team}/a: it holds no login`,
    ]);
    pool.auth("a");
    pool.chances.push(...Array<number>(30).fill(0.9));
    const picked = [];
    for (let n = 0; n < 4; n++) picked.push(await pool.pickAuth());
    expect(picked.filter((name) => name === "a")).toHaveLength(2);
  });

  test("is passed over by a rotation too", async () => {
    const pool = poolWorld();
    for (const name of ["a", "b", "c"]) pool.auth(name);
    await current(pool);
    pool.write(join(pool.team, "b"), "");
    const { out, err } = await pool.cap("auth-advance");
    expect([out, err]).toEqual([`${pool.team}/c\n`, `⚠️ passed over: ${pool.team}/b: it is empty\n`]);
    pool.write(join(pool.team, "c"), "[]");
    expect(await current(pool)).toBe(`${pool.team}/a`);
    pool.write(join(pool.team, "a"), "null");
    expect(await pool.cap("auth-current")).toMatchObject({ code: 1, out: "" });
  });

  test.each(["pick-auth --worker w --base b", "auth-current", "auth-advance"])(
    "fails %s when there is no other, and nothing is written",
    async (words) => {
      const pool = poolWorld();
      pool.write(join(pool.team, "a"), "");
      const { code, out, err } = await pool.cap(...words.split(" "));
      expect([code, out]).toEqual([1, ""]);
      expect(err).toContain(`❌ no auth file under ${pool.team} can be used\n`);
      expect(pool.has(pool.stateFile)).toBe(false);
    },
  );

  test("may be of a kind that is newer than we are, or an API key", async () => {
    const pool = poolWorld();
    pool.write(join(pool.team, "a"), '{"auth_mode":"agentIdentity","agent_identity":"x"}');
    expect(await pool.pickAuth()).toBe("a");
    pool.write(join(pool.team, "a"), '{"auth_mode":"apikey","OPENAI_API_KEY":"sk-made-up"}');
    expect(await pool.pickAuth()).toBe("a");
  });
});

describe("links", () => {
  test("a file with two names is one account", async () => {
    const pool = poolWorld();
    const [a, b] = ["a", "b"].map((name) => pool.auth(name));
    symlinkSync("a", join(pool.team, "zz"));
    symlinkSync("nowhere", join(pool.team, "dangling"));
    expect(await current(pool)).toBe(a);
    expect([await advance(pool), await advance(pool), await advance(pool)]).toEqual([b, a, b]);
    for (let n = 0; n < 4; n++) await pool.pickAuth();
    expect(pool.state().auth_counts).toEqual({ [a!]: 2, [b!]: 2 });
  });

  test("a file that is a link is followed, a directory that is one is not entered", async () => {
    const pool = poolWorld();
    const outside = pool.write(join(pool.dir, "outside", "x.json"), pool.read(pool.auth("gone")));
    unlinkSync(join(pool.team, "gone"));
    symlinkSync(outside, join(pool.team, "link.json"));
    symlinkSync(join(pool.dir, "outside"), join(pool.team, "folder"));
    pool.env.CAP_AUTH_TEAM_GLOB = "**/*";
    expect(await pool.pickAuth()).toBe(outside);
    unlinkSync(join(pool.team, "link.json"));
    expect((await pool.cap("auth-current")).err).toContain("no auth candidates");
  });

  test("a state in the team directory is no candidate, nor is what belongs to it", async () => {
    const pool = poolWorld();
    pool.auth("a");
    for (const junk of [".auth-x1", "a.lock", "b.tmp", ".DS_Store"]) pool.write(join(pool.team, junk), "{}");
    for (const name of ["state.json.corrupt-1-a", "state.json.restart-1.json"]) {
      pool.write(join(pool.team, name), "{}");
    }
    pool.env.CAP_STATE_FILE = join(pool.team, "state.json");
    for (let n = 0; n < 3; n++) expect(await pool.pickAuth()).toBe("a");
    const { err } = await pool.cap("pick-auth", "--worker", "w", "--base", "b");
    expect(err).toBe("");
    rmSync(join(pool.team, "state.json"));
  });
});
