import { Buffer } from "node:buffer";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { poolWorld } from "./pool_world.ts";

const WORKER = ["--worker", "w", "--base", "b"];

describe("a state that can't be read", () => {
  test.each([
    ["cut off", '{"counter": 1, "auth_coun', "it is no JSON"],
    ["empty", "", "it is empty"],
    ["no object", "[1]", "it is no JSON object"],
    ["no text", Buffer.from([0x7b, 0xff, 0x7d]), "it is not valid UTF-8"],
  ])("because it is %s is put aside, and the one before it goes on", async (_, text, why) => {
    const pool = poolWorld();
    pool.auth("a");
    pool.auth("b");
    for (let n = 0; n < 6; n++) await pool.pickAuth();
    writeFileSync(pool.stateFile, text);
    const { code, out, err } = await pool.cap("pick-auth", ...WORKER);
    expect([code, out]).toEqual([0, expect.stringMatching(/\/[ab]\n$/)]);
    const share = join(pool.skill, "share");
    const aside = readdirSync(share).filter((name) => name.includes("corrupt"));
    expect(aside).toHaveLength(1);
    expect(err).toBe(
      `⚠️ ${pool.stateFile}: ${why}; kept as ${
        join(share, aside[0]!)
      }, going on from the generation before it\n`,
    );
    expect(readFileSync(join(share, aside[0]!))).toEqual(Buffer.from(text));
    // Five of the six and the new one: nothing started from zero.
    expect(Object.values(pool.state().auth_counts)).toEqual([3, 3]);
    expect((await pool.cap("pick-auth", ...WORKER)).err).toBe("");
  });

  test.each<[why: string, text: string | Uint8Array, previous: string | undefined]>([
    ["it is no JSON", "x", undefined],
    ["it is empty", "", undefined],
    ["it is empty", " \n", ""],
    ["it is no JSON object", "[1]", "null"],
    ["it is no JSON", '{"counter": 1, "auth_coun', "y"],
    ["it is no JSON", "\0".repeat(512), undefined],
    ["it is not valid UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), undefined],
  ])(
    "because %s, with none before it, is put aside, and every command goes on",
    async (why, text, previous) => {
      const words = [["pick-auth", ...WORKER], ["auth-current"], ["auth-advance"], ["pick", ...WORKER], [
        "reset-state",
      ]];
      for (const command of words) {
        const pool = poolWorld();
        pool.auth("a");
        mkdirSync(join(pool.dir, "home", ".codex"));
        mkdirSync(join(pool.skill, "share"));
        writeFileSync(pool.stateFile, text);
        if (previous !== undefined) writeFileSync(`${pool.stateFile}.prev`, previous);
        const { code, err } = await pool.cap(...command);
        const share = join(pool.skill, "share");
        const aside = readdirSync(share).filter((name) => name.includes("corrupt"));
        expect([code, aside.length, err]).toEqual([
          0,
          1,
          `⚠️ ${pool.stateFile}: ${why}; kept as ${join(share, aside[0]!)}, ` +
          "with no good generation before it counts and rotation start anew\n",
        ]);
        expect(readFileSync(join(share, aside[0]!))).toEqual(Buffer.from(text as string));
        expect((await pool.cap(...command)).err).toBe("");
      }
    },
  );

  test("keeps counts and rotation where the generation before it is good, for as often as it happens", async () => {
    const pool = poolWorld();
    const [, b] = ["a", "b"].map((name) => pool.auth(name));
    await pool.pickAuth();
    await pool.cap("auth-advance");
    await pool.cap("auth-current");
    for (const text of ["", "x", "{"]) {
      writeFileSync(pool.stateFile, text);
      expect(await pool.cap("auth-current")).toMatchObject({
        code: 0,
        out: `${b}\n`,
        err: expect.stringContaining("going on from the generation before it"),
      });
      expect(Object.values(pool.state().auth_counts)).toEqual([1, 0]);
    }
  });

  test("is not started anew while the generation before it may be good but can't be opened", async () => {
    const pool = poolWorld();
    pool.auth("a");
    pool.write(pool.stateFile, "x");
    mkdirSync(`${pool.stateFile}.prev`);
    expect(await pool.cap("auth-current")).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("cannot use the state file"),
    });
    expect(pool.read(pool.stateFile)).toBe("x");
  });

  test("because it is a directory, or not ours to read, is an error and stays", async () => {
    const pool = poolWorld();
    pool.auth("a");
    mkdirSync(pool.stateFile, { recursive: true });
    expect(await pool.cap("auth-current")).toMatchObject({
      code: 1,
      out: "",
      err: `❌ cannot use the state file ${pool.stateFile}: it is not a regular file\n`,
    });
  });

  test.runIf(process.getuid?.() !== 0)("is an error when it belongs to somebody else", async () => {
    const pool = poolWorld();
    pool.auth("a");
    await pool.pickAuth();
    chmodSync(pool.stateFile, 0);
    expect(await pool.cap("auth-current")).toMatchObject({ code: 1, err: expect.stringContaining("EACCES") });
  });

  test("is not brought back once it was removed", async () => {
    const pool = poolWorld();
    pool.auth("a");
    for (let n = 0; n < 3; n++) await pool.pickAuth();
    unlinkSync(pool.stateFile);
    await pool.pickAuth();
    expect(Object.values(pool.state().auth_counts)).toEqual([1]);
  });
});

test("numbers that are none are named, once each, and count as nothing", async () => {
  const pool = poolWorld();
  const paths = ["a", "b"].map((name) => pool.auth(name));
  pool.setState({ auth_counts: { [paths[0]!]: "many", [paths[1]!]: -3 }, counter: null });
  const { out, err } = await pool.cap("pick-auth", ...WORKER);
  expect(out).toBe(`${paths[0]}\n`);
  expect(err).toBe(`⚠️ ${pool.stateFile}: auth_counts of ${paths[0]} is no whole number, taken as 0\n`);
  expect(pool.state().auth_counts).toEqual({ [paths[0]!]: 1, [paths[1]!]: 0 });
  mkdirSync(join(pool.dir, "home", ".codex"));
  pool.setState({ counter: "soon" });
  expect((await pool.cap("pick", ...WORKER)).err).toContain("counter is no whole number, taken as 0");
  expect(pool.state().counter).toBe(1);
});

test("what nobody here knows comes back digit by digit", async () => {
  const pool = poolWorld();
  mkdirSync(join(pool.dir, "home", ".codex"));
  pool.write(
    pool.stateFile,
    '{"z": 1.0, "7": 12345678901234567890, "counter": 9007199254740991, "n": NaN, "__proto__": [1e5]}',
  );
  await pool.cap("pick", ...WORKER);
  expect(pool.read(pool.stateFile).replace(/\s+/g, " ")).toMatch(
    /^\{ "z": 1\.0, "7": 12345678901234567890, "counter": 9007199254740992, "n": NaN, "__proto__": \[ 1e5 \], "updated_at": "[^"]+" \} $/,
  );
});

describe("files are ours alone", () => {
  test("whatever mode they had", async () => {
    const pool = poolWorld();
    pool.auth("a");
    pool.setState({});
    chmodSync(pool.stateFile, 0o644);
    await pool.pickAuth();
    for (const path of [pool.stateFile, `${pool.stateFile}.lock`]) expect(pool.mode(path)).toBe(0o600);
    await pool.pickAuth();
    expect(pool.mode(`${pool.stateFile}.prev`)).toBe(0o600);
    expect(readdirSync(join(pool.skill, "share")).sort()).toEqual([
      "state.json",
      "state.json.lock",
      "state.json.prev",
    ]);
  });

  test("a lock that is a link is refused and what it points at stays", async () => {
    const pool = poolWorld();
    pool.auth("a");
    const victim = pool.write(join(pool.dir, "victim"), "precious");
    mkdirSync(join(pool.skill, "share"));
    symlinkSync(victim, `${pool.stateFile}.lock`);
    expect(await pool.cap("auth-current")).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("it is a link"),
    });
    unlinkSync(`${pool.stateFile}.lock`);
    linkSync(victim, `${pool.stateFile}.lock`);
    expect((await pool.cap("auth-current")).err).toContain("hard link");
    expect(pool.read(victim)).toBe("precious");
    expect(pool.has(pool.stateFile)).toBe(false);
  });

  test("the lock file is never emptied", async () => {
    const pool = poolWorld();
    pool.auth("a");
    pool.write(`${pool.stateFile}.lock`, "somebody's words");
    await pool.pickAuth();
    expect(pool.read(`${pool.stateFile}.lock`)).toBe("somebody's words");
  });

  test("a state that is a link is followed and stays one, and both its names are one state", async () => {
    const pool = poolWorld();
    pool.auth("a");
    const real = join(pool.dir, "real", "state.json");
    mkdirSync(join(pool.dir, "real"));
    const link = join(pool.dir, "link.json");
    symlinkSync(real, link);
    for (const path of [link, real, link]) {
      pool.env.CAP_STATE_FILE = path;
      await pool.pickAuth();
    }
    expect(Object.values(JSON.parse(pool.read(real)).auth_counts)).toEqual([3]);
    expect(pool.read(link)).toBe(pool.read(real));
    // A folder that is a link leads to the same lock by both names.
    symlinkSync(join(pool.dir, "real"), join(pool.dir, "folder"));
    pool.env.CAP_STATE_FILE = join(pool.dir, "folder", "state.json");
    await pool.pickAuth();
    expect(Object.values(JSON.parse(pool.read(real)).auth_counts)).toEqual([4]);
  });
});

describe("a configuration", () => {
  test("that is no text, or can't be read as YAML, is an answer and not a crash", async () => {
    const pool = poolWorld();
    pool.auth("a");
    const file = join(pool.skill, "scripts", "cap_config.yaml");
    writeFileSync(file, Buffer.from([0xff, 0xfe, 0x73, 0]));
    expect(await pool.cap("where")).toEqual({
      code: 1,
      out: "",
      err: `❌ cannot read ${file}: it is not valid UTF-8\n`,
    });
    writeFileSync(file, "strategy: hash\nsources:\n  - 'a\nx: y");
    expect(await pool.cap("where")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^❌ cannot read .*cap_config\.yaml: line 2: sources: \S/),
    });
    writeFileSync(file, "sources:\n  - a: b\n");
    expect((await pool.cap("where")).err).toContain("line 1: sources: its items must be texts");
    unlinkSync(file);
    mkdirSync(file);
    expect((await pool.cap("where")).err).toMatch(/^❌ cannot read .*: it is a folder, not a file\n$/);
  });

  test("with a byte order mark and the line ends of Windows is read", async () => {
    const pool = poolWorld();
    pool.config(`\ufeffsources: ${pool.team}\r\nstrategy: hash\r\n`);
    expect((await pool.cap("where")).out).toMatch(/\nstrategy: {3}hash\n[^]*\nsources:\n {2}- \S+\n/);
  });

  test("whose block list stands beside an asterisk without quotes is read", async () => {
    const pool = poolWorld();
    pool.config(
      `auth_team_glob: *\nsources:\n  - ${pool.team}   # one\n  - "${pool.skill}"\nstrategy: 'hash' # why\n`,
    );
    const { out } = await pool.cap("where");
    expect(out).toContain(`auth_team_glob: *\nsources:\n  - ${pool.team}\n  - ${pool.skill}\n`);
    expect(out).toContain("strategy:   hash\n");
    expect(out).toContain("config_reading: yaml\n");
  });
});

describe("sources", () => {
  test("that are missing are named, and the others used", async () => {
    const pool = poolWorld();
    mkdirSync(join(pool.dir, "home", ".codex"));
    pool.config(`sources: ${pool.team}, /no/such\n`);
    expect(await pool.cap("list")).toEqual({
      code: 0,
      out: `${pool.team}\n`,
      err: "⚠️ source not found: /no/such\n",
    });
    expect((await pool.cap("where")).out).toContain(`sources:\n  - ${pool.team}\nbalanced`);
  });

  test("that are all missing are an error: never the user's own home instead", async () => {
    const pool = poolWorld();
    mkdirSync(join(pool.dir, "home", ".codex"));
    pool.config(`sources: /no/such, "/nor/this"\n`);
    expect(await pool.cap("pick", ...WORKER)).toEqual({
      code: 1,
      out: "",
      err:
        "❌ no valid sources configured.\n   Set `sources:` in scripts/cap_config.yaml (or env CAP_SOURCES).\n" +
        "   Missing: /no/such\n   Missing: /nor/this\n",
    });
    expect(await pool.cap("where")).toMatchObject({ code: 0, err: expect.stringContaining("/nor/this") });
  });

  test("are needed by no command that hands out none", async () => {
    const pool = poolWorld();
    pool.auth("a");
    pool.config("sources: /no/such");
    for (const words of [["pick-auth", ...WORKER], ["auth-current"], ["auth-advance"], ["reset-state"]]) {
      expect(await pool.cap(...words)).toMatchObject({ code: 0, err: "" });
    }
  });

  test("are the user's own home where none is configured, and doubles count once", async () => {
    const pool = poolWorld();
    mkdirSync(join(pool.dir, "home", ".codex"));
    expect((await pool.cap("list")).out).toBe(`${pool.dir}/home/.codex\n`);
    pool.env.CAP_SOURCES = `~/.codex, ${pool.dir}/home//.codex/, ${pool.team}`;
    expect((await pool.cap("list")).out).toBe(`${pool.dir}/home/.codex\n${pool.team}\n`);
  });
});

test("a path that would not survive the caller's xargs is said", async () => {
  const pool = poolWorld();
  const path = pool.auth("it's  mine");
  expect(await pool.cap("pick-auth", ...WORKER)).toEqual({
    code: 0,
    out: `${path}\n`,
    err: `⚠️ quotes, backslashes and double blanks are lost when this goes through xargs: ${path}\n`,
  });
});

test("a state of a later version is refused, not rewritten", async () => {
  const pool = poolWorld();
  pool.auth("a");
  pool.setState({ agentlb: { v: 2, teams: "other" } });
  const { code, err } = await pool.cap("auth-current");
  expect([code, err]).toEqual([1, expect.stringContaining("later version")]);
  expect(pool.state()).toEqual({ agentlb: { v: 2, teams: "other" } });
});
