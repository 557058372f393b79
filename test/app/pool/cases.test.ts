import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { TREE } from "../../../rig/codex.ts";
import { poolWorld } from "./pool_world.ts";

// Files as people have them: each is in testdata as it came, and none is left out here.
const CASES = join(TREE, "test/testdata/cases/pool");
const WORKER = ["--worker", "w", "--base", "b"];

/** What is said of each auth file; undefined = it is handed out. */
const AUTH: Readonly<Record<string, string | undefined>> = {
  "auth/account_null/auth.json": undefined,
  "auth/apikey_num/auth.json": "its OPENAI_API_KEY is a number, no text",
  "auth/camel/auth.json": "it has no id_token, but idToken",
  "auth/chatgpt_with_key/auth.json": undefined,
  "auth/empty_access/auth.json": undefined,
  "auth/empty_id/auth.json": "its id_token is empty",
  "auth/extra/auth.json": undefined,
  "auth/id_not_jwt/auth.json": "its id_token is no JWT",
  "auth/id_two_parts/auth.json": "its id_token is no JWT",
  "auth/key_empty/auth.json": "its OPENAI_API_KEY is empty",
  "auth/key_only_lower/auth.json": "it has no OPENAI_API_KEY, but openai_api_key",
  "auth/lr_bad/auth.json": "its last_refresh is no time that Codex can read",
  "auth/lr_local/auth.json": "its last_refresh has no time zone",
  "auth/lr_null/auth.json": undefined,
  "auth/lr_offset/auth.json": undefined,
  "auth/mode_api_key/auth.json": undefined,
  "auth/mode_api_notoken/auth.json": "it has no OPENAI_API_KEY",
  "auth/mode_external/auth.json": undefined,
  "auth/mode_missing/auth.json": undefined,
  "auth/mode_unknown/auth.json": 'its auth_mode "foo" is unknown to Codex',
  "auth/no_access/auth.json": "it has no access_token",
  "auth/no_account/auth.json": undefined,
  "auth/no_id/auth.json": "it has no id_token",
  "auth/nomode_both/auth.json": undefined,
  "auth/null_refresh/auth.json": "it has no refresh_token",
  "auth/number/auth.json": "it holds no login",
  "auth/ok/auth.json": undefined,
  "auth/tokens_array/auth.json": "its tokens are a list, no object",
  "auth/tokens_empty/auth.json": "its tokens are empty",
  "auth/toplevel_array/auth.json": "it is a list, no object",
  "auth-encodings/bom.json": "it starts with a byte order mark (BOM)",
  "auth-encodings/crlf.json": undefined,
  "auth-encodings/jsonc.json": "it is no JSON: it has comments (JSONC)",
  "auth-encodings/trailing.json": undefined,
  "auth-encodings/two-objects.json": "it is no JSON: it holds more than one JSON object",
  "auth-encodings/utf16.json": "it is UTF-16, and Codex reads UTF-8 only",
  "foreign/array/accounts.json": "it is a list of accounts, no auth file of Codex",
  "foreign/hermes/auth.account-a.json": undefined,
  "foreign/hermes/auth.account-b.json": undefined,
  "foreign/hermes/auth.json": undefined,
  "foreign/hermes/config.toml": "it is no JSON: it holds settings: it is the settings of a Codex home",
  "foreign/hermes/history.jsonl": "it is the history of a Codex home, no auth file of Codex",
  "foreign/session/session.json":
    "it is the session of the ChatGPT page (session.json), no auth file of Codex",
};

describe("pick-auth meets a file as people have it", () => {
  test.each(filesIn("auth", "auth-encodings", "foreign"))("%s", async (file) => {
    expect(Object.keys(AUTH)).toContain(file);
    const pool = poolWorld();
    const path = join(pool.team, basename(file));
    writeFileSync(path, readFileSync(join(CASES, file)));
    const problem = AUTH[file];
    const named = `⚠️ passed over: ${path}: ${problem}\n`;
    expect(await pool.cap("pick-auth", ...WORKER)).toEqual(
      problem === undefined
        ? { code: 0, out: `${path}\n`, err: "" }
        : { code: 1, out: "", err: `${named}❌ no auth file under ${pool.team} can be used\n` },
    );
    if (problem === undefined) return;
    const other = pool.auth("zz.json");
    expect(await pool.cap("pick-auth", ...WORKER)).toEqual({ code: 0, out: `${other}\n`, err: named });
  });
});

const LONG = "/home/someone/with/a/rather/long/path/to/codex-homes";
const LONG_TEAM = `${LONG}/a-team-directory-with-a-very-long-name-that-exceeds-eighty-columns`;
const [BOTH, OWN] = ["~/w1 ~/w2", "~/.codex"];
const missing = (...paths: readonly string[]) => ({ missing: paths });

/** The sources that are used, or not found, and the team directory; or the reason for a refusal. */
const YAML: Readonly<
  Record<string, readonly [sources: string | { missing: readonly string[] }, rest?: string] | string>
> = {
  "yaml/after-prettier.yaml": [missing(`${LONG}/w1`, `${LONG}/w2`, `${LONG}/w3`), LONG_TEAM],
  "yaml/alias-scalar.yaml": [OWN, "~/team"],
  "yaml/anchor-item.yaml": [BOTH, "~/team"],
  "yaml/anchor.yaml": [BOTH],
  "yaml/bare-flow.yaml": [BOTH],
  "yaml/before-prettier.yaml": [missing(`${LONG}/w1`, `${LONG}/w2`, `${LONG}/w3`), LONG_TEAM],
  "yaml/blocks.yaml": [BOTH, "~/team"],
  "yaml/bom.yaml": ["~/w1", "~/team"],
  "yaml/case.yaml": [OWN],
  "yaml/colon.yaml": [missing("~/w1:~/w2")],
  "yaml/comment-then-list.yaml": [BOTH],
  "yaml/comment.yaml": [OWN, "~/my team"],
  "yaml/crlf.yaml": [BOTH, "~/team; team_cycle"],
  "yaml/dir-nextline.yaml": [OWN, "~/team"],
  "yaml/dup.yaml": [OWN, "; team_cycle"],
  "yaml/empty.yaml": [OWN],
  "yaml/flow-comments.yaml": [BOTH],
  "yaml/flow-multiline.yaml": [BOTH],
  "yaml/flow.yaml": [BOTH, "~/team"],
  "yaml/glob-star.yaml": [missing("~/missing"), "; *.json"],
  "yaml/list-comments.yaml": [BOTH],
  "yaml/nested.yaml": [BOTH, "~/team; limits"],
  "yaml/nextline-plain.yaml": [BOTH],
  "yaml/nospace.yaml": ["~/w1", "~/team"],
  "yaml/nulls.yaml": "line 1: auth_team_dir: ~ is no path; write ~/ for your home",
  "yaml/objects.yaml": "line 1: sources: its items must be texts",
  "yaml/open-bracket.yaml": [BOTH, "~/team"],
  "yaml/prettier-nextline.yaml": [BOTH],
  "yaml/single-flow.yaml": [BOTH],
  "yaml/spaces.yaml": [missing("~/w1 ~/w2")],
  "yaml/tabs.yaml": [BOTH, "~/team"],
  "yaml/trailing-comma.yaml": [BOTH],
  "yaml/typo-source.yaml": "line 1: source: unknown key, did you mean sources?",
  "yaml/utf16.yaml": "it is not valid UTF-8",
  "yaml/vars.yaml": "line 2: sources: Missing , or : between flow sequence items",
  "yaml/winpath.yaml": [OWN, "<skill>/C:\\\\Users\\\\me\\\\team"],
  "yaml/wrapped-plain.yaml": [BOTH],
  "yaml/wrongkeys.yaml": "line 1: auth_team_dir = ~/team: unknown key, did you mean auth_team_dir?",
};

describe("where reads a configuration as people write it", () => {
  test.each(filesIn("yaml"))("%s", async (file) => {
    const expected = YAML[file];
    expect(expected, `${file} has a row`).toBeDefined();
    const pool = poolWorld();
    for (const key of Object.keys(pool.env)) if (key.endsWith("AUTH_TEAM_DIR")) delete pool.env[key];
    for (const name of ["w1", "w2", "team", "my team", ".codex"]) mkdirSync(join(pool.dir, "home", name));
    const config = join(pool.skill, "scripts", "cap_config.yaml");
    writeFileSync(config, readFileSync(join(CASES, file)));
    const said = await pool.cap("where");
    const short = (text: string) =>
      text.replaceAll(config, "<config>").replaceAll(`${pool.dir}/home`, "~").replaceAll(
        pool.skill,
        "<skill>",
      );
    if (typeof expected === "string") {
      expect([said.code, said.out, short(said.err)]).toEqual([
        1,
        "",
        `❌ cannot read <config>: ${expected}\n`,
      ]);
      return;
    }
    const [sources, rest = ""] = expected!;
    const lines = short(said.out).split("\n");
    const of = (label: string) =>
      lines.find((line) => line.startsWith(`${label}:`))?.slice(label.length + 1).trim();
    const others = [of("auth_strategy"), of("auth_team_glob"), of("not_understood")]
      .filter((value) => ![undefined, "balanced", "*"].includes(value));
    const used = lines.filter((line) => line.startsWith("  - ")).map((line) => line.slice(4)).join(" ");
    const lost = short(said.err).split("\n").filter((line) => line.includes("Missing: "))
      .map((line) => line.split("Missing: ")[1]);
    expect([said.code, used, lost, [of("auth_team_dir"), ...others].join("; ")]).toEqual([
      0,
      typeof sources === "string" ? sources : "",
      typeof sources === "string" ? [] : sources.missing,
      rest,
    ]);
  });
});

function filesIn(...kinds: readonly string[]): string[] {
  return kinds.flatMap((kind) =>
    readdirSync(join(CASES, kind), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(CASES.length + 1).replaceAll("\\", "/"))
  ).sort();
}
