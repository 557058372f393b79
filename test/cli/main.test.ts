import { readdirSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { main } from "../../lib/cli/main.ts";
import { allCommands } from "../../lib/cli/declaration/catalogue.ts";
import { COMMANDS } from "../../lib/cli/commands/all.ts";
import { authFile, type Given, type World, world } from "../app/world.ts";

const TOPICS = (await allCommands(COMMANDS)).map(({ name }) => name);

/** Runs one command line; what was said before is forgotten. */
async function run(user: World, line: string, given: Given = {}): Promise<unknown> {
  [user.out, user.err] = ["", ""];
  user.launches.length = 0;
  const args = line.split(" ").filter((word) => word !== "");
  return await main(user.host({ ...given, args }));
}

describe("asking for help or the version", () => {
  it.each(TOPICS)("prints the page of '%s' on stdout and touches nothing", async (topic) => {
    const user = world();
    expect(await run(user, `${topic} --help`)).toBe(0);
    const page = user.out;
    expect(page).toMatch(/^agentlb/);
    expect(await run(user, `help ${topic}`)).toBe(0);
    expect([user.out, user.err]).toEqual([page, ""]);
    expect(user.has()).toBe(false);
  });

  it("prints the version", async () => {
    const user = world();
    for (const line of ["--version", "-V", "rm work --version", "supervisor -V"]) {
      expect(await run(user, line)).toBe(0);
      expect(user.out).toMatch(/^agentlb \d+\.\d+\.\d+\n$/);
    }
    expect(user.has()).toBe(false);
  });

  it("removes nothing, though the rest of the line would", async () => {
    const user = world();
    user.session("work");
    await run(user, "rm work --help");
    await run(user, "config init --help");
    expect([user.has("sessions", "work"), user.has("config.toml")]).toEqual([true, false]);
  });
});

describe("what can't be done", () => {
  it("is exit 2 and no files for a wrong command line", async () => {
    const user = world();
    expect(await run(user, "--nope")).toBe(2);
    expect(user.out).toBe("");
    expect(user.err).toBe(
      "agentlb: error: agentlb has no option '--nope'\n" +
        "agentlb: hint: to give '--nope' to the command that is run, put it after --\n",
    );
    expect(user.has()).toBe(false);
  });

  it.each([
    ["help bogus", "There is no command 'bogus'", "see: agentlb --help"],
    ["help logn", "There is no command 'logn'", "did you mean: agentlb login"],
    ["help supervisor bogus", "There is no command 'supervisor bogus'", "see: agentlb help supervisor"],
    ["help rr x", "There is no command 'rr x'", "see: agentlb help rr"],
    ["help a b c", "Unexpected argument 'c' for agentlb help", "usage: agentlb help [<command>]"],
  ])("is exit 2, one error and one hint for a topic that is none: %s", async (line, message, hint) => {
    const user = world();
    expect(await run(user, line)).toBe(2);
    expect([user.out, user.err]).toEqual(["", `agentlb: error: ${message}\nagentlb: hint: ${hint}\n`]);
  });

  it("is one line that scripts know where the old program had one", async () => {
    const user = world();
    expect(await run(user, "config")).toBe(2);
    expect([user.out, user.err, user.has()]).toEqual(["", "usage: agentlb config init\n", false]);
  });

  it("does not let an argument steer the terminal", async () => {
    const user = world();
    for (const line of ["\x1b[2J", "rr --cmd a --\x1b[2J", "rm a \x1b[2J", "--policy \x1b[2J"]) {
      expect(await run(user, line)).toBe(2);
      expect(user.err).toContain("\\u{1b}[2J");
      expect(user.err).not.toContain("\x1b");
    }
  });

  it("is exit 2 for an argument that is not text", async () => {
    const user = world();
    expect(await run(user, "new \ufffd", { areArgsText: false })).toBe(2);
    expect(user.err).toBe("agentlb: error: An argument is not valid UTF-8\n");
  });

  it("is exit 1 without a HOME", async () => {
    const user = world();
    expect(await run(user, "rr", { env: { HOME: "" } })).toBe(1);
    expect(user.err).toBe("HOME is not set\n");
  });

  it("is exit 1 with what to do for a user that nobody knows, without a HOME", async () => {
    const user = world();
    const host = { ...user.host({ args: ["rr"], env: { HOME: undefined } }), uid: 3_999_999 };
    expect(await main(host)).toBe(1);
    expect(user.err).toMatch(
      /^HOME is not set\nagentlb: hint: user 3999999 has no entry in \/etc\/passwd: set HOME/,
    );
  });

  it("is exit 1 in the root of another user, which stays as it is", async () => {
    const user = world();
    user.session("a");
    const host = { ...user.host({ args: ["rr", "--print-command"] }), uid: 4711 };
    expect(await main(host)).toBe(1);
    expect(user.err).toContain(`Cannot use ${user.path()}: it belongs to another user`);
    expect(user.has("locks")).toBe(false);
  });

  it("is exit 4 when there is nothing to pick", async () => {
    const user = world();
    for (const line of ["", "new", "rr", "last", "pick"]) {
      expect(await run(user, line)).toBe(4);
      expect(user.err).toBe(
        "no managed sessions found; create one with: agentlb new <alias>\n" +
          "agentlb: hint: to set up sessions: agentlb init\n",
      );
    }
    user.session("a");
    expect(await run(user, "last")).toBe(4);
    expect(user.err).toBe("no previous session recorded; run agentlb or agentlb new <alias> first\n");
    user.write(`{"round_robin_index":0,"last_alias":"gone"}`, "state", "global.json");
    expect(await run(user, "last")).toBe(4);
    expect(user.err).toBe("last session no longer exists; run agentlb or agentlb new <alias> first\n");
  });

  it("keeps the stack of what is a bug", async () => {
    const user = world();
    user.session("a");
    const become = () => {
      throw new RangeError("a bug");
    };
    await expect(run(user, "rr", { become })).rejects.toThrow("a bug");
  });
});

describe("the folders below the root", () => {
  it("are made by every command and are ours alone, also when they were there before", async () => {
    const user = world();
    user.write("", "locks", "state.lock");
    const { chmodSync } = await import("node:fs");
    for (const name of ["", "locks", "locks/state.lock"]) chmodSync(user.path(name), 0o777);
    await run(user, "status");
    const mode = (name: string) => (statSync(user.path(name)).mode & 0o777).toString(8);
    expect(["", "sessions", "state", "state/sessions", "locks"].map(mode)).toEqual(Array(5).fill("700"));
    expect(mode("locks/state.lock")).toBe("600");
  });
});

describe("--print-command", () => {
  it("prints exactly the command, makes the home, and runs nothing", async () => {
    const user = world();
    expect(await run(user, "new a --print-command -- --model it's")).toBe(0);
    expect(user.out).toBe(`CODEX_HOME=${user.path("sessions", "a")} codex --model 'it'"'"'s'\n`);
    expect(user.launches).toEqual([]);
    expect(statSync(user.path("sessions", "a")).mode & 0o777).toBe(0o700);
    expect(statSync(user.path("sessions", "a", "config.toml")).mode & 0o777).toBe(0o600);
    expect(user.read("sessions", "a", "config.toml")).toBe(
      'cli_auth_credentials_store = "file"\n\n[features]\ndaemon_auto_start = false\n',
    );
  });

  it("prints nothing else on stdout where a session is picked, and counts as a pick", async () => {
    const user = world();
    user.session("a");
    user.status({ a: { age: 5, used: 25 } });
    for (
      const line of ["--print-command", "new --print-command", "rr --print-command", "last --print-command"]
    ) {
      expect(await run(user, line)).toBe(0);
      expect(user.out).toBe(`CODEX_HOME=${user.path("sessions", "a")} codex\n`);
    }
    expect(user.json("state", "sessions", "a.json").pick_seq).toBe(4);
  });

  it("works for a program that is not here", async () => {
    const user = world();
    expect(await run(user, "new a --print-command --cmd elsewhere")).toBe(0);
  });
});

describe("running a session", () => {
  it("runs the configured command with its arguments unsplit, in the home, without another login's variables", async () => {
    const user = world();
    user.session("a", { "config.toml": "features.daemon_auto_start = false" });
    user.write(
      `[runner]\ndefault_command = "'${user.bin}/codex' --x"\ndefault_command_args = ["a b"]\n`,
      "config.toml",
    );
    const env = { OPENAI_API_KEY: "k", CODEX_HOME: "/elsewhere", TERM: "t" };
    expect(await run(user, "rr -- p", { env, become: () => ({ code: 7 }) })).toBe(7);
    const [launch] = user.launches;
    expect(launch?.file).toBe(`${user.bin}/codex`);
    expect(launch?.args).toEqual(["--x", "a b", "p"]);
    expect(launch?.env).toMatchObject({ CODEX_HOME: user.path("sessions", "a"), TERM: "t" });
    expect(launch?.env).not.toHaveProperty("OPENAI_API_KEY");
    expect(user.out).toBe("");
  });

  it("ends by the signal that ended the command", async () => {
    const user = world();
    user.session("a");
    expect(await run(user, "rr", { become: () => ({ signal: "SIGTERM" }) })).toBe("SIGTERM");
  });

  it("says in one line what was picked and why", async () => {
    const user = world();
    user.session("a", { "config.toml": "[features]\ndaemon_auto_start = false" });
    user.status({ a: { age: 5, used: 25 } });
    await run(user, "");
    expect(user.err).toBe("agentlb: using a (score 75: 5h 75% left)\n");
    await run(user, "rr");
    expect(user.err).toBe("agentlb: using a (next in turn)\n");
  });

  it("records nothing when the program is not there, or the command is empty", async () => {
    const user = world();
    user.session("a");
    expect(await run(user, "rr --cmd nowhere")).toBe(1);
    expect(user.err).toContain(`agentlb: error: Cannot start "nowhere": not found on PATH\nagentlb: hint: `);
    const host = user.host({ args: ["rr", "--cmd", " "] });
    user.err = "";
    expect(await main(host)).toBe(1);
    expect(user.err).toBe("empty command\n");
    expect(user.has("state", "global.json")).toBe(false);
  });

  it("tells once per home that its codex leaves processes behind, and never writes to it", async () => {
    const user = world();
    user.session("old", { "config.toml": "model = 'x'\n" });
    await run(user, "rr");
    expect(user.err).toContain("daemon_auto_start = false");
    await run(user, "rr");
    expect(user.err).not.toContain("daemon_auto_start");
    expect(user.read("sessions", "old", "config.toml")).toBe("model = 'x'\n");
  });
});

describe("new by email", () => {
  it("finds the one session whose login has it, letters' case aside", async () => {
    const user = world();
    user.session("a", { "auth.json": authFile("Me@x.org") });
    user.session("b", { "auth.json": authFile("you@x.org") });
    expect(await run(user, "new me@X.org --print-command")).toBe(0);
    expect(user.out).toContain(user.path("sessions", "a"));
  });

  it("names the choice when there are several, and what to do when there is none", async () => {
    const user = world();
    for (const alias of ["b", "a"]) user.session(alias, { "auth.json": authFile("me@x.org") });
    expect(await run(user, "new me@x.org")).toBe(2);
    expect(user.err).toBe(`multiple sessions match email "me@x.org": a, b; use alias explicitly\n`);
    expect(await run(user, "new no@x.org")).toBe(2);
    expect(user.err).toBe(`no session found for email "no@x.org"; create one with: agentlb new <alias>\n`);
  });
});

describe("an alias", () => {
  it("matches the user's pattern as a whole", async () => {
    const user = world();
    user.write(`[sessions]\nalias_pattern = "a"\n`, "config.toml");
    expect(await run(user, "new ab --print-command")).toBe(2);
    expect(user.err).toBe(`invalid alias "ab"; must match a (example: a1)\n`);
    user.write(`[sessions]\nalias_pattern = ".*"\n`, "config.toml");
    expect(await run(user, "new ../x --print-command")).toBe(2);
    expect(user.has("x")).toBe(false);
  });

  it("is refused when the pattern is none", async () => {
    const user = world();
    user.write(`[sessions]\nalias_pattern = "("\n`, "config.toml");
    expect(await run(user, "new a --print-command")).toBe(2);
    expect(user.err).toMatch(/^invalid alias pattern "\(": regex parse error: /);
  });

  it.each(["constructor", "__proto__", "toString"])("may be called %s", async (alias) => {
    const user = world();
    user.write(`[sessions]\nalias_pattern = "\\\\w+"\n`, "config.toml");
    expect(await run(user, `new ${alias} --print-command`)).toBe(0);
    expect(await run(user, "last --print-command")).toBe(0);
    expect(user.out).toContain(`sessions/${alias} codex`);
  });
});

describe("settings", () => {
  it("that can't be read end every command that needs them, with file, line and key", async () => {
    const user = world();
    user.session("a");
    user.write(`[sessions]\nbusy_penalty = 1\nstale_sec = "x"\n`, "config.toml");
    for (const line of ["", "rr", "status", "new b"]) {
      expect(await run(user, line)).toBe(1);
      expect(user.err).toContain(`${user.path("config.toml")}: line 3: sessions.stale_sec must be`);
    }
    user.write("[sessions\n", "config.toml");
    expect(await run(user, "rr")).toBe(1);
    expect(user.err).toContain("line 1");
    user.write("\xff", "config.toml");
    (await import("node:fs")).writeFileSync(user.path("config.toml"), Uint8Array.of(0xff, 0x0a));
    expect(await run(user, "rr")).toBe(1);
    expect(user.err).toContain(`config is not valid UTF-8 (${user.path("config.toml")})`);
  });

  it("that nobody knows are a warning", async () => {
    const user = world();
    user.session("a");
    user.write(`[sessions]\nstale_secs = 5\n`, "config.toml");
    expect(await run(user, "rr")).toBe(0);
    expect(user.err).toMatch(/^agentlb: warning: .*line 2: .*stale_secs.*did you mean stale_sec/);
  });

  it("are written by config init only, and replaced only by force", async () => {
    const user = world();
    user.session("a");
    await run(user, "rr");
    expect(user.has("config.toml")).toBe(false);
    expect(await run(user, "config init")).toBe(0);
    expect(user.out).toBe(`${user.path("config.toml")}\n`);
    expect(statSync(user.path("config.toml")).mode & 0o777).toBe(0o600);
    user.write("# mine\n", "config.toml");
    expect(await run(user, "config init")).toBe(1);
    expect(user.read("config.toml")).toBe("# mine\n");
    expect(await run(user, "config init --force")).toBe(0);
    expect(user.read("config.toml")).toContain("stale_sec = 420");
    expect(await run(user, "rr")).toBe(0);
    expect(user.err).not.toContain("warning");
  });
});

describe("pick", () => {
  it("prints alias and home, or an object", async () => {
    const user = world();
    user.session("a");
    user.status({ a: { age: 5, used: 25 } });
    expect(await run(user, "pick")).toBe(0);
    expect(user.out).toBe(`a\t${user.path("sessions", "a")}\n`);
    expect(await run(user, "pick --json")).toBe(0);
    // What was picked a moment ago counts as a turn.
    expect(JSON.parse(user.out)).toMatchObject({
      schema: "agentlb.pick/1",
      alias: "a",
      policy: "score",
      score: 70,
      terms: { usage: 75, busy: 5 },
    });
    expect(user.launches).toEqual([]);
  });
});

describe("status", () => {
  it("shows every session, also one without a status and one whose folder is gone", async () => {
    const user = world();
    user.session("a", { "auth.json": authFile("me@x.org") });
    user.session("new");
    user.status({ a: { age: 5, used: 25 }, ghost: { age: 1, used: 0 } });
    expect(await run(user, "status")).toBe(0);
    const lines = user.out.split("\n");
    const row = (alias: string) =>
      lines.find((line) => line.includes(` ${alias} `))?.split(/[│┆]/).map((cell) => cell.trim()).slice(
        1,
        -1,
      );
    expect(row("a")).toEqual([
      "*",
      "a",
      "me@x.org",
      user.path("sessions", "a"),
      "75%",
      "-",
      "75%",
      "5s",
      "75",
      "0",
      "0",
      "healthy",
      "eligible",
    ]);
    expect(row("new")?.slice(4)).toEqual(["-", "-", "-", "-", "-", "-", "-", "unknown", "missing status"]);
    expect(row("ghost")?.[0]).toBe("");
    expect(lines.at(-2)).toBe("selected session: a");
    expect(user.err).toContain("the supervisor is not running");
    expect(readdirSync(user.path("state", "sessions"))).toEqual([]);
  });

  it("exits 0 with a reason when there is no usable status", async () => {
    const user = world();
    expect(await run(user, "status")).toBe(0);
    expect(user.out).toBe("");
    expect(user.err).toMatch(/^session selection report: unavailable \(.+\)\n/);
    user.write("{", "status.json");
    expect(await run(user, "status")).toBe(0);
    expect(user.err).toMatch(/^session selection report: unavailable \(invalid status json: .+\)\n/);
  });

  it("is what list and ls are as well", async () => {
    const user = world();
    user.session("a");
    user.status({ a: { age: 5, used: 25 } });
    await run(user, "status --json");
    const shown = user.out;
    for (const line of ["list --json", "ls --json"]) {
      expect(await run(user, line)).toBe(0);
      expect(user.out).toBe(shown);
    }
  });

  it("speaks JSON", async () => {
    const user = world();
    user.session("a");
    user.status({ a: { age: 5, used: 25 } });
    expect(await run(user, "status --json")).toBe(0);
    const report = JSON.parse(user.out);
    expect(report).toMatchObject({
      schema: "agentlb.status/1",
      selected: "a",
      supervisor: { running: false },
    });
    expect(report.sessions).toMatchObject([{ alias: "a", eligible: true, score: 75, reason: "eligible" }]);
  });

  it("shows nothing that steers the terminal", async () => {
    const user = world();
    user.session("a", { "auth.json": authFile("\x1b[31m@x") });
    user.status({ a: { age: 5, used: 25, health: "\x1b[2J" } });
    await run(user, "status");
    // deno-lint-ignore no-control-regex
    expect(user.out).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
  });
});
