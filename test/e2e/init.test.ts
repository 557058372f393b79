import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import { patience } from "../../rig/patience.ts";
import { commandOf, type Way, ways } from "../../rig/program.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { processes } from "../../rig/backend/peer.ts";
import { login } from "./support/login.ts";
import { loginCodex } from "./support/login_codex.ts";
import { openTerminal } from "./support/terminal.ts";

const ALONE = { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } };
const ACCOUNT = "account for login";
const NAME = "name of a session";
const READY = "press Enter to log in";
const TWIN = "log in again, or stop? [K/l/s]";
const FAILED = "log in again, or skip this session? [L/s]";

/** A user at a terminal who runs agentlb. */
function conversation(way: Way, user = newUser()) {
  const terminal = openTerminal(user, ALONE.env);
  /** How often each question was answered in this run. */
  const answered = new Map<string, number>();
  let runs = 0;
  const lastLine = () => terminal.screen().trimEnd().split("\n").at(-1) ?? "";
  return {
    user,
    press: terminal.press,
    screen: terminal.screen,
    /** Begins a run in an empty window. */
    begin(...args: readonly string[]): void {
      runs++;
      answered.clear();
      const words = [...commandOf(way), ...args].map((word) => `'${word}'`).join(" ");
      terminal.type(`clear; : > begun-${runs}; ${words}`);
    },
    /** Waits for a question that is not answered yet. */
    async sees(question: string): Promise<void> {
      const isAsked = () =>
        lastLine().includes(question) &&
        terminal.screen().split(question).length - 1 > (answered.get(question) ?? 0);
      await until(isAsked, () => `asked "${question}":\n${terminal.screen()}`);
    },
    /** Waits for a question and answers it. */
    async answer(question: string, line: string): Promise<void> {
      await this.sees(question);
      answered.set(question, (answered.get(question) ?? 0) + 1);
      terminal.type(line);
    },
    /** The exit code of this run, when it has ended: a shell goes no further in a line that Ctrl-C ended. */
    async end(): Promise<number> {
      const hasPrompt = () => existsSync(join(user.cwd, `begun-${runs}`)) && /^[#$]$/.test(lastLine());
      await until(hasPrompt, () => `it ends:\n${terminal.screen()}`);
      const screen = terminal.screen();
      terminal.type(`echo "end=$?" > end-${runs}; stty -g > modes-${runs}; : > done-${runs}`);
      await until(() => existsSync(join(user.cwd, `done-${runs}`)), () => `the shell goes on:\n${screen}`);
      return Number(/end=(\d+)/.exec(readFileSync(join(user.cwd, `end-${runs}`), "utf8"))?.[1]);
    },
    modes: () => readFileSync(join(user.cwd, `modes-${runs}`), "utf8"),
  };
}

function newUser(): Sandbox {
  const user = sandbox({ env: { ...ALONE.env, SHELL: "/bin/bash" } });
  loginCodex(user, ["a", "b"]);
  return user;
}

/** The sessions there are, with the e-mail of each login; "" = none. */
function sessionsOf(user: Sandbox): Record<string, string> {
  const folder = join(user.root, "sessions");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return Object.fromEntries(names.map((name) => {
    const auth = join(user.homeOf(name), "auth.json");
    if (!existsSync(auth)) return [name, ""];
    expect(statSync(auth).mode & 0o777).toBe(0o600);
    return [name, ["a", "b"].find((account) => readFileSync(auth, "utf8") === login(account)) ?? "?"];
  }));
}

describeWith(["tmux"], "at a terminal init", () => {
  describe.each(ways)("started by %s", { timeout: patience(60_000) }, (way) => {
    test("makes two sessions by pressing Enter, and a second run asks for nothing", async () => {
      const talk = conversation(way);
      const { user } = talk;
      const own = join(user.home, ".codex", "auth.json");
      mkdirSync(join(user.home, ".codex"));
      writeFileSync(own, login("own"));
      talk.begin("init");
      await talk.answer(NAME, "");
      await talk.sees(READY);
      expect(talk.screen()).toContain("agentlb: codex-cli 0.171.0 at ");
      expect(talk.screen()).toContain(
        "agentlb: ~/.codex: logged in: own@example.test, plan pro; it stays as it is\n",
      );
      expect(talk.screen()).toContain("agentlb: a private browser window helps");
      await talk.answer(READY, "");
      await talk.answer(ACCOUNT, "a");
      await talk.sees(NAME);
      expect(talk.screen()).toContain('agentlb: logged in to "personal" (a@example.test), plan pro\n');
      await talk.answer(NAME, "office");
      await talk.answer(READY, "d");
      await talk.answer(`${ACCOUNT} --device-auth`, "b");
      expect(await talk.end()).toBe(0);
      expect(sessionsOf(user)).toEqual({ office: "b", personal: "a" });
      expect(talk.screen()).toMatch(/logged in to "office"[^]*SESSION[^]*personal/);
      expect(readFileSync(own, "utf8")).toBe(login("own"));
      const { modes } = talk;
      const before = modes();

      talk.begin("init");
      expect(await talk.end()).toBe(0);
      expect(talk.screen()).toContain("agentlb: nothing is missing");
      expect(talk.screen()).toContain('session "office": logged in (b@example.test), plan pro');
      expect(modes()).toBe(before);
      expect(readFileSync(join(user.dir, "logins"), "utf8")).toBe("login\nlogin --device-auth\n");
    });

    test("makes nothing of what is skipped, and takes no name twice", async () => {
      const talk = conversation(way);
      talk.begin("init");
      await talk.answer(NAME, "../x");
      await talk.answer(NAME, "s");
      await talk.answer(NAME, "");
      await talk.answer(READY, "what");
      await talk.answer(READY, "s");
      expect(await talk.end()).toBe(0);
      expect(sessionsOf(talk.user)).toEqual({});
      talk.begin("init");
      await talk.answer(NAME, "one");
      await talk.answer(READY, "");
      await talk.answer(ACCOUNT, "a");
      await talk.answer(NAME, "one");
      await talk.sees(NAME);
      expect(talk.screen()).toContain('there is a session "one" already');
      await talk.answer(NAME, "s");
      expect(await talk.end()).toBe(0);
      expect(sessionsOf(talk.user)).toEqual({ one: "a" });
    });

    test.each([
      ["kept", ["k"], 0, { personal: "a", work: "a" }],
      ["made again", ["l", "b"], 0, { personal: "a", work: "b" }],
      ["made again, and again", ["l", "a", "l", "b"], 0, { personal: "a", work: "b" }],
      ["stopped", ["s"], 1, { personal: "a" }],
      ["made again and stopped", ["l", "a", "s"], 1, { personal: "a" }],
    ])("asks about a second login of one account: %s", async (_, answers, code, sessions) => {
      const talk = conversation(way);
      talk.user.addAlias("personal", { authFile: login("a") });
      talk.begin("init");
      await talk.answer(NAME, "");
      await talk.answer(READY, "");
      await talk.answer(ACCOUNT, "a");
      await talk.sees(TWIN);
      expect(talk.screen()).toContain(
        'agentlb: this is the same account as "personal" (a@example.test), plan pro\n',
      );
      for (const [at, answer] of answers.entries()) await talk.answer(at % 2 === 0 ? TWIN : ACCOUNT, answer);
      expect(await talk.end()).toBe(code);
      expect(sessionsOf(talk.user)).toEqual(sessions);
      const logins = join(talk.user.root, "state", "logins");
      expect(existsSync(logins) ? readdirSync(logins) : []).toEqual([]);
    });

    test("asks again after a login that failed, and goes on with the next session", async () => {
      const talk = conversation(way);
      talk.begin("init");
      await talk.answer(NAME, "");
      await talk.answer(READY, "");
      await talk.answer(ACCOUNT, "nobody");
      await talk.sees(FAILED);
      expect(talk.screen()).toContain('login command failed: "codex login" (exit 3)');
      expect(sessionsOf(talk.user)).toEqual({});
      await talk.answer(FAILED, "");
      await talk.answer(READY, "");
      await talk.answer(ACCOUNT, "nobody");
      await talk.answer(FAILED, "s");
      await talk.answer(NAME, "");
      await talk.answer(READY, "");
      await talk.answer(ACCOUNT, "b");
      expect(await talk.end()).toBe(5);
      expect(sessionsOf(talk.user)).toEqual({ work: "b" });
    });

    test.each([
      ["at the name", NAME],
      ["before the login", READY],
      ["in the login", ACCOUNT],
    ])("leaves whole sessions at Ctrl-C %s, and goes on from there", async (_, question) => {
      const talk = conversation(way);
      talk.begin("init");
      for (const [asked, line] of [[NAME, ""], [READY, ""], [ACCOUNT, "a"]] as const) {
        await talk.answer(asked, line);
      }
      for (const asked of [NAME, READY, ACCOUNT]) {
        if (asked === question) break;
        await talk.answer(asked, "");
      }
      await talk.sees(question);
      talk.press("C-c");
      expect(await talk.end()).toBe(130);
      expect(talk.screen()).toContain("agentlb: stopped; what is logged in stays");
      expect(sessionsOf(talk.user)).toEqual({ personal: "a" });
      const modes = talk.modes();

      talk.begin("init");
      await talk.answer(NAME, "");
      await talk.answer(READY, "");
      await talk.answer(ACCOUNT, "b");
      expect(await talk.end()).toBe(0);
      expect(sessionsOf(talk.user)).toEqual({ personal: "a", work: "b" });
      expect(talk.modes()).toBe(modes);
    });

    test("keeps a second login of one account at Ctrl-C", async () => {
      const talk = conversation(way);
      talk.user.addAlias("personal", { authFile: login("a") });
      talk.begin("init", "work");
      await talk.answer(READY, "");
      await talk.answer(ACCOUNT, "a");
      await talk.sees(TWIN);
      talk.press("C-c");
      expect(await talk.end()).toBe(130);
      expect(sessionsOf(talk.user)).toEqual({ personal: "a", work: "a" });
    });

    test("that is killed in a login is taken up by the next run", async () => {
      const talk = conversation(way);
      talk.begin("init", "personal");
      await talk.answer(READY, "");
      await talk.sees(ACCOUNT);
      for (const pid of agentlbs(talk.user)) process.kill(pid, "SIGKILL");
      await until(() => agentlbs(talk.user).length === 0, "it is gone");
      // Its Codex still waits in the terminal, which the shell has back.
      for (const pid of logins(talk.user)) process.kill(pid, "SIGKILL");
      expect(await talk.end()).toBe(137);
      expect(Object.values(sessionsOf(talk.user)).filter((account) => account !== "")).toEqual([]);
      talk.begin("init");
      await talk.sees(READY);
      expect(talk.screen()).toContain('session "personal": not logged in');
      await talk.answer(READY, "");
      await talk.answer(ACCOUNT, "a");
      await talk.answer(NAME, "s");
      expect(await talk.end()).toBe(0);
      expect(sessionsOf(talk.user)).toEqual({ personal: "a" });
    });
  });
});

describe("without a terminal init", () => {
  test("says what to type instead, and makes nothing", async () => {
    const user = newUser();
    expect(await user.run("node", ["init"])).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(
        /error: Cannot ask for the names of sessions: this is not a terminal\nagentlb: hint: name them: agentlb init personal work --device-auth; /,
      ),
    });
    expect(sessionsOf(user)).toEqual({});
  });

  test("logs in to the sessions that are named, one after the other, and prints an object", async () => {
    const user = newUser();
    const { code, stdout } = await user.run("node", ["init", "x", "y", "--device-auth", "--json"], {
      input: "a\na\n",
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout.slice(stdout.indexOf("{")))).toEqual({
      schema: "agentlb.init/1",
      sessions: [
        {
          alias: "x",
          home: user.homeOf("x"),
          result: "loggedIn",
          email: "a@example.test",
          plan: "pro",
          sameAccountAs: ["y"],
        },
        {
          alias: "y",
          home: user.homeOf("y"),
          result: "loggedIn",
          email: "a@example.test",
          plan: "pro",
          sameAccountAs: ["x"],
        },
      ],
    });
    expect(readFileSync(join(user.dir, "logins"), "utf8")).toBe("login --device-auth\nlogin --device-auth\n");
  });

  test("leaves nothing of a login that fails, and keeps those before it", async () => {
    const user = newUser();
    expect(await user.run("node", ["init", "x", "y"], { input: "a\nnobody\n" })).toMatchObject({ code: 5 });
    expect(sessionsOf(user)).toEqual({ x: "a" });
  });

  test("needs a codex, and says so", async () => {
    const user = sandbox({ ...ALONE, codex: "none" });
    expect(await user.run("node", ["init", "x"], { env: { PATH: "/usr/bin:/bin" } })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("agentlb: error: Cannot set up: there is no codex\n"),
    });
  });
});

/** The processes of a user, apart from shells, whose command line says this. */
function running(user: Sandbox, words: RegExp): number[] {
  return processes().filter((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      const env = readFileSync(`/proc/${pid}/environ`, "utf8");
      return words.test(line) && env.includes(`\0HOME=${user.home}\0`);
    } catch {
      return false; // gone
    }
  });
}

function agentlbs(user: Sandbox): number[] {
  return running(user, /(agentlb|cli)(\.js|\.ts)? init personal $/);
}

function logins(user: Sandbox): number[] {
  return running(user, /codex login $/);
}
