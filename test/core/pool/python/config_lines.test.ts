import { describe, expect, test } from "vitest";
import { readLines, valueOf } from "../../../../lib/core/pool/python/config_lines.ts";
import { FLAVOURS } from "../../../../lib/core/pool/flavour.ts";
import { type FileValue, KEYS, wishesOf } from "../../../../lib/core/pool/settings.ts";

const read = (text: string) => readLines(text, KEYS);
const values = (text: string) =>
  Object.fromEntries(Array.from(read(text), ([key, { value }]) => [key, value]));
const sourcesIn = (raw: string) => wishesOf(FLAVOURS.cap, {}, new Map([["sources", { raw }]])).sources;

describe("a line of the configuration", () => {
  test.each<[line: string, value: string]>([
    ["strategy: hash", "hash"],
    ["   strategy  :   hash  ", "hash"],
    ["strategy: hash # why", "hash"],
    ["strategy: hash#no", "hash#no"],
    ["strategy: # nothing", ""],
    ["strategy:#nothing", ""],
    ['strategy: "hash"', "hash"],
    ["strategy: 'ha # sh'", "ha # sh"],
    ['strategy: "hash" # note', "hash"],
    ["strategy: 'hash'\t# note", "hash"],
    ['strategy: "hash', "hash"],
    ['strategy: "', ""],
    ["strategy: 'it's'", "it's"],
    ["strategy: a: b", "a: b"],
    ["strategy:hash", "hash"],
  ])("%j", (line, value) => {
    expect(values(line)).toEqual({ strategy: value });
  });

  test.each(["", "  ", "# strategy: hash", "strategy", ": hash", "- strategy"])("%j says nothing", (line) => {
    expect(values(line)).toEqual({});
  });

  test("may hold an asterisk without quotes, which is no YAML", () => {
    expect(values("auth_team_glob: *\n")).toEqual({ auth_team_glob: "*" });
    expect(values("auth_team_glob: **/*.json")).toEqual({ auth_team_glob: "**/*.json" });
  });
});

describe("a configuration", () => {
  test("lets the last line win, wherever it stands", () => {
    expect(values("pool:\n  strategy: hash\nstrategy: round_robin\nother:\n      strategy: x")).toMatchObject(
      { strategy: "x" },
    );
  });

  test("may have any line ends, and a byte order mark", () => {
    expect(values("\ufeffstrategy: a\r\nsources: b\rstate_file: c\u2028auth_team_dir: d\fauth_strategy: e"))
      .toEqual({
        strategy: "a",
        sources: "b",
        state_file: "c",
        auth_team_dir: "d",
        auth_strategy: "e",
      });
  });

  test.each<[text: string, lines: number]>([
    ["sources:\n  - /a\n  - /b\nstrategy: hash", 3],
    ["sources:\n- /a: b\n\n# note\n- /b\nstrategy: hash", 5],
    ["sources: # why\n  # first\n  - /a\nstrategy: hash", 3],
    ["sources: [\n  /a,\n  /b\n]\nstrategy: hash", 4],
    ["sources: [/a, /b]\nstrategy: hash", 1],
    ["sources: |\n  /a,\n  /b\nstrategy: hash", 3],
    ["  sources:\n    - /a\n  strategy: hash", 2],
    ["sources:\n  - /a", 2],
    ["sources: [\nstrategy: hash", 1],
  ])("leaves to YAML what no line holds: %j", (text, lines) => {
    const entries = read(text);
    expect(entries.get("sources")?.block?.split("\n")).toEqual(text.split("\n").slice(0, lines));
    if (text.includes("strategy")) expect(entries.get("strategy")?.value).toBe("hash");
  });

  test.each([
    "sources: /a, /b",
    'sources: ["/a", "/b"] # two',
    "sources:",
    "sources:\nstrategy: x",
    "sources: - x",
    "other:\n  - sources: /a",
  ])(
    "needs no YAML for %j",
    (text) => expect(read(text).get("sources")?.block).toBeUndefined(),
  );
});

describe("sources", () => {
  test.each<[raw: string, sources: string[]]>([
    ["/a", ["/a"]],
    ["/a, /b ,,", ["/a", "/b"]],
    ['"/a" # note', ["/a"]],
    ['"/a","/b"', ["/a", "/b"]],
    ['"/a", "/b" # two', ["/a", "/b"]],
    ["'/a', /b", ["/a", "/b"]],
    ['"/a, /b"', ["/a", "/b"]],
    ['["/a", " /b ", ""]', ["/a", "/b"]],
    ['["/a #1", "/b"] # note', ["/a #1", "/b"]],
    [`'["/a"]'`, ["/a"]],
    ["[]", []],
    ["", []],
    ['"', []],
  ])("%j", (raw, sources) => expect(sourcesIn(raw)).toEqual(sources));
});

describe("settings", () => {
  const file = (lines: Record<string, string>) =>
    new Map<string, FileValue>(Object.entries(lines).map(([key, raw]) => [key, { raw }]));

  test("come from the environment before the file, unless they are blank there", () => {
    const lines = file({
      strategy: "hash",
      sources: "/f",
      state_file: "f.json",
      auth_team_dir: "f",
      auth_team_glob: "f*",
    });
    expect(wishesOf(FLAVOURS.cap, { CAP_STRATEGY: " ", CAP_SOURCES: "\t" }, lines)).toMatchObject({
      strategy: "hash",
      sources: ["/f"],
      stateFile: "f.json",
      authTeamDir: "f",
      authTeamGlob: "f*",
    });
    const env = {
      CAP_STRATEGY: " Round_Robin ",
      CAP_SOURCES: '["/e"]',
      CAP_STATE_FILE: "e.json",
      CAP_AUTH_TEAM_GLOB: "e*",
      AUTH_TEAM_DIR: "general",
      CAP_AUTH_STRATEGY: "RR",
      CLB_SOURCES: "/not",
    };
    expect(wishesOf(FLAVOURS.cap, env, lines)).toMatchObject({
      strategy: "round_robin",
      sources: ["/e"],
      stateFile: "e.json",
      authTeamDir: "general",
      authTeamGlob: "e*",
      authStrategy: "team_cycle",
    });
    expect(wishesOf(FLAVOURS.cap, { ...env, CAP_AUTH_TEAM_DIR: "own" }, lines).authTeamDir).toBe("own");
    expect(wishesOf(FLAVOURS.clb, env, lines)).toMatchObject({ sources: ["/not"], authStrategy: "balanced" });
  });

  test("have defaults", () => {
    expect(wishesOf(FLAVOURS.cap, {}, new Map())).toEqual({
      strategy: "round_robin",
      authStrategy: "balanced",
      balancedJoin: "min",
      sources: [],
      stateFile: undefined,
      authTeamDir: undefined,
      authTeamGlob: "*",
    });
  });

  test.each([
    ["balanced", "balanced"],
    ["least_used", "balanced"],
    ["Least-Used", "balanced"],
    ["team_cycle", "team_cycle"],
    ["round_robin", "team_cycle"],
    ["round-robin", "team_cycle"],
    ["rr", "team_cycle"],
  ])("take %j for an auth strategy", (text, strategy) => {
    expect(wishesOf(FLAVOURS.cap, {}, file({ auth_strategy: text })).authStrategy).toBe(strategy);
  });

  test("that are unknown are refused in the predecessor's words", () => {
    const wishes = (env: Record<string, string>) => () => wishesOf(FLAVOURS.cap, env, new Map());
    expect(wishes({ CAP_STRATEGY: "Best" })).toThrow(
      "❌ unsupported strategy: 'best' (use: round_robin|hash)",
    );
    expect(wishes({ CAP_AUTH_STRATEGY: "Best" })).toThrow(
      "❌ unsupported auth_strategy: 'Best' (use: balanced|team_cycle|limits)",
    );
    expect(wishes({ CAP_BALANCED_JOIN: "max" })).toThrow(
      "❌ unsupported balanced_join: 'max' (use: min|zero)",
    );
    expect(wishes({ CAP_AUTH_STRATEGY: "x", CAP_STRATEGY: "y" })).toThrow("unsupported strategy");
  });

  test("of YAML are texts", () => {
    const yaml = new Map<string, FileValue>([["sources", { texts: ["/a, b", " /c "] }], ["strategy", {
      texts: ["hash"],
    }]]);
    expect(wishesOf(FLAVOURS.cap, {}, yaml)).toMatchObject({ sources: ["/a, b", "/c"], strategy: "hash" });
  });
});

test("a value keeps what is in its quotes", () => {
  expect(valueOf('"a" # "b"')).toBe("a");
  expect(valueOf('"p1","p2"')).toBe('p1","p2');
});

test("a value of quotes alone takes no more time than another", () => {
  expect(valueOf('"'.repeat(200_001))).toBe('"'.repeat(199_999));
});
