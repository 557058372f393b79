import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import type { Launch } from "../../../lib/core/shell/launch.ts";
import { system } from "../../../lib/io/platform/here.ts";
import { parseToml } from "../../../lib/io/formats.ts";
import type { Exit } from "../../../lib/io/process/spawn.ts";
import { authFile, type Given, type World, world } from "../world.ts";

const USUAL = 'cli_auth_credentials_store = "file"\n\n[features]\ndaemon_auto_start = false\n';
const QUESTION = /Use your (.*) of ~\/\.codex in new sessions\? \[y\/N\] /;

interface Made {
  readonly user: World;
  /** `~/.codex`. */
  readonly codex: string;
  run(line: string, given?: Given): Promise<unknown>;
  /** Writes a file of `~/.codex`. */
  has(name: string, text: string): void;
  /** The settings of a session as Codex reads them. */
  settings(alias: string): unknown;
  json(line: string): Promise<Record<string, never> & { sessions: never[] }>;
}

function made(files: Readonly<Record<string, string>> = {}): Made {
  const user = world();
  const codex = join(dirname(user.layout.root), ".codex");
  const run = async (line: string, given: Given = {}) => {
    [user.out, user.err] = ["", ""];
    return await main(user.host({ ...given, args: line.split(" ").filter((word) => word !== "") }));
  };
  const has = (name: string, text: string) => {
    mkdirSync(dirname(join(codex, name)), { recursive: true });
    writeFileSync(join(codex, name), text);
  };
  for (const [name, text] of Object.entries(files)) has(name, text);
  return {
    user,
    codex,
    run,
    has,
    settings: (alias) => parseToml(user.read("sessions", alias, "config.toml"), "config.toml"),
    async json(line) {
      expect(await run(`${line} --json`)).toBe(0);
      return JSON.parse(user.out);
    },
  };
}

const FILES = {
  "AGENTS.md": "Be brief.\n",
  "skills/mine/SKILL.md": "---\nname: mine\n---\n",
  "rules/default.rules": "\n",
  "config.toml": 'model = "gpt-a"\nforced_login_method = "api"\n',
};
const logsInAs = (email: string) => (launch: Launch): Exit => {
  writeFileSync(join(launch.env.CODEX_HOME!, "auth.json"), authFile(email));
  return { code: 0 };
};
const logsIn = logsInAs("me@x");
const terminal = (answer: string, email = "me@x"): Given => ({
  isTerminal: true,
  answer,
  foreground: logsInAs(email),
});
const session = (user: World, alias: string, name: string) => user.path("sessions", alias, name);
/** Everything in a folder: texts, targets of links. */
function contentOf(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true }) as string[]) {
    const stat = lstatSync(join(folder, name));
    if (stat.isSymbolicLink()) found[name] = `-> ${readlinkSync(join(folder, name))}`;
    else if (stat.isFile()) found[name] = readFileSync(join(folder, name), "utf8");
  }
  return found;
}

describe("the question at the first `new`", () => {
  it("is asked once on a terminal, and yes gives new sessions links and derived settings", async () => {
    const { user, codex, run, settings } = made(FILES);
    expect(await run("new a", terminal("y"))).toBe(0);
    expect(QUESTION.exec(user.err)?.[1]).toBe("AGENTS.md, skills, rules and settings");
    expect(user.err).toContain(`note: not taken over from ${codex}/config.toml: forced_login_method\n`);
    for (const name of ["AGENTS.md", "skills", "rules"]) {
      expect(readlinkSync(session(user, "a", name))).toBe(join(codex, name));
    }
    expect(existsSync(session(user, "a", "prompts"))).toBe(false);
    expect(settings("a")).toEqual({
      model: "gpt-a",
      cli_auth_credentials_store: "file",
      features: { daemon_auto_start: false },
    });
    expect(statSync(session(user, "a", "config.toml")).mode & 0o777).toBe(0o600);
    expect(statSync(session(user, "a", "shared.json")).mode & 0o777).toBe(0o600);
    expect(await run("new b", terminal("n", "you@x"))).toBe(0);
    expect(user.err).not.toMatch(QUESTION);
    expect(settings("b")).toEqual(settings("a"));
    // Only `config init` writes our own settings.
    expect(user.has("config.toml")).toBe(false);
  });

  it("answered with no, or with Enter, is not asked again, and nothing is shared", async () => {
    const { user, run } = made(FILES);
    await run("new a", terminal(""));
    expect(user.err).toMatch(QUESTION);
    await run("new b", terminal("y", "you@x"));
    expect(user.err).not.toMatch(QUESTION);
    for (const alias of ["a", "b"]) {
      expect(readdirSync(user.path("sessions", alias)).sort()).toEqual(["auth.json", "config.toml"]);
      expect(user.read("sessions", alias, "config.toml")).toBe(USUAL);
    }
  });

  it.each<[string, Readonly<Record<string, string>>, string, Given]>([
    ["without a terminal", FILES, "new a", { foreground: logsIn, answer: "y" }],
    ["for a printed command", FILES, "new a --print-command", terminal("y")],
    ["when there is nothing to share", { "auth.json": "{}" }, "new a", terminal("y")],
    ["when the settings name a source", FILES, "new a", terminal("y")],
  ])("is not asked %s", async (why, files, line, given) => {
    const { user, codex, run } = made(files);
    if (why.endsWith("source")) user.write(`[sessions]\nshare_from = "${codex}"\n`, "config.toml");
    expect(await run(line, given)).toBe(0);
    expect(user.err).not.toMatch(QUESTION);
    expect(user.has("state", "sharing.json")).toBe(false);
    expect(user.has("sessions", "a", "shared.json")).toBe(why.endsWith("source"));
  });

  it("left by Ctrl-C ends the command: nothing is made, and it is asked again", async () => {
    const { user, run } = made(FILES);
    expect(await run("new a", { ...terminal("y"), answers: [undefined] })).toBe("SIGINT");
    expect(user.has("sessions", "a")).toBe(false);
    await run("new a", terminal("y"));
    expect(user.err).toMatch(QUESTION);
  });

  it("comes for a new session only", async () => {
    const { user, run } = made(FILES);
    user.session("a", { "auth.json": authFile("me@x") });
    await run("new a", terminal("y"));
    expect(user.err).not.toMatch(QUESTION);
  });
});

describe("the settings share_from and share", () => {
  it("name another folder, and what of it is shared", async () => {
    const { user, run } = made(FILES);
    const other = join(dirname(user.layout.root), "set up");
    mkdirSync(join(other, "hooks"), { recursive: true });
    writeFileSync(join(other, "AGENTS.md"), "other");
    user.write('[sessions]\nshare_from = "~/set up"\nshare = ["hooks"]\n', "config.toml");
    expect(await run("new a --print-command")).toBe(0);
    expect(readlinkSync(session(user, "a", "hooks"))).toBe(join(other, "hooks"));
    expect(existsSync(session(user, "a", "AGENTS.md"))).toBe(false);
  });

  it.each(["auth.json", "../x", "config.toml", "sessions"])("never share %s", async (name) => {
    const { user, run } = made({ ...FILES, "auth.json": "{}" });
    user.write(`[sessions]\nshare_from = "~/.codex"\nshare = ["${name}"]\n`, "config.toml");
    expect(await run("new a --print-command")).toBe(0);
    expect(user.err).toContain(`warning: "a" shares nothing: Cannot share "${name}"`);
    expect(readdirSync(user.path("sessions", "a"))).toEqual(["config.toml"]);
    expect(await run("share a")).toBe(1);
  });

  it("do without a source that is gone: the session is made all the same", async () => {
    const { user, run } = made();
    user.write('[sessions]\nshare_from = "~/.codex"\n', "config.toml");
    expect(await run("new a --print-command")).toBe(0);
    expect(user.err).toContain('"a" shares nothing: Cannot share from');
    expect(user.read("sessions", "a", "config.toml")).toBe(USUAL);
  });
});

describe("agentlb share", () => {
  it("says what it would do and changes nothing, then does it", async () => {
    const { user, codex, json, run } = made(FILES);
    user.session("a", { "config.toml": '# mine\nmodel = "gpt-own"\n', "AGENTS.md": "own" });
    const before = contentOf(user.path("sessions", "a"));
    const states = (output: { sessions: { links: { name: string; state: string }[] }[] }) =>
      output.sessions[0]!.links.map(({ name, state }) => `${name} ${state}`);
    const dry = await json("share --dry-run");
    expect(dry).toMatchObject({ schema: "agentlb.share/1", from: codex, isDryRun: true });
    expect(states(dry)).toEqual(["AGENTS.md own", "prompts missing", "skills toMake", "rules toMake"]);
    expect(dry.sessions[0]).toMatchObject({
      settings: { state: "toMake", leftOut: ["forced_login_method"] },
    });
    expect(contentOf(user.path("sessions", "a"))).toEqual(before);
    expect(user.has("state", "sharing.json")).toBe(false);
    const done = await json("share");
    expect(states(done)).toEqual(["AGENTS.md own", "prompts missing", "skills made", "rules made"]);
    expect(user.read("sessions", "a", "AGENTS.md")).toBe("own");
    expect(states(await json("share"))).toEqual([
      "AGENTS.md own",
      "prompts missing",
      "skills linked",
      "rules linked",
    ]);
    // Without an alias, new sessions share as well.
    await run("new b --print-command");
    expect(user.has("sessions", "b", "shared.json")).toBe(true);
  });

  it("links into a folder that the session has, and leaves what is in it", async () => {
    const { user, codex, run } = made({
      ...FILES,
      "skills/both/SKILL.md": "theirs",
      "skills/.system/x": "",
      "skills/.more/x": "",
    });
    user.session("a", { "config.toml": USUAL });
    mkdirSync(session(user, "a", "skills/both"), { recursive: true });
    mkdirSync(session(user, "a", "skills/.system"), { recursive: true });
    writeFileSync(session(user, "a", "skills/both/SKILL.md"), "own");
    expect(await run("share a")).toBe(0);
    expect(user.out).toContain("  skills: the session has its own, which stays\n");
    expect(user.out).toContain("  skills/mine: linked\n");
    expect(readlinkSync(session(user, "a", "skills/mine"))).toBe(join(codex, "skills/mine"));
    expect(user.read("sessions", "a", "skills/both/SKILL.md")).toBe("own");
    await run("share --undo a");
    expect(readdirSync(session(user, "a", "skills")).sort()).toEqual([".system", "both"]);
  });

  it("skips a session whose home is the source itself", async () => {
    const { user, codex, run } = made(FILES);
    mkdirSync(user.path("sessions"), { recursive: true });
    symlinkSync(codex, user.path("sessions", "a"));
    const before = contentOf(codex);
    expect(await run("share a")).toBe(0);
    expect(user.out).toBe(`a: its home is ${codex} itself\n`);
    expect(contentOf(codex)).toEqual(before);
  });

  it("skips a session whose home is the user's own, also when it shares from elsewhere", async () => {
    const { user, codex, run } = made(FILES);
    const other = join(dirname(codex), "other");
    mkdirSync(other);
    writeFileSync(join(other, "config.toml"), 'model = "gpt-b"\n');
    user.write('[sessions]\nshare_from = "~/other"\n', "config.toml");
    mkdirSync(user.path("sessions"), { recursive: true });
    symlinkSync(codex, user.path("sessions", "a"));
    const before = contentOf(codex);
    expect(await run("share a")).toBe(0);
    expect(user.out).toBe(`a: its home is ${codex} itself\n`);
    expect(contentOf(codex)).toEqual(before);
  });

  it("shares with the others when the system refuses one", async () => {
    const { user, run } = made(FILES);
    user.session("a", { "config.toml": USUAL });
    user.session("b", { "config.toml": USUAL });
    await run("share a");
    symlinkSync("config.local.toml", session(user, "a", "config.local.toml"));
    expect(await run("share")).toBe(1);
    expect(user.err).toMatch(/agentlb: error: "a": .*ELOOP/);
    expect(user.has("sessions", "b", "shared.json")).toBe(true);
  });

  it("leaves a link of the user's to the same place to the user", async () => {
    const { user, codex, run } = made(FILES);
    user.session("a", { "config.toml": USUAL });
    symlinkSync(join(codex, "AGENTS.md"), session(user, "a", "AGENTS.md"));
    await run("share a");
    expect(user.out).toContain("  AGENTS.md: is linked\n");
    await run("share --undo a");
    expect(readlinkSync(session(user, "a", "AGENTS.md"))).toBe(join(codex, "AGENTS.md"));
    expect(existsSync(session(user, "a", "skills"))).toBe(false);
  });

  it("says once that there is nothing to share from", async () => {
    const { user, codex, run } = made();
    user.session("a");
    user.session("b");
    expect(await run("share")).toBe(1);
    expect(user.err).toMatch(
      `agentlb: error: Cannot share from ${codex}: there is no such folder\nagentlb: hint: name`,
    );
    expect(user.has("state", "sharing.json")).toBe(false);
  });

  it("leaves a login in a keyring where it is", async () => {
    const { user, run, settings } = made({
      ...FILES,
      "config.toml": 'cli_auth_credentials_store = "file"\n',
    });
    user.session("a", { "config.toml": 'cli_auth_credentials_store = "keyring"\n' });
    await run("share a");
    expect(settings("a")).toMatchObject({ cli_auth_credentials_store: "keyring" });
  });

  it("follows another source, and forgets the links to the former one", async () => {
    const { user, codex, run } = made(FILES);
    user.session("a", { "config.toml": USUAL });
    await run("share a");
    const other = join(dirname(codex), "other");
    mkdirSync(join(other, "skills"), { recursive: true });
    user.write('[sessions]\nshare_from = "~/other"\n', "config.toml");
    await run("share a");
    expect(readlinkSync(session(user, "a", "skills"))).toBe(join(other, "skills"));
  });

  it("refuses to take a config.local.toml for its own that it did not write", async () => {
    const { user, run } = made(FILES);
    user.session("a", { "config.toml": "x = 1\n", "config.local.toml": "y = 1\n" });
    user.session("b", { "config.toml": "x = 1\n" });
    expect(await run("share")).toBe(1);
    expect(user.err).toContain("config.local.toml is there already");
    expect(user.read("sessions", "a", "config.toml")).toBe("x = 1\n");
    expect(user.has("sessions", "b", "shared.json")).toBe(true);
  });
});

describe("agentlb share --undo", () => {
  it.each<[string, string | undefined]>([
    ["the usual settings", USUAL],
    ["settings of its own", '# mine\nmodel = "own" # why\n\n[features]\ndaemon_auto_start = false\n'],
    ["no settings", undefined],
  ])("gives %s back byte for byte, and leaves nothing of ours", async (_, text) => {
    const { user, codex, run } = made(FILES);
    user.session("a", {
      "auth.json": authFile("me@x"),
      ...text === undefined ? {} : { "config.toml": text },
    });
    const before = contentOf(user.path("sessions", "a"));
    const source = contentOf(codex);
    await run("share a");
    expect(contentOf(user.path("sessions", "a"))).not.toEqual(before);
    expect(await run("share --undo --dry-run a")).toBe(0);
    expect(user.has("sessions", "a", "shared.json")).toBe(true);
    expect(await run("share --undo a")).toBe(0);
    expect(user.out).toContain("links removed: AGENTS.md, skills, rules");
    const { "shared.lock": _lock, ...after } = contentOf(user.path("sessions", "a"));
    expect(after).toEqual(before);
    expect(contentOf(codex)).toEqual(source);
    await run("share --undo a");
    expect(user.out).toBe("a: shares nothing\n");
  });

  it("keeps what was written into the settings meanwhile, even when the source is gone", async () => {
    const { user, codex, run, settings } = made(FILES);
    user.session("a", { "config.toml": 'personality = "friendly"\n' });
    await run("share a");
    const path = session(user, "a", "config.toml");
    writeFileSync(path, `${readFileSync(path, "utf8")}\n[projects."/w"]\ntrust_level = "trusted"\n`);
    rmSync(codex, { recursive: true });
    expect(await run("share --undo a")).toBe(0);
    expect(settings("a")).toEqual({
      personality: "friendly",
      projects: { "/w": { trust_level: "trusted" } },
    });
    expect(readdirSync(user.path("sessions", "a")).sort()).toEqual(["config.toml", "shared.lock"]);
  });

  it("leaves what has taken the place of a link", async () => {
    const { user, run } = made(FILES);
    user.session("a", { "config.toml": USUAL });
    await run("share a");
    rmSync(session(user, "a", "AGENTS.md"));
    writeFileSync(session(user, "a", "AGENTS.md"), "own now");
    await run("share --undo a");
    expect(user.out).toContain("left, as they are no links of ours any more: AGENTS.md");
    expect(user.read("sessions", "a", "AGENTS.md")).toBe("own now");
  });

  it.each<[string, string | undefined]>([
    ["of its own", 'personality = "friendly" # mine\n'],
    ["that are the usual ones", USUAL],
    ["that nobody had made", undefined],
  ])("cut short after it gave settings back, %s, leaves them alone when it is done again", async (_, own) => {
    const { user, run } = made(FILES);
    user.session("a", own === undefined ? {} : { "config.toml": own });
    await run("share a");
    const path = session(user, "a", "config.toml");
    writeFileSync(path, `${readFileSync(path, "utf8")}\n[projects."/w"]\ntrust_level = "trusted"\n`);
    // A file that is too long to look into stops it between the settings and the links.
    const stone = session(user, "a", "stone.config.toml");
    writeFileSync(stone, "");
    truncateSync(stone, 65 * 1024 * 1024);
    expect(await run("share --undo a")).toBe(1);
    const restored = readFileSync(path, "utf8");
    expect(restored).toContain("trusted");
    if (own === USUAL) expect(restored, "what it was, and what was written into it").toContain(USUAL);
    rmSync(stone);
    expect(await run("share --undo a")).toBe(0);
    expect(readFileSync(path, "utf8")).toBe(restored);
    expect(readdirSync(user.path("sessions", "a")).sort()).toEqual(["config.toml", "shared.lock"]);
  });

  it("keeps comments when it is done again after what was written had been taken over", async () => {
    const { user, run } = made(FILES);
    user.session("a", { "config.toml": 'personality = "friendly" # mine\n' });
    await run("share a");
    const path = session(user, "a", "config.toml");
    writeFileSync(path, `x = 1\n${readFileSync(path, "utf8")}`);
    // What a kill leaves between the session's own settings and the record of the next step.
    writeFileSync(session(user, "a", "config.local.toml"), 'x = 1\n\npersonality = "friendly" # mine\n');
    expect(await run("share --undo a")).toBe(0);
    expect(user.read("sessions", "a", "config.toml")).toBe('x = 1\n\npersonality = "friendly" # mine\n');
  });

  it("removes nothing of the user's behind a folder that has become a link", async () => {
    const { user, codex, run } = made({ ...FILES, "far/SKILL.md": "far" });
    symlinkSync(join(codex, "far"), join(codex, "skills", "linked"));
    user.session("a", { "config.toml": USUAL });
    mkdirSync(session(user, "a", "skills"));
    await run("share a");
    expect(existsSync(session(user, "a", "skills/linked"))).toBe(true);
    rmSync(session(user, "a", "skills"), { recursive: true });
    symlinkSync(join(codex, "skills"), session(user, "a", "skills"));
    const before = contentOf(codex);
    expect(await run("share --undo a")).toBe(0);
    expect(user.out).toContain("left, as they are no links of ours any more: skills/linked, skills/mine\n");
    expect(contentOf(codex)).toEqual(before);
  });

  it("without an alias ends it for new sessions too", async () => {
    const { user, run } = made(FILES);
    await run("share");
    await run("share --undo");
    await run("new a --print-command");
    expect(user.has("sessions", "a", "shared.json")).toBe(false);
  });
});

describe("the derived settings", () => {
  async function shared(own = 'personality = "friendly"\n') {
    const there = made(FILES);
    there.user.session("a", { "config.toml": own, "auth.json": authFile("me@x") });
    await there.run("share a");
    const edit = (change: (text: string) => string) => {
      const path = session(there.user, "a", "config.toml");
      writeFileSync(path, change(readFileSync(path, "utf8")));
    };
    return { ...there, edit };
  }

  it("are made anew before a run when the user's have changed, and only then", async () => {
    const { user, has, run, settings } = await shared();
    const made = readFileSync(session(user, "a", "config.toml"), "utf8");
    const { ino } = statSync(session(user, "a", "config.toml"));
    await run("new a");
    expect(statSync(session(user, "a", "config.toml")).ino).toBe(ino);
    has("config.toml", 'model = "gpt-b"\nhistory = {}\n');
    await run("new a");
    expect(settings("a")).toMatchObject({ model: "gpt-b", personality: "friendly" });
    expect(user.err).toMatch(/note: not taken over from \S+: history\n/);
    has("config.toml", 'model = "gpt-a"\nhistory = {}\n');
    await run("new a --print-command");
    expect(user.err).not.toContain("not taken over");
    expect(readFileSync(session(user, "a", "config.toml"), "utf8")).toBe(made);
  });

  it("give way to the session's own, whenever that changes", async () => {
    const { user, run, settings } = await shared();
    expect(settings("a")).toMatchObject({ model: "gpt-a", personality: "friendly" });
    user.write('model = "gpt-own"\n', "sessions", "a", "config.local.toml");
    await run("new a");
    expect(settings("a")).toEqual({
      model: "gpt-own",
      cli_auth_credentials_store: "file",
      features: { daemon_auto_start: false },
    });
  });

  it("keep what Codex or the user wrote into them, and what they removed", async () => {
    const { user, edit, has, run, settings } = await shared();
    edit((text) =>
      `${text.replace('model = "gpt-a"', 'model = "gpt-picked"')}\n[projects."/w"]\ntrust_level = "trusted"\n`
    );
    has("config.toml", 'model = "gpt-b"\nweb_search = "live"\n[mcp_servers.docs]\ncommand = "docs"\n');
    await run("new a");
    expect(settings("a")).toMatchObject({
      model: "gpt-picked",
      web_search: "live",
      personality: "friendly",
      projects: { "/w": { trust_level: "trusted" } },
      mcp_servers: { docs: { command: "docs" } },
    });
    edit((text) => text.replace('[mcp_servers.docs]\ncommand = "docs"\n', ""));
    has(
      "config.toml",
      'model = "gpt-c"\n[mcp_servers.docs]\ncommand = "docs"\n[mcp_servers.more]\ncommand = "more"\n',
    );
    await run("new a");
    expect(settings("a")).toMatchObject({ model: "gpt-picked", mcp_servers: { more: { command: "more" } } });
    expect(settings("a")).not.toHaveProperty("mcp_servers.docs");
    expect(user.read("sessions", "a", "config.local.toml")).toContain('model = "gpt-picked"');
  });

  it("name twenty of many settings that are left out", async () => {
    const { user, has, run } = await shared();
    has("config.toml", Array.from({ length: 30 }, (_, at) => `odd${at} = 1\n`).join(""));
    await run("new a");
    expect(user.err).toMatch(/not taken over from \S+: odd0, .*, odd19 and 10 more\n/);
  });

  it("stay as made last while the user's file is no TOML, which is said once", async () => {
    const { user, has, run, settings } = await shared();
    const before = settings("a");
    has("config.toml", "model = \n");
    await run("new a");
    expect(user.err).toMatch(
      /note: Cannot read \S+\/\.codex\/config\.toml: line 1, .*the settings made last stay\n/,
    );
    await run("new a");
    expect(user.err).not.toContain("Cannot read");
    expect(settings("a")).toEqual(before);
    has("config.toml", 'model = "gpt-d"\n');
    await run("new a");
    expect(settings("a")).toMatchObject({ model: "gpt-d" });
  });

  it("may be as long as a file of the user's that can be read, and can be undone", async () => {
    const { user, has, run, settings } = await shared();
    for (const model of ["gpt-d", "gpt-e"]) {
      has("config.toml", `model = "${model}"\ndeveloper_instructions = """${"\t\n".repeat(1_500_000)}"""\n`);
      await run("new a");
    }
    expect(user.err).not.toContain("warning");
    expect(settings("a")).toMatchObject({ model: "gpt-e" });
    expect(await run("share --undo a")).toBe(0);
    expect(user.read("sessions", "a", "config.toml").length).toBeLessThan(1000);
  });

  it("stay as made last while the user's file is a link that leads nowhere", async () => {
    const { user, codex, run, settings } = await shared();
    const before = settings("a");
    rmSync(join(codex, "config.toml"));
    symlinkSync(join(codex, "away", "config.toml"), join(codex, "config.toml"));
    await run("new a");
    expect(user.err).toMatch(/config\.toml: it leads nowhere; the settings made last stay\n/);
    expect(settings("a")).toEqual(before);
  });

  it("stay as made last while the user's file is not UTF-8", async () => {
    const { user, codex, run, settings } = await shared();
    const before = settings("a");
    const latin = Buffer.from('model = "g\u00fcnstig"\n', "latin1");
    writeFileSync(join(codex, "config.toml"), latin);
    writeFileSync(join(codex, "p.config.toml"), latin);
    await run("new a");
    expect(user.err).toMatch(/config\.toml: it is not UTF-8; the settings made last stay\n/);
    expect(settings("a")).toEqual(before);
  });

  it("leave a file of the session's own alone that is not UTF-8", async () => {
    const { user, run } = made(FILES);
    const own = Buffer.from('personality = "friendly" # f\u00fcr\n', "latin1");
    user.session("a", { "config.toml": "" });
    writeFileSync(session(user, "a", "config.toml"), own);
    expect(await run("share a")).toBe(1);
    expect(user.err).toMatch(/error: "a": Cannot read \S+config\.toml: it is not UTF-8\n/);
    await run("share --undo a");
    expect(readFileSync(session(user, "a", "config.toml")).equals(own)).toBe(true);
  });

  it("are made when the user's file, broken at first, can be read", async () => {
    const there = made({ ...FILES, "config.toml": "broken" });
    there.user.session("a", { "config.toml": 'personality = "friendly"\n' });
    expect(await there.run("share a")).toBe(0);
    expect(there.settings("a")).toEqual({ personality: "friendly" });
    there.has("config.toml", 'model = "gpt-a"\n');
    await there.run("new a --print-command");
    expect(there.settings("a")).toMatchObject({ personality: "friendly", model: "gpt-a" });
  });

  it("are put back when the file is gone", async () => {
    const { user, run, settings } = await shared();
    const before = settings("a");
    rmSync(session(user, "a", "config.toml"));
    await run("new a");
    expect(settings("a")).toEqual(before);
  });

  it("never cost a run: what is wrong with them is only said", async () => {
    const { user, run } = await shared();
    user.write("{", "sessions", "a", "shared.json");
    expect(await run("new a")).toBe(0);
    expect(user.err).toMatch(/warning: Cannot renew the shared settings of \S+/);
  });

  it("are known as such with something written above them, also when their record is lost", async () => {
    const { user, edit, run, settings } = await shared(USUAL);
    edit((text) => `x = 1\n${text}`);
    rmSync(session(user, "a", "shared.json"));
    await run("share a");
    expect(settings("a")).toMatchObject({ x: 1n, model: "gpt-a" });
    await run("share --undo a");
    expect(settings("a")).not.toHaveProperty("model");
    expect(settings("a")).toMatchObject({ x: 1n });
  });

  it("are taken up again when their record is broken or lost", async () => {
    for (const text of ["{", undefined]) {
      const { user, edit, run, settings } = await shared();
      edit((text) => text.replace('model = "gpt-a"', 'model = "gpt-picked"'));
      const path = session(user, "a", "shared.json");
      if (text === undefined) rmSync(path);
      else {
        writeFileSync(path, text);
        expect(await run("share --undo a")).toBe(1);
        expect(user.err).toContain("hint: to make it anew: agentlb share <alias>\n");
      }
      expect(await run("share a")).toBe(0);
      expect(settings("a")).toMatchObject({ model: "gpt-picked", personality: "friendly" });
      expect(await run("share --undo a")).toBe(0);
      expect(user.out).toContain("links removed: AGENTS.md, skills, rules");
      expect(settings("a")).toEqual({ model: "gpt-picked", personality: "friendly" });
    }
  });
});

describe("profiles in files of their own", () => {
  const profile = (there: Made, name: string) =>
    parseToml(there.user.read("sessions", "a", `${name}.config.toml`), name);

  async function shared(): Promise<Made> {
    const there = made({
      ...FILES,
      "fast.config.toml": 'model = "gpt-fast"\nforced_login_method = "api"\n',
      "local.config.toml": 'model = "llama"\nmodel_provider = "ollama"\n',
      "own.config.toml": 'model = "theirs"\n',
    });
    const own = { "own.config.toml": 'model = "own"\n', "auth.json": authFile("me@x") };
    there.user.session("a", { "config.toml": USUAL, ...own });
    await there.run("share a");
    return there;
  }

  it("are derived like the settings, but for those that the session has", async () => {
    const there = await shared();
    expect(there.user.err).toContain(
      "forced_login_method, fast.config.toml: forced_login_method, local.config.toml: model, local.config.toml: model_provider\n",
    );
    expect(profile(there, "fast")).toEqual({ model: "gpt-fast" });
    expect(profile(there, "local")).toEqual({});
    expect(profile(there, "own")).toEqual({ model: "own" });
  });

  it("follow the user's, until they are changed here", async () => {
    const there = await shared();
    const { user } = there;
    there.has("fast.config.toml", 'model = "gpt-faster"\n');
    there.has("new.config.toml", 'model = "gpt-new"\n');
    rmSync(join(there.codex, "local.config.toml"));
    await there.run("new a");
    expect([profile(there, "fast"), profile(there, "new")]).toEqual([{ model: "gpt-faster" }, {
      model: "gpt-new",
    }]);
    expect(user.has("sessions", "a", "local.config.toml")).toBe(false);
    writeFileSync(
      session(user, "a", "fast.config.toml"),
      `${user.read("sessions", "a", "fast.config.toml")}x = 1\n`,
    );
    there.has("fast.config.toml", 'model = "gpt-fastest"\n');
    await there.run("new a");
    expect(profile(there, "fast")).toEqual({ model: "gpt-faster", x: 1n });
    await there.run("share --undo a");
    const left = readdirSync(user.path("sessions", "a")).filter((name) => name.endsWith(".config.toml"));
    expect(left.sort()).toEqual(["fast.config.toml", "own.config.toml"]);
  });

  it("that are no TOML stay as made last, which is said", async () => {
    const there = await shared();
    there.has("fast.config.toml", "broken");
    await there.run("new a");
    expect(there.user.err).toMatch(
      /note: Cannot read \S+fast\.config\.toml: .*; the profile stays as it is\n/,
    );
    expect(profile(there, "fast")).toEqual({ model: "gpt-fast" });
  });

  it("that are links are not written through", async () => {
    const there = await shared();
    rmSync(session(there.user, "a", "fast.config.toml"));
    symlinkSync(join(there.codex, "fast.config.toml"), session(there.user, "a", "fast.config.toml"));
    there.has("config.toml", "");
    const before = contentOf(there.codex);
    for (const line of ["new a", "share a", "share --undo a"]) await there.run(line);
    expect(contentOf(there.codex)).toEqual(before);
  });
});

describe("a config.toml that is a link", () => {
  function linked(): Made {
    const there = made(FILES);
    const { user, codex } = there;
    user.session("a", { "auth.json": authFile("me@x") });
    symlinkSync(join(codex, "config.toml"), session(user, "a", "config.toml"));
    return there;
  }

  it("stays, is said, and is not written through", async () => {
    const { user, codex, run } = linked();
    const before = contentOf(codex);
    expect(await run("share a")).toBe(0);
    expect(user.out).toContain("config.toml: a link, which stays");
    expect(user.err).toContain("agentlb share <alias> --replace-link");
    await run("new a");
    expect(user.err).not.toContain("is a link");
    expect(readlinkSync(session(user, "a", "config.toml"))).toBe(join(codex, "config.toml"));
    await run("share --undo a");
    expect(readlinkSync(session(user, "a", "config.toml"))).toBe(join(codex, "config.toml"));
    expect(contentOf(codex)).toEqual(before);
  });

  it.each<[string, string, Given]>([
    ["when asked for", "share a --replace-link", {}],
    ["when the question is answered with yes", "share a", { isTerminal: true, answer: "y" }],
  ])("is replaced by derived settings %s, and comes back", async (_, line, given) => {
    const { user, codex, run, settings } = linked();
    const before = contentOf(codex);
    expect(await run(line, given)).toBe(0);
    expect(lstatSync(session(user, "a", "config.toml")).isFile()).toBe(true);
    expect(settings("a")).toEqual({
      model: "gpt-a",
      cli_auth_credentials_store: "file",
      features: { daemon_auto_start: false },
    });
    expect(contentOf(codex)).toEqual(before);
    await run("share --undo a");
    expect(readlinkSync(session(user, "a", "config.toml"))).toBe(join(codex, "config.toml"));
    expect(contentOf(codex)).toEqual(before);
  });

  it("comes back also when the sharing was taken up again in the middle of its end", async () => {
    const { user, codex, run } = linked();
    await run("share a --replace-link");
    const path = session(user, "a", "shared.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"stage": "done"', '"stage": "undoing"'));
    await run("new a");
    expect(readFileSync(path, "utf8")).toContain('"undoing"');
    await run("share a");
    expect(readFileSync(path, "utf8")).toContain('"done"');
    await run("share --undo a");
    expect(readlinkSync(session(user, "a", "config.toml"))).toBe(join(codex, "config.toml"));
  });

  it("to a file of the session's own gives what that holds", async () => {
    const { user, codex, run, settings } = made(FILES);
    const own = join(dirname(codex), "own.toml");
    writeFileSync(own, 'personality = "friendly"\n');
    user.session("a");
    symlinkSync(own, session(user, "a", "config.toml"));
    await run("share a --replace-link");
    expect(settings("a")).toMatchObject({ model: "gpt-a", personality: "friendly" });
    expect(readFileSync(own, "utf8")).toBe('personality = "friendly"\n');
  });
});

describe("where not all users may make links", () => {
  async function copied(): Promise<Made> {
    const was = system.linksFreely;
    Object.assign(system, { linksFreely: false });
    onTestFinished(() => void Object.assign(system, { linksFreely: was }));
    const there = made(FILES);
    there.user.session("a", { "config.toml": USUAL });
    await there.run("share a");
    return there;
  }

  it("a file is copied, and copied again at the next sharing when it has changed", async () => {
    const { user, codex, has, run } = await copied();
    expect(lstatSync(session(user, "a", "AGENTS.md")).isFile()).toBe(true);
    expect(readlinkSync(session(user, "a", "skills"))).toBe(join(codex, "skills"));
    expect(await run("share a")).toBe(0);
    expect(user.out).toContain("AGENTS.md: is linked");
    has("AGENTS.md", "Be long.\n");
    await run("share a");
    expect(user.read("sessions", "a", "AGENTS.md")).toBe("Be long.\n");
    await run("share --undo a");
    expect(existsSync(session(user, "a", "AGENTS.md"))).toBe(false);
  });

  it("a copy that was changed is the session's own", async () => {
    const { user, has, run } = await copied();
    user.write("mine", "sessions", "a", "AGENTS.md");
    has("AGENTS.md", "Be long.\n");
    await run("share a");
    expect(user.out).toContain("AGENTS.md: the session has its own, which stays");
    await run("share --undo a");
    expect(user.read("sessions", "a", "AGENTS.md")).toBe("mine");
  });
});

describe("nothing of ours writes through a link", () => {
  /** A home in which everything that we write is a link into `~/.codex`. */
  async function treacherous(name: string, text: string) {
    const there = made({ ...FILES, [name]: text });
    there.user.session("a", { "config.toml": 'model = "own"\n', "auth.json": authFile("me@x") });
    await there.run("share a");
    rmSync(session(there.user, "a", name), { force: true });
    symlinkSync(join(there.codex, name), session(there.user, "a", name));
    return { ...there, before: contentOf(there.codex) };
  }

  it.each([
    ["config.toml", 'model = "theirs"\n'],
    ["config.local.toml", 'model = "theirs"\n'],
    ["shared.json", '{"v":1,"stage":"done","from":"/x"}'],
  ])("as %s", async (name, text) => {
    const { codex, run, has, user, before } = await treacherous(name, text);
    has("config.toml", 'model = "new"\n');
    const path = session(user, "a", "config.toml");
    if (name === "config.local.toml") writeFileSync(path, `${readFileSync(path, "utf8")}[tui]\n`);
    for (const line of ["new a", "share a", "share a --replace-link", "new a", "share --undo a"]) {
      await run(line);
    }
    expect(contentOf(codex)).toEqual({ ...before, "config.toml": 'model = "new"\n' });
  });

  it("at rm, which removes the links alone", async () => {
    const { codex, run, user } = made(FILES);
    user.session("a", { "config.toml": USUAL, "auth.json": authFile("me@x") });
    await run("share a");
    const before = contentOf(codex);
    expect(await run("rm a")).toBe(0);
    expect(readdirSync(user.path("sessions"))).toEqual([]);
    expect(contentOf(codex)).toEqual(before);
  });

  it("at a login that fails, which removes the new session", async () => {
    const { codex, run, user } = made(FILES);
    await run("share");
    const before = contentOf(codex);
    expect(await run("new a", { foreground: () => ({ code: 1 }) })).toBe(5);
    expect(readdirSync(user.path("sessions"))).toEqual([]);
    expect(contentOf(codex)).toEqual(before);
  });

  it("at a login to a session that has one", async () => {
    const { codex, run, user } = made(FILES);
    user.session("a", { "config.toml": USUAL, "auth.json": authFile("me@x") });
    await run("share a");
    const before = contentOf(codex);
    expect(await run("login a", { foreground: logsIn })).toBe(0);
    expect(contentOf(codex)).toEqual(before);
    expect(lstatSync(session(user, "a", "auth.json")).isFile()).toBe(true);
  });
});
