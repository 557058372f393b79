import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import { ways } from "../../rig/program.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { type FakeThread, nameThread, writeThread } from "../../rig/threads.ts";
import { login } from "./support/login.ts";
import { publish } from "./support/published.ts";
import { inAllWays } from "./support/story.ts";

const T = Date.parse("2026-11-20T12:00:00Z");
const HOUR = 3_600_000;
const WAY = ways.includes("compiled") ? "compiled" : ways[0]!;

/** A user with two sessions of which `b` has more left, so that every pick takes it. */
function user(): Sandbox {
  const made = sandbox({ env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
  for (const alias of ["a", "b"]) made.addAlias(alias, { authFile: login(alias) });
  publish(made, { a: { used: [97, 50] }, b: { used: [10, 10] } });
  return made;
}

/** Writes a thread of a session into its home, begun in the user's working folder with the session's own login. */
function thread(made: Sandbox, alias: string, more: Partial<FakeThread> = {}): string {
  const account = { workspace: alias, user: `user-${alias}` };
  return writeThread(made.homeOf(alias), { at: T, cwd: made.cwd, ...account, ...more }).id;
}

/** Runs the program; returns how it ended, what it said, and the Codex that it started, if any. */
async function go(made: Sandbox, line: string | readonly string[], cwd = made.cwd) {
  const before = made.fake.started().length;
  const args = typeof line === "string" ? line.split(" ") : line;
  const { code, stdout, stderr } = await made.run(WAY, args, { cwd });
  const [started] = made.fake.started().slice(before);
  return { code, stdout, stderr, home: started?.home, args: started?.args.join(" ") };
}

describe("a thread is gone on with in the session that has it", () => {
  test.each([
    "resume",
    "fork",
    "exec resume",
    "exec fork",
    "-m gpt-5 exec -c a=b resume --json",
  ])("by its id, whatever is left there: %s", async (verb) => {
    const made = user();
    const id = thread(made, "a");
    const { code, stderr, home, args } = await go(made, `-- ${verb} ${id} go`);
    expect({ code, home, args }).toEqual({ code: 0, home: made.homeOf("a"), args: `${verb} ${id} go` });
    expect(stderr).toBe(
      `agentlb: thread ${id.slice(0, 13)}… is of session a (5h 3% left, weekly 50% left)\n`,
    );
  });

  test("by its name", async () => {
    const made = user();
    const id = thread(made, "a", { name: "my work" });
    nameThread(made.homeOf("a"), id, "other work");
    thread(made, "b", { at: T + HOUR });
    const { home, args, stderr } = await go(made, ["--", "exec", "resume", "other work", "go"]);
    expect({ home, args }).toEqual({ home: made.homeOf("a"), args: `exec resume ${id} go` });
    expect(stderr).toContain(`thread "other work" (${id.slice(0, 13)}…) is of session a`);
    expect((await go(made, ["--", "resume", "my work"])).code).toBe(1);
  });

  test("by the beginning of its id", async () => {
    const made = user();
    const id = thread(made, "a");
    thread(made, "b", { at: T + 90 * 24 * HOUR });
    expect(await go(made, `-- resume ${id.slice(0, 8)}`)).toMatchObject({ args: `resume ${id}` });
  });

  test("as the last one in this folder, of all sessions: two have one here, another folder has a newer", async () => {
    const made = user();
    thread(made, "b");
    const id = thread(made, "a", { at: T + HOUR });
    thread(made, "b", { at: T + 2 * HOUR, cwd: made.home });
    expect(await go(made, "-- resume --last go")).toMatchObject({
      home: made.homeOf("a"),
      args: `resume ${id} go`,
    });
  });

  test("as the last one in another folder that -C names, or in all", async () => {
    const made = user();
    const here = thread(made, "a");
    const there = thread(made, "b", { at: T + HOUR, cwd: made.home });
    expect(await go(made, `-- -C ${made.home} exec resume --last go`)).toMatchObject({
      home: made.homeOf("b"),
      args: `-C ${made.home} exec resume ${there} go`,
    });
    expect(await go(made, "-- -C .. resume --last")).toMatchObject({ args: `-C .. resume ${there}` });
    expect(await go(made, "-- resume --last --all")).toMatchObject({ args: `resume ${there} --all` });
    expect(await go(made, "-- resume --last")).toMatchObject({ args: `resume ${here}` });
  });

  test("as the last one by its newest line, in the folder of its last turn", async () => {
    const made = user();
    const id = thread(made, "a", { turns: ["done", "done", "done"] });
    thread(made, "b", { at: T + 1000 });
    expect(await go(made, "-- resume --last")).toMatchObject({ args: `resume ${id}` });
  });

  test("as the last one of a kind that Codex takes: a terminal's for `resume`, any but a subagent's for `exec`", async () => {
    const made = user();
    const typed = thread(made, "b");
    const exec = thread(made, "a", { at: T + HOUR, source: "exec" });
    thread(made, "a", { at: T + 2 * HOUR, source: { subagent: "review" } });
    expect(await go(made, "-- resume --last")).toMatchObject({ args: `resume ${typed}` });
    expect(await go(made, "-- fork --last")).toMatchObject({ args: `fork ${typed}` });
    expect(await go(made, "-- exec resume --last x")).toMatchObject({ args: `exec resume ${exec} x` });
    expect(await go(made, "-- resume --include-non-interactive --last")).toMatchObject({
      args: `resume ${exec} --include-non-interactive`,
    });
  });

  test("never as a thread of another account's, which lies in the home as a copy or since another login", async () => {
    const made = user();
    const id = thread(made, "a");
    thread(made, "b", { workspace: "a", user: "user-a" });
    thread(made, "b", { at: T + HOUR, workspace: "c", user: "user-c" });
    expect(await go(made, `-- resume ${id}`)).toMatchObject({ code: 0, home: made.homeOf("a") });
    expect(await go(made, "-- resume --last")).toMatchObject({
      home: made.homeOf("a"),
      args: `resume ${id}`,
    });
  });

  test("though its session is used up; with --no-exhausted not", async () => {
    const made = user();
    publish(made, { a: { used: [100, 50] }, b: {} });
    const id = thread(made, "a");
    const { home, stderr } = await go(made, `-- resume ${id}`);
    expect(home).toBe(made.homeOf("a"));
    expect(stderr).toMatch(/is of session a .*\nagentlb: note: a would not be picked by itself: exhausted/);
    expect(await go(made, `--no-exhausted -- resume ${id}`)).toMatchObject({ code: 4, home: undefined });
  });

  test.each(["rr", "last", "new"])("also by `%s`, which then picks no other", async (command) => {
    const made = user();
    await go(made, "new b");
    const id = thread(made, "a");
    expect(await go(made, `${command} -- resume ${id}`)).toMatchObject({ code: 0, home: made.homeOf("a") });
  });

  test("and is printed so by --print-command", async () => {
    const made = user();
    const id = thread(made, "a");
    const { stdout, stderr } = await go(made, "--print-command -- exec resume --last go");
    expect(stdout).toBe(`CODEX_HOME=${made.homeOf("a")} codex exec resume ${id} go\n`);
    expect(stderr).toContain("is of session a");
  });

  test("of a rollout that codex 0.90 wrote", async () => {
    const made = user();
    const id = thread(made, "a", { isOld: true });
    expect(await go(made, "-- resume --last")).toMatchObject({
      home: made.homeOf("a"),
      args: `resume ${id}`,
    });
  });

  test("through a linked `sessions/` in the session whose account began it; the rollout is listed once", async () => {
    const made = user();
    const shared = join(made.home, "shared");
    const id = thread(made, "b");
    renameSync(join(made.homeOf("b"), "sessions"), shared);
    for (const alias of ["a", "b"]) symlinkSync(shared, join(made.homeOf(alias), "sessions"));
    const { threads } = JSON.parse((await go(made, "threads --json")).stdout);
    expect(threads).toMatchObject([{ id, session: "b", alsoIn: ["a"] }]);
    expect(threads).toHaveLength(1);
    expect(await go(made, `-- resume ${id}`)).toMatchObject({ home: made.homeOf("b") });
    expect(await go(made, `new a -- resume ${id}`)).toMatchObject({ home: made.homeOf("a") });
  });

  test("by the command of the settings, also when that starts Codex under another name", async () => {
    const made = user();
    const id = thread(made, "a");
    writeFileSync(join(made.root, "config.toml"), `[runner]\ndefault_command = "env codex exec"\n`);
    expect(await go(made, "-- resume --last go")).toMatchObject({
      home: made.homeOf("a"),
      args: `exec resume ${id} go`,
    });
    symlinkSync(join(made.bin, "codex"), join(made.bin, "cx"));
    writeFileSync(join(made.root, "config.toml"), `[runner]\ndefault_command = "cx"\n`);
    expect(await go(made, "-- resume --last go")).toMatchObject({ home: made.homeOf("a") });
    const { code, stdout } = await go(made, ["--cmd", "echo", "--", "resume", "--last"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "resume --last\n" });
  });
});

describe("Codex is not started", () => {
  const refused = (message: string, hint: string) => ({
    code: 1,
    home: undefined,
    stderr: `agentlb: error: Cannot go on with a thread: ${message}\nagentlb: hint: ${hint}\n`,
  });

  test("for an unknown id or name", async () => {
    const made = user();
    thread(made, "a", { name: "my work" });
    const unknown = "01a1f8a4-18c5-7000-8000-000000000000";
    const see = "see: agentlb threads --all";
    expect(await go(made, `-- exec resume ${unknown} go`)).toMatchObject(
      refused(`no session has a thread with the id or name "${unknown}"`, see),
    );
    expect(await go(made, ["--", "exec", "resume", "my wrok", "go"])).toMatchObject(
      refused(`no session has a thread with the id or name "my wrok"`, `did you mean "my work"? ${see}`),
    );
    expect(existsSync(join(made.root, "state/leases.json"))).toBe(false);
  });

  test("for `--last` where no session has a thread", async () => {
    const made = user();
    thread(made, "a", { cwd: made.home });
    expect(await go(made, "-- exec resume --last go")).toMatchObject(
      refused("no session has a thread in this folder", "see: agentlb threads --all"),
    );
  });

  test("for a thread of another session than the named one, nor is that made", async () => {
    const made = user();
    const id = thread(made, "a", { name: "my work" });
    const message = `thread "my work" (${id.slice(0, 13)}…) is of session a, not of b`;
    const hint = "leave out the name of the session, or name that one";
    for (const words of [["resume", id], ["exec", "resume", "my work"], ["exec", "resume", "--last"]]) {
      expect(await go(made, ["new", "b", "--", ...words])).toMatchObject(refused(message, hint));
    }
    expect(await go(made, `new c -- resume ${id}`)).toMatchObject({ code: 1 });
    expect(existsSync(made.homeOf("c"))).toBe(false);
    expect(await go(made, `new a -- resume ${id}`)).toMatchObject({ code: 0, home: made.homeOf("a") });
    const own = thread(made, "b");
    expect(await go(made, "new b -- exec resume --last")).toMatchObject({ args: `exec resume ${own}` });
  });

  test("for a thread of the user's own Codex: that is where it is gone on with", async () => {
    const made = user();
    const own = join(made.home, ".codex");
    const { id } = writeThread(own, { at: T, cwd: made.cwd });
    const short = `thread ${id.slice(0, 13)}…`;
    expect(await go(made, `-- exec resume ${id} go`)).toMatchObject(
      refused(
        `${short} is in your own Codex (${own}), not in a session`,
        `go on there: codex exec resume ${id}`,
      ),
    );
    expect(await go(made, "-- resume --last")).toMatchObject(
      refused("no session has a thread in this folder", `your own Codex has one: codex resume ${id}`),
    );
  });

  test("for an archived thread: it says how to unarchive it", async () => {
    const made = user();
    const id = thread(made, "a", { isArchived: true });
    expect(await go(made, `-- resume ${id}`)).toMatchObject(
      refused(
        `thread ${id.slice(0, 13)}… of session a is archived`,
        `unarchive it first: agentlb new a -- unarchive ${id}`,
      ),
    );
    expect(await go(made, "-- resume --last")).toMatchObject({ code: 1, home: undefined });
  });

  test("for a name of two threads: both are named", async () => {
    const made = user();
    const [one, two] = [
      thread(made, "a", { name: "twin" }),
      thread(made, "b", { at: T + HOUR, name: "twin" }),
    ];
    const { code, stderr, home } = await go(made, "-- resume twin");
    expect({ code, home }).toEqual({ code: 1, home: undefined });
    expect(stderr).toContain(`several threads fit "twin": ${two} of session b, ${one} of session a\n`);
    expect(await go(made, "new a -- resume twin")).toMatchObject({
      home: made.homeOf("a"),
      args: `resume ${one}`,
    });
  });

  test("for an `exec resume` that names no thread, which would begin one", async () => {
    const made = user();
    thread(made, "a");
    expect(await go(made, "-- exec resume")).toMatchObject(
      refused("codex exec resume names no thread", "give an id, a name or --last"),
    );
  });
});

test("without an id and without --last the picked session shows its own menu", async () => {
  const made = user();
  thread(made, "a");
  const { code, home, args, stderr } = await go(made, "-- resume");
  expect({ code, home, args }).toEqual({ code: 0, home: made.homeOf("b"), args: "resume" });
  expect(stderr).toMatch(/^agentlb: using b /);
});

test("other command lines are passed on as they are", async () => {
  const made = user();
  for (
    const words of [["exec", "resume the work"], ["exec", "--", "resume"], ["archive", "fork"], [
      "resume",
      "--help",
    ]]
  ) {
    expect(await go(made, ["--", ...words])).toMatchObject({ home: made.homeOf("b"), args: words.join(" ") });
  }
});

describe("the list of threads", () => {
  test("is of all sessions and of the user's own Codex, the newest first", async () => {
    const made = user();
    const now = Date.now();
    const ids = [
      thread(made, "a", { turns: ["done", "done"], name: "my work" }),
      thread(made, "b", {
        at: now - 3 * HOUR,
        turns: ["limit"],
        resets: Math.ceil(now / 1000) + 3600,
        words: "fix\nit \x1b[31m",
      }),
      writeThread(join(made.home, ".codex"), { at: now - 2 * HOUR, cwd: made.home, turns: ["killed"] }).id,
      thread(made, "a", { at: now - HOUR, isArchived: true }),
    ];
    const { stdout, stderr, code } = await go(made, "threads");
    const rows = stdout.split("\n").filter((line) => line.startsWith("│")).map((line) =>
      line.slice(1, -1).split("┆").map((cell) => cell.trim())
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(rows.slice(1).map((cells) => cells.toSpliced(2, 1))).toEqual([
      [ids[2]!.slice(0, 8), "(your own)", "interrupted", "1", "~", "do it"],
      [ids[1]!.slice(0, 8), "b", expect.stringMatching(/^limit until /), "1", "~/work", "fix it \\u{1b}[31m"],
      [ids[0]!.slice(0, 8), "a", "done", "2", "~/work", "my work"],
    ]);
    const all = JSON.parse((await go(made, "threads --all --json")).stdout);
    expect(all).toMatchObject({ schema: "agentlb.threads/1", more: 0 });
    expect(all.threads.map((each: { id: string }) => each.id)).toEqual(ids.toReversed());
    expect(all.threads[3]).toEqual({
      id: ids[0],
      name: "my work",
      session: "a",
      home: made.homeOf("a"),
      rollout: expect.stringContaining(`${made.homeOf("a")}/sessions/2026/11/20/rollout-`),
      cwd: made.cwd,
      workspace: "a",
      user: "user-a",
      source: "cli",
      firstWords: "do it",
      begunAt: "2026-11-20T12:00:00Z",
      lastAt: "2026-11-20T12:00:01Z",
      state: "done",
      isOpen: false,
      isArchived: false,
      lastTurn: { at: "2026-11-20T12:00:01Z", end: "completed" },
      turns: 2,
      turnsBy: [{ session: "a", email: "a@example.test", turns: 2 }],
    });
    const here = JSON.parse((await go(made, "threads --cwd --json")).stdout);
    expect(here.threads.map((each: { id: string }) => each.id)).toEqual([ids[1], ids[0]]);
  });

  test("says how many more there are, with ids that no other thread shares", async () => {
    const made = user();
    for (let minute = 0; minute < 30; minute++) thread(made, "a", { at: T + minute * 10 });
    const { stdout, stderr } = await go(made, "threads");
    const shown = stdout.split("\n").flatMap((line) => /^│ ([0-9a-f][-0-9a-f]+)/.exec(line)?.[1] ?? []);
    expect(new Set(shown).size).toBe(20);
    expect(stderr).toBe("agentlb: 10 more: agentlb threads --all\n");
    expect((await go(made, `-- resume ${shown[7]}`)).code).toBe(0);
  });

  test("keeps nothing of a session that was removed", async () => {
    const made = user();
    thread(made, "a", { words: "a secret plan" });
    await go(made, "threads");
    const index = join(made.root, "state/threads.json");
    expect(readFileSync(index, "utf8")).toContain("a secret plan");
    expect((await go(made, "rm a")).code).toBe(0);
    expect(existsSync(index)).toBe(false);
  });

  test("is empty before there is a thread", async () => {
    const made = user();
    expect(await go(made, "threads")).toMatchObject({ code: 0, stdout: "", stderr: "agentlb: no threads\n" });
  });

  test("follows what happens to a rollout, and is made anew when its file is broken", async () => {
    const made = user();
    const id = thread(made, "a");
    const list = async () => JSON.parse((await go(made, "threads --all --json")).stdout).threads;
    expect(await list()).toMatchObject([{ id, turns: 1 }]);
    thread(made, "a", { turns: ["done", "limit"], words: "other" });
    expect(await list()).toMatchObject([{ id, turns: 2, firstWords: "other", state: "limit" }]);
    writeFileSync(join(made.root, "state/threads.json"), "{");
    expect(await list()).toMatchObject([{ id, turns: 2 }]);
    mkdirSync(join(made.homeOf("a"), "archived_sessions"));
    const { rollout } = (await list())[0];
    renameSync(rollout, join(made.homeOf("a"), "archived_sessions", rollout.split("/").at(-1)));
    expect(await list()).toMatchObject([{ id, isArchived: true }]);
  });
});

inAllWays(
  "a thread is found and gone on with alike however the program is started",
  async ({ user: made, run }) => {
    for (const alias of ["a", "b"]) made.addAlias(alias, { authFile: login(alias) });
    publish(made, { a: { used: [97, 50] }, b: { used: [10, 10] } });
    const id = thread(made, "a");
    await run(["threads"]);
    expect((await run(["--", "exec", "resume", "--last", "go"])).code).toBe(0);
    expect(made.fake.started().at(-1)).toMatchObject({
      home: made.homeOf("a"),
      args: ["exec", "resume", id, "go"],
    });
    await run(["bind", "b", "--here"]);
    expect((await run(["--", "resume", id])).code).toBe(1);
  },
  { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } },
);
