import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { offersOf } from "../../../lib/cli/commands/init.ts";
import { main } from "../../../lib/cli/main.ts";
import type { Launch } from "../../../lib/core/shell/launch.ts";
import type { Exit } from "../../../lib/io/process/spawn.ts";
import { authFile, type Given, type World, world } from "../world.ts";

type Login = string | Exit;

/** Runs a line; each login leaves a text or ends otherwise. The answers are those at a terminal. */
async function run(
  user: World,
  line: string,
  logins: readonly Login[],
  answers?: readonly (string | undefined)[],
  given: Given = {},
) {
  [user.out, user.err] = ["", ""];
  const left = [...logins];
  const foreground = (launch: Launch): Exit => {
    const login = left.shift() ?? { code: 9 };
    if (typeof login !== "string") return login;
    writeFileSync(join(launch.env.CODEX_HOME!, "auth.json"), login);
    return { code: 0 };
  };
  const code = await main(user.host({
    foreground,
    ...answers === undefined ? {} : { isTerminal: true, answers },
    ...given,
    args: line.split(" "),
  }));
  expect(left).toEqual([]);
  return code;
}

const A = authFile("a@x");
const B = authFile("b@x");
const sessions = (user: World) => readdirSync(user.path("sessions")).sort();
const asked = (user: World) => [...user.err.matchAll(/^agentlb: (name|press|log in again)/gm)].length;

describe("init at a terminal", () => {
  it("makes two sessions, and ends with the table of both", async () => {
    const user = world();
    user.write("be brief", "../.codex/AGENTS.md");
    expect(await run(user, "init", [A, B], ["", "", "office", ""])).toBe(0);
    expect(sessions(user)).toEqual(["office", "personal"]);
    expect(user.out).toMatch(/office[^]*personal/);
    expect(user.err).toContain("look at: agentlb share --dry-run\n");
  });

  it("says what is in the user's own home, and touches nothing there", async () => {
    const user = world();
    const own = join(dirname(user.layout.root), ".codex");
    mkdirSync(own);
    await run(user, "init", [], ["s", "s"]);
    expect(user.err).toContain("agentlb: ~/.codex: no login in a file; it stays as it is\n");
    writeFileSync(join(own, "auth.json"), A);
    await run(user, "init", [], ["s", "s"]);
    expect(user.err).toContain("agentlb: ~/.codex: logged in: a@x, plan pro; it stays as it is\n");
    expect(readdirSync(own)).toEqual(["auth.json"]);
  });

  it("names another home of Codex that the environment names", async () => {
    const user = world();
    const env = { CODEX_HOME: user.session("b", { "auth.json": B }) };
    await run(user, "init", [], ["s"], { env });
    expect(user.err).toContain(`agentlb: ${env.CODEX_HOME}: logged in: b@x, plan pro; it stays as it is\n`);
  });

  it("asks for nothing where two sessions are logged in", async () => {
    const user = world();
    user.session("x", { "auth.json": A });
    user.session("y", { "auth.json": B });
    expect(await run(user, "init", [], [])).toBe(0);
    expect(user.err).toContain('agentlb: session "x": logged in (a@x), plan pro\n');
    expect(user.err).toContain("nothing is missing; one more session: agentlb new <alias>");
    expect(asked(user)).toBe(0);
  });

  it("asks only for what is missing: a login, and a second session", async () => {
    const user = world();
    user.session("x");
    expect(await run(user, "init", [A, B], ["", "", ""])).toBe(0);
    expect(user.err).toContain('agentlb: session "x": not logged in\n');
    expect(sessions(user)).toEqual(["personal", "x"]);
  });

  it("makes no session before its login is begun", async () => {
    const user = world();
    expect(await run(user, "init", [], ["", undefined])).toBe("SIGINT");
    expect(sessions(user)).toEqual([]);
  });

  it("goes on after a login that failed, when the user skips it", async () => {
    const user = world();
    expect(await run(user, "init", [{ code: 1 }, { code: 1 }, B], ["", "", "l", "", "s", "", ""])).toBe(5);
    expect(sessions(user)).toEqual(["work"]);
  });

  it.each<[string, Exit]>([
    ["by its signal", { signal: "SIGINT" }],
    ["by the exit code of a shell", { code: 130 }],
  ])("ends at a login that Ctrl-C ended, told %s, and keeps the session before it", async (_, exit) => {
    const user = world();
    expect(await run(user, "init", [A, exit], ["", "", "", "", "s"])).toBe("SIGINT");
    expect(user.err).not.toContain("log in again, or skip this session?");
    expect(sessions(user)).toEqual(["personal"]);
    expect(user.read("sessions", "personal", "auth.json")).toBe(A);
  });

  it("logs in with a code where the user asks for it", async () => {
    const user = world();
    await run(user, "init x", [A], ["d"]);
    expect(user.launches.find(({ args }) => args[0] === "login")?.args).toEqual(["login", "--device-auth"]);
    expect(user.err).toContain('press Enter to log in to "x" (d = with a code for any device, s = skip)');
  });

  it("does not offer a code twice, nor to a login command of the user's", async () => {
    const user = world();
    await run(user, "init x --device-auth", [A], [""]);
    expect(user.err).toContain('press Enter to log in to "x" (s = skip)');
    user.write(`[runner]\nlogin_command = "/bin/sh -c x"\n`, "config.toml");
    await run(user, "init y", [B], ["d"]);
    expect(user.err).toContain('press Enter to log in to "y" (s = skip)');
    expect(user.launches.at(-1)?.args).toEqual(["-c", "x"]);
  });

  it("says for whom a login is once, names the answers after another one, and ends with the next step", async () => {
    const user = world();
    expect(await run(user, "init x", [A], ["what", ""])).toBe(0);
    expect(user.err).not.toContain('log in to "x" now');
    expect(user.err).toContain(
      "not understood; the answers are: Enter (log in), d (log in with a code), s (skip)\n",
    );
    expect(user.err.endsWith("agentlb: to run Codex in the best session, type: agentlb\n")).toBe(true);
    expect(user.err).not.toContain("agentlb share");
    user.write("be brief", "../.codex/AGENTS.md");
    await run(user, "init x", []);
    expect(user.err).toContain("agentlb share --dry-run\n");
  });

  it("says what it did as an object, and nothing else on stdout", async () => {
    const user = world();
    user.session("old", { "auth.json": A });
    expect(await run(user, "init old x y z --json", [A, { code: 1 }], ["", "k", "", "s", "s"])).toBe(5);
    const home = (alias: string) => user.path("sessions", alias);
    const account = { email: "a@x", plan: "pro" };
    expect(JSON.parse(user.out)).toEqual({
      schema: "agentlb.init/1",
      sessions: [
        { alias: "old", home: home("old"), result: "present", ...account, sameAccountAs: ["x"] },
        { alias: "x", home: home("x"), result: "loggedIn", ...account, sameAccountAs: ["old"] },
        { alias: "y", home: home("y"), result: "failed" },
        { alias: "z", home: home("z"), result: "skipped" },
      ],
    });
  });
});

describe("init without a terminal", () => {
  it("fails with what to type instead, where names are missing", async () => {
    const user = world();
    expect(await run(user, "init", [])).toBe(1);
    expect(user.err).toContain("hint: name them: agentlb init personal work --device-auth; or make them");
    expect(sessions(user)).toEqual([]);
  });

  it("does what needs no question", async () => {
    const user = world();
    user.session("x", { "auth.json": A });
    user.session("y");
    expect(await run(user, "init", [B])).toBe(0);
    expect(user.read("sessions", "y", "auth.json")).toBe(B);
    expect(await run(user, "init x y", [])).toBe(0);
    expect(asked(user)).toBe(0);
  });

  it("makes nothing when one of the names is none", async () => {
    const user = world();
    expect(await run(user, "init good ../bad", [])).toBe(2);
    expect(sessions(user)).toEqual([]);
  });

  it("says which Codex it lacks", async () => {
    const user = world();
    expect(await run(user, "init x", [], undefined, { env: { PATH: "/usr/bin:/bin" } })).toBe(1);
    expect(user.err).toContain("agentlb: error: Cannot set up: there is no codex\n");
    expect(user.err).toContain(
      "hint: install Codex (npm install -g @openai/codex), put it on PATH, or name it: agentlb config set supervisor.codex",
    );
  });

  it("names what is amiss with the Codex that it found", async () => {
    const user = world();
    const capture = () => ({ exit: { code: 0 }, stdout: "codex-cli 0.80.0\n", stderr: "" });
    await run(user, "init x", [A], undefined, { capture });
    expect(user.err).toContain(
      "agentlb: warning: codex 0.80 is older than 0.90, the oldest that can be read; ",
    );
  });
});

describe("the offers at the end", () => {
  const load = () => import("../../../lib/cli/commands/init.ts");

  it("are those of commands that there are", () => {
    expect(offersOf(new Map([["init", load]]), "zsh", true)).toEqual([]);
    const all = new Map([["share", load], ["completion", load]]);
    expect(offersOf(all, "zsh", true).map((line) => line.replace(/^.*: /, ""))).toEqual([
      "agentlb share --dry-run",
      'eval "$(agentlb completion zsh)"',
    ]);
    expect(offersOf(all, "zsh", false)).toEqual([
      'for completions in your shell: eval "$(agentlb completion zsh)"',
    ]);
    expect(offersOf(all, "tcsh", true).at(-1)).toContain("agentlb help completion");
  });
});
