import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import { ways } from "../../rig/program.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { renderPromise } from "../../lib/core/thread/promise.ts";
import { daemonsOf } from "./support/daemons.ts";
import { changesOf, killedAt, refusedAt, withFullDisk } from "./support/killed.ts";
import { login } from "./support/login.ts";
import { publish, published } from "./support/published.ts";
import { treeOf } from "./support/tree.ts";

const ALONE = { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } };
const THREAD = "0199a213-81c0-7800-8aa1-bbab2a035a53";

const agentlb = (user: Sandbox, line: string) => user.run("compiled", line.split(" "));
const fileAt = (user: Sandbox, path: string) => {
  const file = join(user.root, path);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
};

/** A home as text, with the databases that a renaming puts aside under their own names. */
const homeText = (home: string) => treeOf(home).replaceAll("moved-state_5", "state_5");

/** The new names are in another place of the list. */
const isSame = (home: string, other: string) =>
  home.split("\n").sort().join("\n") === other.split("\n").sort().join("\n");

/** A session with all that can belong to one; returns its home as text. */
async function full(user: Sandbox, alias: string, others: readonly string[] = []): Promise<string> {
  const home = user.addAlias(alias, { authFile: login(alias) });
  mkdirSync(join(home, "sessions/2026"), { recursive: true });
  writeFileSync(join(home, "sessions/2026/one"), "one");
  for (const end of ["", "-wal"]) writeFileSync(join(home, `state_5.sqlite${end}`), end);
  await agentlb(user, `new ${alias} --print-command`);
  await agentlb(user, `pause ${alias}`);
  await agentlb(user, `bind ${alias} --here`);
  mkdirSync(join(user.root, "state/promises"), { recursive: true, mode: 0o700 });
  mkdirSync(join(user.root, "state/sqlite", alias), { recursive: true, mode: 0o700 });
  writeFileSync(join(user.root, "state/threads.json"), "{}");
  const promise = {
    thread: THREAD,
    alias,
    home,
    cwd: user.cwd,
    firstWords: "hello",
    by: { pid: 2_000_000_000, startTime: "1", bootId: "1" },
    since: 1,
    boundary: 1,
    step: "waiting" as const,
    untilMs: undefined,
    isSeenUsedUp: false,
    tries: 0,
  };
  writeFileSync(join(user.root, `state/promises/${THREAD}.json`), renderPromise(promise), { mode: 0o600 });
  publish(user, Object.fromEntries([alias, ...others].map((name) => [name, {}])));
  return homeText(home);
}

/** What is remembered of an alias outside of its home, each by its own name. */
function remembered(user: Sandbox, alias: string): string[] {
  const quoted = JSON.stringify(alias);
  const files = ["global.json", "paused.json", "bindings.json", "leases.json", `promises/${THREAD}.json`];
  return [
    ...files.filter((name) => fileAt(user, `state/${name}`)?.includes(quoted)),
    ...fileAt(user, `state/sessions/${alias}.json`) === undefined ? [] : ["its picks"],
    ...existsSync(join(user.root, "state/sqlite", alias)) ? ["its databases"] : [],
    ...published(user)?.sessions?.[alias] === undefined ? [] : ["its status"],
  ];
}

const ALL = [
  "global.json",
  "paused.json",
  "bindings.json",
  "leases.json",
  `promises/${THREAD}.json`,
  "its picks",
  "its databases",
  "its status",
];
/** What a renamed session has: the databases of its app-server are made anew. */
const RENAMED = ALL.filter((name) => name !== "its databases");
/** What comes back from the trash: not its claims, and not what the supervisor takes anew. */
const RETURNED = ["paused.json", "bindings.json", `promises/${THREAD}.json`, "its picks"];
const trashed = (user: Sandbox) => {
  const folder = join(user.root, "trash");
  return existsSync(folder) ? readdirSync(folder).sort() : [];
};
/** What a killed command may leave behind for longer than the next one. */
const leftovers = (user: Sandbox) => [
  ...existsSync(join(user.root, "state/move.json")) ? ["move.json"] : [],
  ...readdirSync(join(user.root, "sessions")).filter((name) => /^\.(removing|making)/.test(name)),
  ...trashed(user).filter((name) => !existsSync(join(user.root, "trash", name, "record.json"))),
];

/** Starts anew, all but the folder of the sandbox. */
function clear(user: Sandbox): void {
  rmSync(user.root, { recursive: true, force: true });
}

describe("the trash", () => {
  test.each(ways)("holds a removed session, which restore brings back as it was: %s", async (way) => {
    const user = sandbox(ALONE);
    const before = await full(user, "a");
    const removed = await user.run(way, ["rm", "a"]);
    const [name = ""] = trashed(user);
    const folder = join(user.root, "trash", name);
    expect(removed).toEqual({
      code: 0,
      signal: null,
      stdout: "removed session: a\n",
      stderr: `agentlb: kept for 7 days in ${folder}; to bring it back: agentlb restore a\n`,
    });
    expect(remembered(user, "a")).toEqual([]);
    const list = await user.run(way, ["restore"]);
    expect(list.stdout).toMatch(
      new RegExp(`^a \\(a@example\\.test\\)  removed \\S+ ago, kept for [67]d.* more, as ${name}\\n$`),
    );
    const listed = JSON.parse((await user.run(way, ["restore", "--json"])).stdout);
    expect(listed).toMatchObject({
      schema: "agentlb.trash/1",
      folder: join(user.root, "trash"),
      sessions: [{ alias: "a", name, email: "a@example.test" }],
    });
    expect((await user.run(way, ["restore", "a"])).stdout).toBe("restored session: a\n");
    expect(treeOf(user.homeOf("a"))).toBe(before);
    expect(remembered(user, "a")).toEqual(RETURNED);
    expect([trashed(user), leftovers(user)]).toEqual([[], []]);
  });

  test("keeps a login for its owner alone, and follows no link", async () => {
    const user = sandbox(ALONE);
    const elsewhere = join(user.home, "elsewhere");
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, "auth.json"), "x", { mode: 0o644 });
    const home = user.addAlias("a");
    writeFileSync(join(home, "auth.json"), login("a"), { mode: 0o644 });
    symlinkSync(elsewhere, join(home, "elsewhere"));
    symlinkSync(elsewhere, user.homeOf("linked"));
    const linked = user.addAlias("b");
    symlinkSync(join(elsewhere, "auth.json"), join(linked, "auth.json"));
    for (const alias of ["a", "b", "linked"]) await agentlb(user, `rm ${alias}`);
    const [a, b, link] = trashed(user).map((name) => join(user.root, "trash", name, "home"));
    expect(statSync(join(user.root, "trash")).mode & 0o777).toBe(0o700);
    expect(statSync(join(a!, "auth.json")).mode & 0o777).toBe(0o600);
    expect([lstatSync(join(b!, "auth.json")), lstatSync(link!)].map((stat) => stat.isSymbolicLink()))
      .toEqual([true, true]);
    expect((await agentlb(user, "purge --yes")).code).toBe(0);
    expect(trashed(user)).toEqual([]);
    expect(statSync(join(elsewhere, "auth.json")).mode & 0o777, "it is none of ours").toBe(0o644);
  });

  test("takes over nothing from a removed session to a new one of that name, nor is it in its way", async () => {
    const user = sandbox(ALONE);
    const before = await full(user, "a");
    await agentlb(user, "rm a");
    expect((await agentlb(user, "new a --unbound --print-command")).code).toBe(0);
    expect(remembered(user, "a")).toEqual(["global.json", "leases.json", "its picks"]);
    const refused = await agentlb(user, "restore a");
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Cannot restore "a": there is a session of that name'),
    });
    expect((await agentlb(user, "restore a --as b")).stdout).toBe("restored session: b\n");
    expect(isSame(homeText(user.homeOf("b")), before)).toBe(true);
    expect(JSON.parse(fileAt(user, `state/promises/${THREAD}.json`)!)).toMatchObject({
      alias: "b",
      home: user.homeOf("b"),
    });
    expect(remembered(user, "b")).toEqual(RETURNED);
  });

  test("leaves a folder bound that was bound to the removed session alone", async () => {
    const user = sandbox(ALONE);
    await full(user, "a", ["b"]);
    user.addAlias("b", { authFile: login("b") });
    await agentlb(user, "rm a");
    const pick = await agentlb(user, "pick");
    expect(pick).toMatchObject({ code: 4, stdout: "" });
    expect(pick.stderr).toContain(`${user.cwd} is bound to no session any more`);
    expect((await agentlb(user, "bind")).stdout).toBe(`* ${user.cwd}: no session any more\n`);
    await agentlb(user, "bind --remove");
    expect((await agentlb(user, "pick")).stdout).toContain("b\t");
  });

  test("is never listed or started by a supervisor, which finds a restored session again", async () => {
    const user = sandbox({
      env: { AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0", AGENTLB_PROBE_INTERVAL_SEC: "1" },
    });
    for (const alias of ["a", "b"]) user.addAlias(alias, { authFile: login(alias) });
    // Not by a pick: that of b, where a is read later, would leave b to one app-server for a minute.
    await agentlb(user, "supervisor start --background");
    await until(() => published(user)?.sessions.a?.lastProbeResult === "ok", "a is read");
    await agentlb(user, "rm a");
    const before = user.fake.started(user.homeOf("b")).length;
    await until(() => user.fake.started(user.homeOf("b")).length > before + 1, "b is read twice more");
    expect(user.fake.started().filter(({ home }) => home.includes("trash"))).toEqual([]);
    expect((await agentlb(user, "status --json")).stdout).not.toContain("trash");
    await agentlb(user, "restore a");
    await until(() => published(user).sessions.a?.lastProbeResult === "ok", "a is read again");
  });

  test("is purged only with a yes", async () => {
    const user = sandbox(ALONE);
    for (const alias of ["a", "b"]) {
      user.addAlias(alias, { authFile: login(alias) });
      await agentlb(user, `rm ${alias}`);
    }
    const asked = await agentlb(user, "purge a");
    expect(asked).toMatchObject({ code: 2, stdout: "" });
    expect(asked.stderr).toContain("agentlb purge --yes");
    expect(trashed(user)).toHaveLength(2);
    expect((await agentlb(user, "purge a --yes")).stdout).toBe("deleted for good: a\n");
    expect(trashed(user)).toEqual([expect.stringMatching(/^b-/)]);
    expect(await agentlb(user, "purge a --yes")).toMatchObject({ code: 2 });
    expect(JSON.parse((await agentlb(user, "purge --yes --json")).stdout)).toMatchObject({
      schema: "agentlb.purged/1",
      sessions: [{ alias: "b" }],
    });
    expect(trashed(user)).toEqual([]);
  });
});

describe("a renamed session", () => {
  test.each(ways)("keeps its home and all that is remembered of it: %s", async (way) => {
    const user = sandbox(ALONE);
    const before = await full(user, "a");
    writeFileSync(join(user.root, "config.toml"), '[alias.a]\nreserve = 5\n\n[bind]\n"~/x" = ["a"]\n');
    const renamed = await user.run(way, ["rename", "a", "b"]);
    expect(renamed).toEqual({
      code: 0,
      signal: null,
      stdout: "renamed session: a is b now\n",
      stderr: `agentlb: note: ${
        join(user.root, "config.toml")
      } still has the old name: [alias.a], "~/x" under [bind]\n`,
    });
    expect(isSame(homeText(user.homeOf("b")), before)).toBe(true);
    expect(readdirSync(user.homeOf("b")).filter((name) => name.includes("sqlite")))
      .toEqual(["moved-state_5.sqlite", "moved-state_5.sqlite-wal"]);
    expect([remembered(user, "a"), remembered(user, "b"), leftovers(user)]).toEqual([[], RENAMED, []]);
    expect(fileAt(user, "config.toml")).toContain("[alias.a]");
    const again = await user.run(way, ["rename", "a", "c"]);
    expect(again).toMatchObject({ code: 2, stderr: 'session "a" does not exist\n' });
  });

  test("goes on being supervised: its app-server ends by its closed stdin, and its entry gets the new name", async () => {
    const user = sandbox({ env: { AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0" } });
    for (const alias of ["a", "b"]) user.addAlias(alias, { authFile: login(alias) });
    await agentlb(user, "new a");
    await until(() => published(user)?.sessions.a?.appServer.state === "running", "a has an app-server");
    const [daemon] = daemonsOf(user);
    expect(await agentlb(user, "rename a c")).toMatchObject({ code: 0, stderr: "" });
    expect(Object.keys(published(user).sessions)).not.toContain("a");
    await until(() => published(user).sessions.c?.lastProbeResult === "ok", "c is read");
    expect(daemonsOf(user)).toEqual([daemon]);
    expect(user.fake.happened("signal")).toEqual([]);
    expect(existsSync(user.homeOf("a"))).toBe(false);
  });

  test("never takes the place of another, nor a name that none may have", async () => {
    const user = sandbox(ALONE);
    user.addAlias("a", { authFile: login("a") });
    user.addAlias("b", { authFile: login("b") });
    const before = treeOf(join(user.root, "sessions"));
    for (const to of ["b", "../b", ".b", "-b", "b/c", ""]) {
      const { code } = await user.run("compiled", ["rename", "a", to]);
      expect([1, 2], to).toContain(code);
    }
    expect(treeOf(join(user.root, "sessions"))).toBe(before);
  });
});

interface Story {
  readonly args: string;
  /** Makes what the command needs, and returns the home that must stay whole. */
  prepare(user: Sandbox): Promise<string>;
  /** The places that the home may be in, and what is remembered there. */
  readonly places: (
    user: Sandbox,
  ) => readonly (readonly [home: string, alias: string, known: readonly string[]])[];
}

const inTrash = (user: Sandbox) => join(user.root, "trash", trashed(user)[0] ?? "", "home");
const STORIES: Readonly<Record<string, Story>> = {
  rm: {
    args: "rm a",
    prepare: (user) => full(user, "a"),
    places: (user) => [[user.homeOf("a"), "a", ALL], [inTrash(user), "a", []]],
  },
  restore: {
    args: "restore a",
    async prepare(user) {
      const before = await full(user, "a");
      await agentlb(user, "rm a");
      return before;
    },
    places: (user) => [[inTrash(user), "a", []], [user.homeOf("a"), "a", RETURNED]],
  },
  rename: {
    args: "rename a b",
    prepare: (user) => full(user, "a"),
    places: (user) => [[user.homeOf("a"), "a", ALL], [user.homeOf("b"), "b", RENAMED]],
  },
};

/** The commands that may come next, and find all or nothing done. */
const NEXT = ["status", "new x --print-command", "again"];

function check(user: Sandbox, { places }: Story, whole: string, step: string): number {
  const found = places(user).filter(([home]) => existsSync(home));
  expect(found.map(([home]) => home), step).toHaveLength(1);
  const [home, alias, known] = found[0]!;
  expect(isSame(homeText(home), whole), step).toBe(true);
  for (const each of ["a", "b"]) expect(remembered(user, each), step).toEqual(each === alias ? known : []);
  return places(user).findIndex(([place]) => place === home);
}

describeWith(["strace"], "killed before any change of a file", () => {
  test.each(Object.entries(STORIES))("%s is done or undone by the next command", async (_, story) => {
    const user = sandbox(ALONE);
    const args = story.args.split(" ");
    await story.prepare(user);
    const changes = await changesOf(user, args);
    expect(changes.length).toBeGreaterThan(20);
    const ends = new Set<number>();
    for (const [at, change] of changes.entries()) {
      clear(user);
      const whole = await story.prepare(user);
      const next = NEXT[at % NEXT.length]!;
      const step = `${story.args}, killed before change ${at} (${change.call}), then ${next}`;
      expect((await killedAt(user, change, args)).code, step).not.toBe(0);
      const isWhole = existsSync(story.places(user)[1]![0]) &&
        !existsSync(join(user.root, "state/move.json"));
      const { code } = await agentlb(user, next === "again" ? story.args : next);
      const end = check(user, story, whole, step);
      // What was done before the kill is not done again.
      if (next === "again") expect([code, end], step).toEqual([isWhole ? 2 : 0, 1]);
      else ends.add(end);
      expect(existsSync(join(user.root, "state/move.json")), step).toBe(false);
      await agentlb(user, "purge --yes");
      expect(leftovers(user), step).toEqual([]);
    }
    expect([...ends].sort(), "before and after").toEqual([0, 1]);
  });

  test.each(Object.entries(STORIES))(
    "%s is done or undone when the disk refuses one of them",
    async (_, story) => {
      const user = sandbox(ALONE);
      const args = story.args.split(" ");
      await story.prepare(user);
      for (const [at, change] of (await changesOf(user, args)).entries()) {
        clear(user);
        const whole = await story.prepare(user);
        await refusedAt(user, change, args);
        const next = NEXT[at % NEXT.length]!;
        const step = `${story.args}, refused change ${at} (${change.call}), then ${next}`;
        await agentlb(user, next === "again" ? story.args : next);
        check(user, story, whole, step);
        expect(existsSync(join(user.root, "state/move.json")), step).toBe(false);
      }
    },
  );

  test("new makes a home with its settings, or the next one does", async () => {
    const user = sandbox(ALONE);
    const args = ["new", "a", "--print-command"];
    const changes = await changesOf(user, args);
    expect(changes.length).toBeGreaterThan(10);
    for (const [at, change] of changes.entries()) {
      clear(user);
      await killedAt(user, change, args);
      const step = `killed before change ${at} (${change.call})`;
      const settings = () => fileAt(user, "sessions/a/config.toml");
      const { stdout } = await agentlb(user, "status --json");
      if (existsSync(user.homeOf("a"))) expect(settings(), step).toContain("daemon_auto_start = false");
      else expect(stdout, step).not.toContain("making");
      expect((await agentlb(user, args.join(" "))).code, step).toBe(0);
      expect(settings(), step).toContain("daemon_auto_start = false");
      expect(leftovers(user), step).toEqual([]);
    }
  });
});

describe("a home without our settings", () => {
  test.each(["", 'cli_auth_credentials_store = "fi'])("is repaired by the next new: %j", async (text) => {
    const user = sandbox(ALONE);
    const home = user.homeOf("a");
    mkdirSync(home, { recursive: true, mode: 0o700 });
    if (text !== "") writeFileSync(join(home, "config.toml"), text);
    expect((await agentlb(user, "new a --print-command")).code).toBe(0);
    expect(readFileSync(join(home, "config.toml"), "utf8")).toContain("daemon_auto_start = false");
  });
});

describe("where the disk is full", () => {
  test.each(Object.entries(STORIES))("%s changes nothing, and works again later", async (_, story) => {
    const user = sandbox(ALONE);
    const whole = await story.prepare(user);
    expect(await withFullDisk(user, story.args.split(" "))).toMatchObject({ code: 1, stdout: "" });
    expect(check(user, story, whole, "full")).toBe(0);
    expect(leftovers(user)).toEqual([]);
    expect((await agentlb(user, story.args)).code).toBe(0);
    expect(check(user, story, whole, "later")).toBe(1);
  });

  test("what was removed can be deleted for good", async () => {
    const user = sandbox(ALONE);
    await full(user, "a");
    await agentlb(user, "rm a");
    expect(await withFullDisk(user, ["purge", "--yes"])).toMatchObject({ code: 0 });
    expect(trashed(user)).toEqual([]);
  });
});
