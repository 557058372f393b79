import { readFileSync } from "node:fs";
import { expect, test, type TestContext } from "vitest";
import { runCodex } from "../../rig/codex.ts";
import { patience } from "../../rig/patience.ts";
import { commandOf } from "../../rig/program.ts";
import { nameThread } from "../../rig/threads.ts";
import { until } from "../../rig/until.ts";
import { openTerminal } from "./support/terminal.ts";
import { publish } from "./support/published.ts";
import { type World, world } from "./real_world.ts";

const OPTIONS = { timeout: patience(120_000) };
const EXEC = ["exec", "--skip-git-repo-check"];

/** A user of the real Codex with two sessions, of which every pick takes `b`. */
async function twoSessions(context: TestContext): Promise<World> {
  const made = await world(context, { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
  for (const alias of ["a", "b"]) made.user.addAlias(alias, { backend: made.service, account: alias });
  publish(made.user, { a: { used: [97, 50] }, b: { used: [10, 10] } });
  return made;
}

interface Listed {
  readonly id: string;
  readonly session: string | null;
  readonly turns: number;
  readonly state: string;
  readonly firstWords: string;
  readonly rollout: string;
  readonly name?: string;
  readonly lastTurn: { readonly end: string };
}

async function listed(made: World): Promise<Listed[]> {
  return JSON.parse((await made.agentlb(["threads", "--all", "--json"])).stdout).threads;
}

/** The accounts that were asked to answer a turn, in order. */
function turnsBy({ service }: World): string[] {
  return service.find({ path: /\/responses$/, status: 200 }).map(({ account }) => account);
}

test(
  "`exec resume --last` from another session than the owner continues the very thread",
  OPTIONS,
  async (context) => {
    const made = await twoSessions(context);
    expect((await made.agentlb(["new", "a", "--", ...EXEC, "the first words"])).code).toBe(0);
    const [begun, ...others] = await listed(made);
    expect(others).toEqual([]);
    expect(begun).toMatchObject({ session: "a", turns: 1, state: "done", firstWords: "the first words" });

    const { code, stderr } = await made.agentlb([
      "--",
      "exec",
      "resume",
      "--skip-git-repo-check",
      "--last",
      "go on",
    ]);
    expect(code).toBe(0);
    expect(stderr).toContain(`agentlb: thread ${begun!.id.slice(0, 13)}… is of session a (5h 3% left`);
    expect(stderr).toContain(`session id: ${begun!.id}`);
    expect(await listed(made)).toMatchObject([{ id: begun!.id, turns: 2, rollout: begun!.rollout }]);
    expect(turnsBy(made)).toEqual(["a", "a"]);
  },
);

test(
  "a terminal goes on with the thread of another session than a pick would take",
  OPTIONS,
  async (context) => {
    const made = await world(context, { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
    const { user, service } = made;
    const config = `[projects."${user.cwd}"]\ntrust_level = "trusted"`;
    for (const alias of ["a", "b"]) user.addAlias(alias, { backend: service, account: alias, config });
    publish(user, { a: { used: [97, 50] }, b: { used: [10, 10] } });
    await made.agentlb(["new", "a", "--", ...EXEC, "the first words"]);
    const [{ id }] = await listed(made) as [Listed];

    const terminal = openTerminal(user);
    const words = "resume --last --include-non-interactive 'the second words'";
    terminal.type(`${commandOf("compiled")[0]} -- ${words}`);
    await until(
      () => ["› the first words", "› the second words"].every((text) => terminal.screen().includes(text)),
      () => `the thread on the screen:\n${terminal.screen()}`,
      60_000,
    );
    const isDone = ({ turns, lastTurn }: Listed) => turns === 2 && lastTurn.end === "completed";
    await until(async () => (await listed(made)).some(isDone), "the end of a second turn");
    expect(await listed(made)).toMatchObject([{ id, session: "a", state: "open", turns: 2 }]);
    // Beside the turn the terminal asks for more, such as a title.
    expect(new Set(turnsBy(made))).toEqual(new Set(["a"]));
    terminal.close();
    await until(async () => (await listed(made))[0]?.state === "done", "the thread is closed");
  },
);

test("by id, by the beginning of an id and by name, resumed and forked", OPTIONS, async (context) => {
  const made = await twoSessions(context);
  await made.agentlb(["new", "a", "--", ...EXEC, "one"]);
  const [{ id }] = await listed(made) as [Listed];
  nameThread(made.user.homeOf("a"), id, "my work");
  for (const word of [id, id.slice(0, 10), "my work"]) {
    const { code } = await made.agentlb(["--", "exec", "resume", "--skip-git-repo-check", word, "more"]);
    expect(code).toBe(0);
  }
  expect(await listed(made)).toMatchObject([{ id, session: "a", turns: 4, name: "my work" }]);

  expect((await made.agentlb(["--", "exec", "fork", "--skip-git-repo-check", "my work", "another way"])).code)
    .toBe(0);
  const [branch, stem] = await listed(made);
  expect(stem).toMatchObject({ id, turns: 4 });
  expect(branch).toMatchObject({ session: "a" });
  expect(readFileSync(branch!.rollout, "utf8")).toContain(`"forked_from_id":"${id}"`);
  expect(turnsBy(made)).toEqual(["a", "a", "a", "a", "a"]);
});

test(
  "nothing is begun for an unknown name, in another folder, or for an archived thread",
  OPTIONS,
  async (context) => {
    const made = await twoSessions(context);
    await made.agentlb(["new", "a", "--", ...EXEC, "one"]);
    const [{ id, rollout }] = await listed(made) as [Listed];
    const before = readFileSync(rollout, "utf8");
    const resume = ["--", "exec", "resume", "--skip-git-repo-check"];
    expect((await made.agentlb([...resume, "no such name", "go"])).code).toBe(1);
    expect((await made.user.run("compiled", [...resume, "--last", "go"], { cwd: made.user.home })).code).toBe(
      1,
    );
    expect((await made.agentlb(["new", "b", ...resume, id, "go"])).code).toBe(1);
    expect(await listed(made)).toHaveLength(1);
    expect(readFileSync(rollout, "utf8")).toBe(before);

    const archive = await runCodex(made.user.homeOf("a"), ["archive", id]);
    expect(archive.code).toBe(0);
    const { code, stderr } = await made.agentlb([...resume, id, "go"]);
    expect(code).toBe(1);
    const hint = /agentlb: hint: unarchive it first: agentlb (new a -- unarchive \S+)\n/.exec(stderr)?.[1] ??
      "";
    expect((await made.agentlb(hint.split(" "))).code).toBe(0);
    expect((await made.agentlb([...resume, id, "go"])).code).toBe(0);
    expect(await listed(made)).toMatchObject([{ id, turns: 2 }]);
    expect(turnsBy(made)).toEqual(["a", "a"]);
  },
);

test(
  "a limit is told by the list until the service's reset, and an open thread as open",
  OPTIONS,
  async (context) => {
    const made = await twoSessions(context);
    made.service.set("a", { responses: { mode: "usage_limit" } });
    expect((await made.agentlb(["new", "a", "--", ...EXEC, "one"])).code).toBe(1);
    const [thread] = await listed(made);
    expect(thread).toMatchObject({ state: "limit", turns: 1 });
    const until = (thread as unknown as { limitUntil: string }).limitUntil;
    expect(Date.parse(until)).toBeGreaterThan(Date.now());

    made.service.set("a", { responses: { mode: "hang" } });
    const child = made.start(["--", "exec", "resume", "--skip-git-repo-check", thread!.id, "go"]);
    child.stdin?.end();
    await made.service.waitFor({ path: /\/responses$/ }, 2);
    expect(await listed(made)).toMatchObject([{ id: thread!.id, state: "open" }]);
    made.service.set("a", { responses: { mode: "ok" } });
    await new Promise((ended) => child.on("exit", ended));
    expect(await listed(made)).toMatchObject([{ id: thread!.id, state: "done", turns: 2 }]);
  },
);
