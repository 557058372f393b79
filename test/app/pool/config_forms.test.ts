import { Buffer } from "node:buffer";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { poolWorld } from "./pool_world.ts";

/** In a world where w1, w2, team, "my team" and .codex are folders of the user's home. */
function poolWith(text: string | Uint8Array) {
  const pool = poolWorld();
  for (const key of Object.keys(pool.env)) if (key.endsWith("AUTH_TEAM_DIR")) delete pool.env[key];
  for (const name of ["w1", "w2", "team", "my team", ".codex"]) mkdirSync(join(pool.dir, "home", name));
  const file = join(pool.skill, "scripts", "cap_config.yaml");
  writeFileSync(file, text);
  return {
    pool,
    file,
    short: (said: string) => said.replaceAll(file, "<config>").replaceAll(`${pool.dir}/home`, "~"),
  };
}

/** What `where` says, in short: the sources, then what else is not as it is by default. */
async function read(text: string | Uint8Array) {
  const { pool, short } = poolWith(text);
  const { code, out, err } = await pool.cap("where");
  const lines = short(out).replaceAll(pool.skill, "<skill>").split("\n");
  const of = (label: string) =>
    lines.find((line) => line.startsWith(`${label}:`))?.slice(label.length + 1).trim();
  const from = lines.indexOf("sources:") + 1;
  const sources = lines.slice(from, lines.findIndex((line) => line.startsWith("balanced_join")));
  const others = ["strategy", "auth_strategy", "state_file", "auth_team_dir", "auth_team_glob"].map((label) =>
    of(label)
  )
    .filter((value) =>
      !["", "round_robin", "balanced", "<skill>/share/state.json", "*"].includes(value ?? "")
    );
  return {
    code,
    err: short(err),
    is: [sources.map((line) => line.slice(4)).join(" "), ...others].join("; "),
  };
}

const BOTH = "~/w1 ~/w2";
const OWN = "~/.codex";

describe("a configuration is read", () => {
  test.each<[form: string, text: string, is: string]>([
    ["a list on the next line", 'sources:\n  ["~/w1", "~/w2"]\n', BOTH],
    [
      "as a formatter wraps it",
      'sources:\n  [\n    "~/w1",\n    "~/w2",\n  ]\nauth_team_dir: "~/team"\n',
      `${BOTH}; ~/team`,
    ],
    ["a list with commas on the next line", "sources:\n  ~/w1,\n  ~/w2\n", BOTH],
    ["with commas that is wrapped", "sources: ~/w1,\n  ~/w2 # two\n", BOTH],
    ["commas that start the lines", "sources: ~/w1\n  , ~/w2\n", BOTH],
    ["wrapped and quoted", 'sources: "~/w1",\n  "~/w2"\n', BOTH],
    ["wrapped inside quotes", 'sources: "~/w1,\n  ~/w2"\n', BOTH],
    ["a path on the next line", "auth_team_dir:\n  ~/team\n", `${OWN}; ~/team`],
    ["a path on the next line, quoted", 'auth_team_dir:\n\n  # there\n  "~/my team"\n', `${OWN}; ~/my team`],
    [
      "folded text",
      "---\nsources: >-\n  ~/w1,\n  ~/w2\nauth_team_dir: |\n  ~/team\n...\n",
      `${BOTH}; ~/team`,
    ],
    ["quoted keys", `"sources": ["~/w1", "~/w2"]\n'auth_team_dir' : ~/team\n`, `${BOTH}; ~/team`],
    ["a flow map", "{sources: [~/w1, ~/w2], auth_team_dir: ~/team}\n", `${BOTH}; ~/team`],
    [
      "a flow map over lines",
      "# mine\n{\n  sources: [~/w1, ~/w2], # two\n  auth_team_dir: ~/team\n}\n",
      `${BOTH}; ~/team`,
    ],
    ["JSON", '{"sources": ["~/w1", "~/w2"], "auth_strategy": "team_cycle"}', `${BOTH}; team_cycle`],
    [
      "JSON with comments",
      '{\n  // homes\n  "sources": ["~/w1", // one\n    "~/w2"], // two\n  "auth_team_dir": "//team"\n}\n',
      `${BOTH}; //team`,
    ],
    ["a flow map under a key", "cap: {sources: [~/w1, ~/w2], auth_team_dir: ~/team}\n", `${BOTH}; ~/team`],
    [
      "nested keys",
      "cap:\n  sources:\n    - ~/w1\n    - ~/w2\n  auth_team_dir: ~/team\n  auth_strategy: limits\n",
      `${BOTH}; limits; ~/team`,
    ],
    ["an anchor elsewhere", "base: &base ~/w1\nsources:\n  - *base\n  - ~/w2\n", BOTH],
    ["an anchor called like a key", "source: &source ~/w1\nsources: [*source, ~/w2]\n", BOTH],
    ["an alias", "team: &t ~/team\nauth_team_dir: *t\n", `${OWN}; ~/team`],
    ["an anchor at an item", "sources:\n- &a ~/w1\n- ~/w2\n", BOTH],
    ["an anchor at a value", "sources: &s [~/w1, ~/w2]\nauth_team_dir: &t ~/team\n", `${BOTH}; ~/team`],
    ["a merge", "d: &d {sources: [~/w1, ~/w2]}\n<<: *d\nauth_team_glob: *.json\n", `${BOTH}; *.json`],
    ["a tag", "auth_team_dir: !!str ~/team\n", `${OWN}; ~/team`],
    ["tabs", "sources:\n\t- ~/w1\n\t- ~/w2\nauth_team_dir:\t~/team\n", `${BOTH}; ~/team`],
    [
      "line ends of Windows",
      'sources: ["~/w1",\r\n  "~/w2"]\r\nauth_strategy: team_cycle\r\n',
      `${BOTH}; team_cycle`,
    ],
    ["line ends of old Macs", "sources:\r  - ~/w1\r  - ~/w2\r", BOTH],
    ["a byte order mark", '\ufeffsources: ["~/w1"]\nauth_team_dir: ~/team\n', "~/w1; ~/team"],
    ["a byte order mark before braces", "\ufeff{sources: ~/w1}", "~/w1"],
    ["no blank behind the colon", 'auth_team_dir:~/team\nsources:["~/w1"]\n', "~/w1; ~/team"],
    ["comments in a list", 'sources: ["~/w1", # one\n  "~/w2"] # two\n', BOTH],
    ["brackets in a text", 'sources: ["~/w1", "~/no[",\n "~/w2"]\n', BOTH],
    ["a comma too many", 'sources: ["~/w1", "~/w2",]\n', BOTH],
    ["an asterisk without quotes", "auth_team_glob: **/*.json\nsources:\n  [~/w1]\n", "~/w1; **/*.json"],
    ["a glob with brackets", "auth_team_glob: [ab]*.json\n", `${OWN}; [ab]*.json`],
    ["a glob on the next line", "auth_team_glob:\n  *.json\n", `${OWN}; *.json`],
    ["a glob that says not", "auth_team_glob: [!a]*.json # not a\n", `${OWN}; [!a]*.json`],
    ["two words and a comment", "auth_team_dir: ~/my team   # two words\n", `${OWN}; ~/my team`],
    ["a key twice", "auth_strategy: balanced\nauth_strategy: team_cycle\n", `${OWN}; team_cycle`],
    ["nothing set", 'sources: []\nauth_team_dir: ""\nstate_file:\nstrategy: # later\n', OWN],
  ])("%s", async (_, text, is) => {
    expect(await read(text)).toEqual({
      code: 0,
      err: text.includes("no[") ? "⚠️ source not found: ~/no[\n" : "",
      is,
    });
  });
});

describe("a configuration is refused, with line and key:", () => {
  test.each<[form: string, text: string, why: string]>([
    ["a key in the singular", 'source: ["~/w1"]\n', "line 1: source: unknown key, did you mean sources?"],
    [
      "with dashes",
      "\nauth-team-dir: ~/team\n",
      "line 2: auth-team-dir: unknown key, did you mean auth_team_dir?",
    ],
    [
      "in camelCase",
      "authTeamDir: ~/team\n",
      "line 1: authTeamDir: unknown key, did you mean auth_team_dir?",
    ],
    ["as a variable", "CAP_SOURCES: ~/w1\n", "line 1: CAP_SOURCES: unknown key, did you mean sources?"],
    [
      "as a variable of a shell",
      "export CAP_SOURCES=~/w1\n",
      "line 1: export CAP_SOURCES=~/w1: unknown key, did you mean sources?",
    ],
    ["in capitals", "Sources: ~/w1\n", "line 1: Sources: unknown key, did you mean sources?"],
    ["letters swapped", "souces:\n  - ~/w1\n", "line 1: souces: unknown key, did you mean sources?"],
    [
      "an equals sign",
      "auth_team_dir = ~/team\n",
      "line 1: auth_team_dir = ~/team: unknown key, did you mean auth_team_dir?",
    ],
    ["no colon", "sources ~/w1\n", "line 1: sources ~/w1: unknown key, did you mean sources?"],
    [
      "another colon",
      "sources\uff1a ~/w1\n",
      "line 1: sources\uff1a ~/w1: unknown key, did you mean sources?",
    ],
    [
      "letters of another script",
      "s\u043eurces: ~/w1\n",
      "line 1: s\u043eurces: unknown key, did you mean sources?",
    ],
    ["as an item", "- sources: ~/w1\n", "line 1: - sources: unknown key, did you mean sources?"],
    ["as a question", "? sources\n: ~/w1\n", "line 1: ? sources: unknown key, did you mean sources?"],
    [
      "below another unknown key",
      "pool:\n  source: ~/w1\n",
      "line 2: source: unknown key, did you mean sources?",
    ],
    [
      "where the right one is empty",
      "sources:\nsource: ~/w1\n",
      "line 2: source: unknown key, did you mean sources?",
    ],
    ["no path: ~", "auth_team_dir: ~\n", "line 1: auth_team_dir: ~ is no path; write ~/ for your home"],
    [
      "no path: null",
      "state_file: null # none\n",
      "line 1: state_file: null is no path; remove the line to leave state_file unset",
    ],
    [
      "sources that are no paths",
      "strategy: hash\nsources: NULL\n",
      "line 2: sources: NULL is no path; remove the line to leave sources unset",
    ],
    [
      "records for sources",
      "sources:\n  - path: ~/w1\n    weight: 2\n",
      "line 1: sources: its items must be texts",
    ],
    ["one record for sources", "sources:\n  path: ~/w1\n", "line 1: sources: its items must be texts"],
    ["braces for sources", "sources: {path: ~/w1}\n", "line 1: sources: its items must be texts"],
    ["lists in a list", "sources: [[~/w1], [~/w2]]\n", "line 1: sources: its items must be texts"],
    ["numbers as items", "sources: [1, null]\n", "line 1: sources: its items must be texts"],
    ["nothing but empty items", 'sources: ["", ""]\n', "line 1: sources: its items are empty"],
    ["null as the only item", "sources: [null]\n", "line 1: sources: its items must be texts"],
    ["a word left out", "auth_dir: ~/team\n", "line 1: auth_dir: unknown key, did you mean auth_team_dir?"],
    [
      "another word left out",
      "team-dir: ~/team\n",
      "line 1: team-dir: unknown key, did you mean auth_team_dir?",
    ],
    [
      "a glob's word left out",
      "auth_glob: x\n",
      "line 1: auth_glob: unknown key, did you mean auth_team_glob?",
    ],
    ["in braces", "{\n  sourcs: [~/w1]\n}\n", "line 2: sourcs: unknown key, did you mean sources?"],
    ["in JSON", '{"source": ["~/w1"]}\n', "line 1: source: unknown key, did you mean sources?"],
    ["nothing as an item", "sources: [~, ~/w1]\n", "line 1: sources: its items must be texts"],
    [
      "an alias of nobody",
      "auth_team_dir: *t\n",
      "line 1: auth_team_dir: Unresolved alias (the anchor must be set before the alias): t",
    ],
    ["a list without an end", "strategy: hash\nsources: [~/w1,\n", "line 2: sources: "],
    ["braces in YAML's way", "sources: [$HOME/w1, ${HOME}/w2]\n", "line 1: sources: "],
    ["a map without an end", "{sources: [~/w1],\n", "line "],
    ["NUL bytes", "s\0o\0u\0", "it holds NUL bytes, as UTF-16 does; save it as UTF-8"],
  ])("%s", async (_, text, why) => {
    const { pool, short } = poolWith(text);
    for (const words of [["where"], ["list"], ["pick", "--worker", "w", "--base", "b"], ["reset-state"]]) {
      const { code, out, err } = await pool.cap(...words);
      expect([code, out, short(err).slice(0, `❌ cannot read <config>: ${why}`.length)])
        .toEqual([1, "", `❌ cannot read <config>: ${why}`]);
    }
  });

  test("UTF-16", async () => {
    const { pool, file } = poolWith(Buffer.from("\ufeffsources: [~/w1]\n", "utf16le"));
    expect(await pool.cap("list")).toEqual({
      code: 1,
      out: "",
      err: `❌ cannot read ${file}: it is not valid UTF-8\n`,
    });
  });
});

describe("what a configuration says that nobody understands", () => {
  test("is named on stderr and by `where`, and the rest counts", async () => {
    const text = "sources: ~/w1\nowner: me\nnotes:\n  one: 1\n  two: [2]\nhello\n  - more\n\x1b[31m: x\n";
    const { pool, short } = poolWith(text);
    const words = [
      "line 2: owner",
      "line 3: notes",
      "line 6: hello",
      "line 7: - more",
      "line 8: \\u{1b}[31m",
    ];
    const err = words.map((each) => `⚠️ <config>: not understood, left out: ${each}\n`).join("");
    const list = await pool.cap("list");
    expect([list.code, short(list.out), short(list.err)]).toEqual([0, "~/w1\n", err]);
    const where = await pool.cap("where");
    expect(short(where.out)).toContain(`\nnot_understood:\n${words.map((each) => `  - ${each}\n`).join("")}`);
  });

  test.each<[text: string, env: Record<string, string>]>([
    ["sources: ~/w1\nsource: ~/w2\n", {}],
    ["source: ~/w2\n", { CAP_SOURCES: "~/w1" }],
  ])("is only named where it looks like a key that is set: %j", async (text, env) => {
    const { pool, short } = poolWith(text);
    Object.assign(pool.env, env);
    const { code, out, err } = await pool.cap("list");
    expect([code, short(out)]).toEqual([0, "~/w1\n"]);
    expect(short(err)).toMatch(/^⚠️ <config>: not understood, left out: line \d: source\n$/);
  });

  test("is also named in braces", async () => {
    const { pool, short } = poolWith("{sources: ~/w1, owner: me,\n pool: {strategy: hash}}\n");
    const { code, out, err } = await pool.cap("list");
    expect([code, short(out), short(err)]).toEqual([
      0,
      "~/w1\n",
      "⚠️ <config>: not understood, left out: line 1: owner\n",
    ]);
  });

  test("is nothing where all is understood", async () => {
    const { pool } = poolWith("# note\n---\nsources: ~/w1\npool:\n  strategy: hash\nbase: &b x\n...\n");
    const { out, err } = await pool.cap("where");
    expect([err, out.includes("not_understood")]).toEqual(["", false]);
  });
});
