import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { layoutOf } from "../../lib/core/system/layout.ts";
import { parsePromise, type Promised, renderPromise } from "../../lib/core/thread/promise.ts";
import { sandbox } from "../../rig/in_test.ts";
import { ways } from "../../rig/program.ts";
import { finished } from "../../rig/result.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { type FakeThread, writeThread } from "../../rig/threads.ts";
import { until } from "../../rig/until.ts";
import { login } from "./support/login.ts";
import { publish } from "./support/published.ts";
import { inAllWays } from "./support/story.ts";

const WAY = ways.includes("compiled") ? "compiled" : ways[0]!;
const T = Date.parse("2026-11-20T12:00:00Z");
const FAR_SEC = Math.floor(Date.now() / 1000) + 6 * 3600;
/** A process that is not there any more. */
const GONE = { pid: 4_000_000, startTime: "1", bootId: "gone" };

function user(env: Readonly<Record<string, string>> = {}): Sandbox {
  const made = sandbox({ env: { AGENTLB_SUPERVISOR_DISABLED: "1", ...env } });
  made.addAlias("a", { authFile: login("a") });
  return made;
}

/** A thread of `codex exec` that a used-up limit ended. */
function thread(
  made: Sandbox,
  more: Partial<FakeThread> = {},
): { readonly id: string; readonly rollout: string } {
  return writeThread(made.homeOf("a"), {
    at: T,
    cwd: made.cwd,
    source: "exec",
    turns: ["limit"],
    workspace: "a",
    user: "user-a",
    ...more,
  });
}

async function go(made: Sandbox, ...args: string[]) {
  const before = made.fake.started().length;
  const { code, stdout, stderr } = await made.run(WAY, args, { input: "not for Codex" });
  const started = made.fake.started().slice(before).map(({ home, args, cwd }) => ({ home, args, cwd }));
  return { code, stdout, stderr, started };
}

function promise(made: Sandbox, id: string, more: Partial<Promised>): string {
  const { promises } = layoutOf(made.root);
  mkdirSync(promises, { recursive: true, mode: 0o700 });
  const path = join(promises, `${id}.json`);
  writeFileSync(
    path,
    renderPromise({
      thread: id,
      alias: "a",
      home: made.homeOf("a"),
      cwd: made.cwd,
      firstWords: "do it",
      by: GONE,
      since: T,
      boundary: T + 900,
      step: "waiting",
      untilMs: undefined,
      isSeenUsedUp: false,
      tries: 1,
      ...more,
    }),
  );
  return path;
}

describe("going on", () => {
  test("runs Codex once, in the home and the folder of the thread, with nothing on stdin and no prompt of its own", async () => {
    const made = user();
    const folder = join(made.home, "elsewhere");
    mkdirSync(folder);
    made.fake.tell(made.homeOf("a"), { run: { echo: true } });
    const { id } = thread(made, { cwd: folder });
    const args = ["exec", "resume", "--skip-git-repo-check", "-m", "gpt-fake", id, "continue"];
    const { code, started, stdout, stderr } = await go(made, "continue", id);
    expect({ code, stdout, started }).toEqual({
      code: 0,
      stdout: "",
      started: [{ home: made.homeOf("a"), args, cwd: folder }],
    });
    expect(stderr).toBe("");
    expect(existsSync(join(layoutOf(made.root).promises, `${id}.json`))).toBe(false);
    const events = await made.run(WAY, ["events"]);
    expect(JSON.parse(events.stdout)).toEqual({
      schema: "agentlb.event/1",
      at: expect.any(String),
      kind: "went-on",
      alias: "a",
      thread: id,
    });
  });

  test("ends as Codex does", async () => {
    const made = user();
    made.fake.tell(made.homeOf("a"), { run: { exit: 7 } });
    thread(made);
    expect((await go(made, "continue")).code).toBe(7);
  });

  test("takes the last thread of this folder, or says that there is none", async () => {
    const made = user();
    thread(made);
    const { id } = thread(made, { at: T + 60_000 });
    thread(made, { at: T + 120_000, cwd: "/elsewhere" });
    const { started } = await go(made, "continue", "--last");
    expect(started[0]?.args).toContain(id);
    const none = await made.run(WAY, ["continue"], { cwd: made.dir });
    expect(none.code).toBe(1);
    expect(none.stderr).toContain("no session has a thread in this folder");
  });

  test("records the step before Codex is started", async () => {
    const made = user();
    made.fake.tell(made.homeOf("a"), { run: { holdUntil: "go" } });
    const { id } = thread(made);
    const running = made.start(WAY, ["continue"]);
    const end = finished(running, 30_000);
    await until(() => made.fake.started().length > 0, "Codex runs");
    const path = join(layoutOf(made.root).promises, `${id}.json`);
    expect(parsePromise(readFileSync(path, "utf8"))).toMatchObject({
      step: "starting",
      by: { pid: running.pid },
    });
    writeFileSync(join(made.homeOf("a"), "go"), "");
    expect((await end).code).toBe(0);
    expect(existsSync(path)).toBe(false);
  });

  test("needs a terminal for a thread of one, and the folder of the thread", async () => {
    const made = user();
    const { id } = thread(made, { source: "cli" });
    const without = await go(made, "continue", id);
    expect(without).toMatchObject({ code: 1, started: [] });
    expect(without.stderr).toContain("it was begun in a terminal and needs one");
    const folder = join(made.home, "gone");
    mkdirSync(folder);
    const lost = thread(made, { at: T + 60_000, cwd: folder });
    rmdirSync(folder);
    const gone = await go(made, "continue", lost.id);
    expect(gone).toMatchObject({ code: 1, started: [] });
    expect(gone.stderr).toContain("its folder is gone");
    expect((await go(made, "waiting")).stdout).toBe("nothing is waited for\n");
  });

  test("never under another account than the one that began the thread", async () => {
    const made = user();
    const { id } = thread(made, { workspace: "b", user: "user-b" });
    const { code, stderr, started } = await go(made, "continue", id, "--wait");
    expect({ code, started }).toEqual({ code: 1, started: [] });
    expect(stderr).toContain("is logged in to another account than the one that began it");
    expect((await go(made, "waiting")).stdout).toBe("nothing is waited for\n");
  });

  test("is left by Ctrl-C to the next call", async () => {
    const made = user();
    const { id } = thread(made, { at: Date.now() - 60_000, resets: FAR_SEC });
    const running = made.start(WAY, ["continue", "--wait"]);
    const end = finished(running, 30_000);
    const listed = async () => JSON.parse((await go(made, "waiting", "--json")).stdout).promises;
    await until(async () => (await listed())[0]?.state === "waiting", "it waits");
    const second = await go(made, "continue", "--wait");
    expect(second).toMatchObject({ code: 1, started: [] });
    expect(second.stderr).toContain(`agentlb (pid ${running.pid}) waits for it already`);
    const kept = await go(made, "waiting", "--forget", id);
    expect(kept.code).toBe(1);
    expect(kept.stderr).toContain(`kill ${running.pid}`);
    process.kill(running.pid!, "SIGINT");
    expect(await end).toMatchObject({ signal: "SIGINT" });
    expect(await listed()).toMatchObject([{ thread: id, state: "interrupted" }]);
    publish(made, { a: { used: [10, 10], ageSec: 0 } });
    expect((await go(made, "continue")).started).toHaveLength(1);
    expect(await listed()).toEqual([]);
  });
});

describe("when nothing is left", () => {
  test("says until when, and waits no longer than it may", async () => {
    const made = user();
    const { id } = thread(made, { at: Date.now() - 60_000, resets: FAR_SEC });
    const told = await go(made, "continue", "--json");
    expect(told).toMatchObject({ code: 4, started: [] });
    expect(JSON.parse(told.stdout)).toMatchObject({
      schema: "agentlb.continue/1",
      thread: id,
      alias: "a",
      result: "used up",
      comesBackAt: new Date(FAR_SEC * 1000).toISOString().replace(".000", ""),
      exitCode: 4,
    });
    const late = await go(made, "continue", "--wait", "--timeout", "1s");
    expect(late).toMatchObject({ code: 6, stdout: "", started: [] });
    expect(late.stderr).toContain(`agentlb: waiting: thread ${id} of "a" (do it) goes on at `);
    expect(late.stderr).toContain("then agentlb continue --last\n");
    writeFileSync(join(made.root, "config.toml"), "[runner]\nunattended_hours = 2\n");
    const long = await go(made, "continue", "--wait");
    expect(long).toMatchObject({ code: 4, stdout: "", started: [] });
    expect(long.stderr).toContain("runner.unattended_hours ends the wait before");
    expect(long.stderr).toContain("hint: go on later with: agentlb continue --last\n");
    expect((await go(made, "continue", id.slice(0, 13))).stderr)
      .toContain(`hint: go on by itself with: agentlb continue ${id.slice(0, 13)} --wait\n`);
    expect((await go(made, "waiting")).stdout).toBe("nothing is waited for\n");
  });

  test("believes a newer reading that shows something left", async () => {
    const made = user();
    thread(made, { at: Date.now() - 60_000, resets: FAR_SEC });
    publish(made, { a: { used: [10, 10], ageSec: 0 } });
    expect(await go(made, "continue")).toMatchObject({ code: 0, started: [{}] });
  });

  test("goes on with an API key only when the user is there", async () => {
    const made = user();
    writeFileSync(join(made.homeOf("a"), "auth.json"), JSON.stringify({ OPENAI_API_KEY: "sk-made-up" }));
    thread(made, { workspace: undefined!, user: undefined! });
    const unattended = await go(made, "continue", "--wait");
    expect(unattended).toMatchObject({ code: 1, started: [] });
    expect(unattended.stderr).toContain("what costs money is not gone on with unattended");
    expect(await go(made, "continue")).toMatchObject({ code: 1, started: [] });
    expect(await go(made, "continue", "--yes")).toMatchObject({ code: 0, started: [{}] });
  });
});

describe("what can't be known", () => {
  test.each(
    [
      ["killed", { turns: ["killed"] }, "its last turn was cut off"],
      ["aborted", { turns: ["aborted"] }, "was not ended by a used-up limit"],
      ["an old Codex", { isOld: true }, "too old to tell"],
    ] as const,
  )("%s: asks, and without a terminal only --yes is an answer", async (_what, more, words) => {
    const made = user();
    const { id } = thread(made, more);
    const asked = await go(made, "continue", id, "--wait");
    expect(asked).toMatchObject({ code: 1, stdout: "", started: [] });
    expect(asked.stderr).toContain(words);
    expect(asked.stderr).toContain(`agentlb continue ${id} --yes`);
    expect(await go(made, "continue", id, "--yes")).toMatchObject({ code: 0, started: [{}] });
  });

  test("a start that was recorded and nothing shows: listed, asked, never repeated by itself", async () => {
    const made = user();
    const { id } = thread(made);
    const path = promise(made, id, { step: "starting" });
    const { stdout } = await go(made, "waiting", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      schema: "agentlb.waiting/1",
      promises: [{ thread: id, alias: "a", state: "uncertain", pid: GONE.pid }],
    });
    const asked = await go(made, "continue", "--wait");
    expect(asked).toMatchObject({ code: 1, started: [] });
    expect(asked.stderr).toContain("it may have gone on already");
    expect(existsSync(path)).toBe(true);
    expect((await go(made, "continue", "--yes")).started).toHaveLength(1);
    expect(existsSync(path)).toBe(false);
  });

  test("a start that the thread shows to have taken place is over", async () => {
    const made = user();
    const { id } = thread(made, { turns: ["limit", "limit"] });
    promise(made, id, { step: "starting" });
    expect(JSON.parse((await go(made, "waiting", "--json")).stdout).promises).toMatchObject([{
      state: "interrupted",
    }]);
    expect((await go(made, "continue")).started).toHaveLength(1);
  });

  test("a promise that can't be read is no promise that is kept: it stops, until it is forgotten", async () => {
    const made = user();
    const { id } = thread(made);
    writeFileSync(promise(made, id, {}), "{");
    const stopped = await go(made, "continue");
    expect(stopped).toMatchObject({ code: 1, started: [] });
    expect(stopped.stderr).toContain("agentlb waiting --forget");
    expect(await go(made, "waiting", "--forget", id)).toMatchObject({
      code: 0,
      stdout: `forgotten: ${id}\n`,
    });
    expect((await go(made, "continue")).started).toHaveLength(1);
  });
});

describe("a thread that ended as it should", () => {
  test("has nothing to go on with, which is no failure", async () => {
    const made = user();
    const { id } = thread(made, { turns: ["done"] });
    promise(made, id, {});
    const { code, stdout, stderr, started } = await go(made, "continue", "--wait");
    expect({ code, stdout, started }).toEqual({ code: 0, stdout: "", started: [] });
    expect(stderr).toContain("nothing to go on with");
    expect((await go(made, "waiting")).stdout).toBe("nothing is waited for\n");
  });
});

inAllWays("promises are listed and forgotten the same way", async ({ user: made, run }) => {
  made.addAlias("a", { authFile: login("a") });
  const { id } = thread(made);
  promise(made, id, {});
  expect((await run(["waiting"])).stdout).toContain(`${id} ┆ a       ┆ interrupted`);
  expect((await run(["waiting", "--forget", "../a"])).code).toBe(2);
  expect((await run(["waiting", "--forget", id])).stdout).toBe(`forgotten: ${id}\n`);
  expect((await run(["waiting", "--forget", id])).stdout).toBe(`nothing was promised for: ${id}\n`);
  expect((await run(["continue", id])).code).toBe(0);
  expect(made.fake.started()).toHaveLength(1);
}, { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
