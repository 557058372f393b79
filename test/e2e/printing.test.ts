import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { describeWith } from "../../rig/tools.ts";
import { login } from "./support/login.ts";
import { publish } from "./support/published.ts";
import { inShell } from "./support/shell.ts";

const ALONE = { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } };
/** What a shell could take for something else. */
const WORDS = [
  "plain",
  "",
  "two words",
  "it's",
  '"double"',
  "$HOME `id` $(id) \\",
  "=ls",
  "a:=ls",
  "~",
  "*",
  "#no",
  "!!",
  "-n",
  "a,b%@",
  "line\nbreak",
  "tab\there",
  "é 漢字",
  "{a,b}",
  "[x]",
  ";",
  "&",
  "|",
  "<in",
  ">out",
];

function print(user: Sandbox, args: readonly string[]) {
  return user.run("compiled", [...args, "--print-command"]);
}

describe("exactly one line is printed", () => {
  test("whatever is known of the sessions", async () => {
    const user = sandbox(ALONE);
    for (const alias of ["a", "b"]) user.addAlias(alias);
    const line = (alias: string) => `CODEX_HOME=${user.homeOf(alias)} codex\n`;
    const states: [state: string, make: () => void, winners: string][] = [
      ["no status", () => {}, "ab"],
      [
        "fresh readings, when a table could be drawn",
        () => publish(user, { a: {}, b: { used: [1, 1] } }),
        "b",
      ],
      ["stale readings", () => publish(user, { a: { ageSec: 5000 }, b: { ageSec: 9000 } }), "ab"],
      ["a broken status", () => writeFileSync(join(user.root, "status.json"), "{"), "ab"],
      [
        "a ghost that has more left",
        () => publish(user, { ghost: { used: [0, 0] }, a: { used: [9, 9] }, b: {} }),
        "a",
      ],
    ];
    for (const [state, make, winners] of states) {
      make();
      for (const args of [[], ["new"], ["new", ""]]) {
        const { code, stdout } = await print(user, args);
        expect(code, state).toBe(0);
        expect([...winners].map(line), state).toContain(stdout);
      }
    }
    for (const args of [["rr"], ["last"], ["new", "a"], ["new", "made"]]) {
      expect(await print(user, args)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^CODEX_HOME=\S+\/\.agentlb\/sessions\/(a|b|made) codex\n$/),
      });
    }
    expect(user.fake.started()).toEqual([]);
  });

  test("also by a call that starts the supervisor and waits for it", async () => {
    const user = sandbox();
    user.addAlias("a", { authFile: login("a") });
    expect(await print(user, [])).toMatchObject({
      code: 0,
      stdout: `CODEX_HOME=${user.homeOf("a")} codex\n`,
    });
  });

  test("and it is recorded as the run that it stands for", async () => {
    const user = sandbox(ALONE);
    for (const alias of ["a", "b"]) user.addAlias(alias);
    await print(user, ["rr"]);
    expect(JSON.parse(readFileSync(join(user.root, "state/global.json"), "utf8"))).toMatchObject({
      round_robin_index: 1,
      last_alias: "a",
      pick_seq: 1,
    });
  });

  test("a session made by it is logged in to by the next real run", async () => {
    const user = sandbox(ALONE);
    await print(user, ["new", "made"]);
    expect((await user.run("compiled", ["new", "made", "--", "go"])).code).toBe(0);
    const started = user.fake.started(user.homeOf("made")).map(({ args }) => args.join(" "));
    expect(started.filter((words) => words !== "login status")).toEqual(["login", "go"]);
  });
});

describe("the line starts the right program with byte-equal words", () => {
  const HOME = `it's a "home" $x=y é`;

  /** A user whose HOME holds what must be quoted. */
  function oddHome(): { user: Sandbox; home: string; env: Record<string, string> } {
    const user = sandbox(ALONE);
    const odd = join(user.home, HOME);
    const home = join(odd, ".agentlb/sessions/a");
    mkdirSync(home, { recursive: true, mode: 0o700 });
    // The program's own name needs quotes too.
    symlinkSync(user.fake.program, join(user.bin, "my codex"));
    return { user, home, env: { AGENTLB_HOME: join(odd, ".agentlb") } };
  }

  for (const shell of ["sh", "bash", "zsh"]) {
    describeWith([shell], `in ${shell}`, () => {
      test("by eval of a quoted substitution", async () => {
        const { user, home, env } = oddHome();
        const script = 'line=$("$@"); eval "$line"; printf "%s" "${CODEX_HOME-unset}"';
        const args = ["--print-command", "--cmd", "'my codex' 'x  y'", "--", ...WORDS];
        const result = await inShell(user, script, "compiled", args, { shell, env });
        expect(result).toMatchObject({ code: 0, stdout: "unset" });
        expect(user.fake.started()).toMatchObject([{ args: ["x  y", ...WORDS], home }]);
      });
    });
  }
});

describe("--shell fish", () => {
  describeWith(["fish"], "is for fish", () => {
    test.each([["by eval", "eval $line"], ["by source", "string join \\n -- $line | source"]])(
      "%s",
      async (_, run) => {
        const user = sandbox(ALONE);
        const home = user.addAlias("a");
        const script = `set line ($argv[2..]); ${run}; set -q CODEX_HOME; and echo it stays`;
        const args = ["--print-command", "--shell", "fish", "--", ...WORDS];
        const result = await inShell(user, script, "compiled", args, { shell: "fish" });
        expect(result).toMatchObject({ stdout: "" });
        expect(user.fake.started()).toMatchObject([{ args: WORDS, home }]);
      },
    );
  });
});

describe("a command is split as a shell splits words", () => {
  async function words(user: Sandbox, args: readonly string[]): Promise<readonly string[] | undefined> {
    expect(await user.run("compiled", args)).toMatchObject({ code: 0 });
    return user.fake.started().at(-1)?.args;
  }

  test("--cmd with quotes, default_command with quotes, default_command_args never", async () => {
    const user = sandbox(ALONE);
    user.addAlias("a");
    const program = join(user.bin, "codex");
    symlinkSync(program, join(user.bin, "co dex"));
    expect(await words(user, ["rr", "--cmd", "codex --model 'gpt 5' a\\ b \"c 'd'\" ''"])).toEqual(
      ["--model", "gpt 5", "a b", "c 'd'", ""],
    );
    expect(await words(user, ["rr", "--cmd", `'${user.bin}/co dex' $HOME *`])).toEqual(["$HOME", "*"]);
    writeFileSync(
      join(user.root, "config.toml"),
      `[runner]\ndefault_command = "'${user.bin}/co dex' -c 'x y'"\ndefault_command_args = ["a b", "'", "", "\\\\ "]\n`,
    );
    expect(await words(user, ["rr", "--", "z z"])).toEqual(["-c", "x y", "a b", "'", "", "\\ ", "z z"]);
    expect(await words(user, ["rr", "--cmd", "codex only", "--", "z"])).toEqual(["only", "z"]);
    expect(await user.run("compiled", ["rr", "--cmd", "codex 'open"])).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("the quote ' at character 7 is never closed"),
    });
  });
});

describe("the environment of a session", () => {
  const FOREIGN = {
    OPENAI_API_KEY: "sk-mine",
    CODEX_API_KEY: "sk-mine",
    CODEX_ACCESS_TOKEN: "token",
    CODEX_SQLITE_HOME: "/elsewhere",
  };

  test("has no login of the shell it was started from, unless pass_env names it, and all else", async () => {
    const user = sandbox(ALONE);
    const home = user.addAlias("a");
    const env = { ...FOREIGN, CODEX_HOME: "/elsewhere", KEPT: "é\n", EMPTY: "" };
    expect((await user.run("compiled", ["rr"], { env })).code).toBe(0);
    const names = Object.keys(FOREIGN);
    const seen = user.fake.started(home)[0]?.env ?? {};
    expect(Object.keys(seen).filter((name) => names.includes(name))).toEqual([]);
    expect(seen).toMatchObject({ CODEX_HOME: home, KEPT: "é\n", EMPTY: "", HOME: user.home });
    writeFileSync(join(user.root, "config.toml"), '[runner]\npass_env = ["OPENAI_API_KEY"]\n');
    expect((await user.run("compiled", ["rr"], { env })).code).toBe(0);
    const again = user.fake.started(home)[1]?.env ?? {};
    expect(names.filter((name) => name in again)).toEqual(["OPENAI_API_KEY"]);
  });

  test("that of the first caller is not handed on to app-servers, nor to a login", async () => {
    const user = sandbox({ env: FOREIGN });
    user.addAlias("a", { authFile: login("a") });
    expect((await user.run("compiled", ["pick"])).code).toBe(0);
    expect((await user.run("compiled", ["new", "b"])).code).toBe(0);
    const kinds = new Set(user.fake.started().map(({ args }) => args[0] ?? "run"));
    expect([...kinds].sort()).toEqual(["app-server", "login", "run"]);
    for (const { args, env } of user.fake.started()) {
      const sqlite = args[0] === "app-server"
        ? [join(user.root, "state/sqlite/a"), join(user.root, "state/sqlite/b")]
        : [undefined];
      expect(sqlite).toContain(env.CODEX_SQLITE_HOME);
      for (const name of ["OPENAI_API_KEY", "CODEX_API_KEY", "CODEX_ACCESS_TOKEN"]) {
        expect(env).not.toHaveProperty(name);
      }
    }
  });
});
