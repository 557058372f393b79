import {
  appendFileSync,
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readThreads, threadsIn, withTurns } from "../../../lib/app/thread/index.ts";
import { listThreads } from "../../../lib/app/thread/list.ts";
import { completed, started } from "../../../rig/rollouts.ts";
import { nameThread, writeThread } from "../../../rig/threads.ts";
import { START, world } from "../world.ts";

/** A user with two sessions, whose own home is the world's folder. */
function user() {
  const made = world();
  const homes = { a: made.session("a"), b: made.session("b") };
  mkdirSync(made.layout.state, { recursive: true });
  const host = made.host({ env: { HOME: made.path("user") } });
  return {
    ...made,
    homes,
    host,
    own: made.path("user", ".codex"),
    threads: () => threadsIn(host, made.layout),
  };
}

describe("the index of threads", () => {
  it("holds those of all homes, the newest first", () => {
    const { homes, own, threads } = user();
    const ids = [
      writeThread(homes.a, { at: START, turns: ["done", "done", "done"] }).id,
      writeThread(homes.b, { at: START + 60_000 }).id,
      writeThread(own, { at: START + 120_000, isArchived: true }).id,
    ];
    expect(threads().map(({ id, alias, isArchived, turns }) => [id, alias, isArchived, turns])).toEqual([
      [ids[2], undefined, true, 1],
      [ids[1], "b", false, 1],
      [ids[0], "a", false, 3],
    ]);
  });

  it("is private, and written only when something has changed", () => {
    const { homes, layout, threads } = user();
    writeThread(homes.a, { at: START });
    threads();
    const before = statSync(layout.threads);
    expect(before.mode & 0o777).toBe(0o600);
    threads();
    expect(statSync(layout.threads).ino).toBe(before.ino);
    writeThread(homes.a, { at: START + 1000 });
    threads();
    expect(statSync(layout.threads).ino).not.toBe(before.ino);
  });

  it("believes what it knows only of the same file: by size, time and number", () => {
    const { homes, threads } = user();
    const { rollout } = writeThread(homes.a, { at: START, words: "one" });
    expect(threads()).toMatchObject([{ firstWords: "one" }]);
    // Another file of the same size and time.
    const { atime, mtime } = statSync(rollout);
    renameSync(rollout, `${rollout}.old`);
    writeThread(homes.a, { at: START, words: "two" });
    utimesSync(rollout, atime, mtime);
    expect(threads()).toMatchObject([{ firstWords: "two" }]);
  });

  it("reads the beginning and the end of a rollout, however long it is", () => {
    const { homes, threads } = user();
    const { rollout } = writeThread(homes.a, { at: START, words: "a long one" });
    const hole = 5 * 1024 ** 3;
    const file = openSync(rollout, "r+");
    ftruncateSync(file, hole);
    closeSync(file);
    appendFileSync(
      rollout,
      `\n${started(START + 5000)}\n${completed(START + 6000, "usage_limit_exceeded")}\n`,
    );
    expect(threads()).toMatchObject([{
      firstWords: "a long one",
      lastTurn: { end: "limit" },
      lastAt: START + 6000,
    }]);
  });

  it("counts the turns in the middle of a long rollout when asked, and later only what is new", () => {
    const { homes, host, layout } = user();
    const { rollout } = writeThread(homes.a, { at: START, turns: ["done", "done"], filler: 3_000_000 });
    const shown = () => {
      const indexed = readThreads(host, layout);
      return withTurns(layout, indexed, indexed.threads).map(({ turns }) => turns);
    };
    expect(readThreads(host, layout).threads.map(({ turns }) => turns)).toEqual([1]);
    expect(shown()).toEqual([2]);
    appendFileSync(rollout, `${started(START + 9000)}\n${completed(START + 9500)}\n`);
    // Counted already, up to here.
    expect(readThreads(host, layout).threads.map(({ turns }) => turns)).toEqual([3]);
    expect(shown()).toEqual([3]);
  });

  it("reads on when a long instruction comes before the first message", () => {
    const { homes, threads } = user();
    const { rollout } = writeThread(homes.a, { at: START, words: "x".repeat(90_000) });
    expect(statSync(rollout).size).toBeGreaterThan(90_000);
    expect(threads()[0]?.firstWords).toMatch(/^x+…$/);
  });

  it("lists a rollout once that several homes have by a link, as of the one in which it lies", () => {
    const { homes, own, threads } = user();
    writeThread(own, { at: START, workspace: "w", user: "u" });
    for (const home of [homes.a, homes.b]) symlinkSync(join(own, "sessions"), join(home, "sessions"));
    expect(threads()).toMatchObject([{ alias: undefined, alsoIn: ["a", "b"] }]);
  });

  it("is not led round in circles by links, and follows a linked year", () => {
    const { homes, threads } = user();
    writeThread(homes.a, { at: START });
    const sessions = join(homes.a, "sessions");
    symlinkSync(sessions, join(sessions, "2026/11/again"));
    const elsewhere = join(homes.a, "elsewhere");
    renameSync(join(sessions, "2026"), elsewhere);
    symlinkSync(elsewhere, join(sessions, "2026"));
    expect(threads()).toHaveLength(1);
  });

  it("still knows a rollout that Codex has compressed, and without having read it its thread at least", () => {
    const { homes, threads } = user();
    const { id, rollout } = writeThread(homes.a, { at: START, words: "one", turns: ["done", "done"] });
    const [known] = threads();
    renameSync(rollout, `${rollout}.zst`);
    writeFileSync(`${rollout}.zst`, "not readable");
    expect(threads()).toEqual([{ ...known, rollout: `${rollout}.zst` }]);
    const other = writeThread(homes.b, { at: START - 1000 });
    renameSync(other.rollout, `${other.rollout}.zst`);
    expect(threads().map((thread) => thread.id)).toEqual([id, other.id]);
    writeThread(homes.a, { at: START, words: "being compressed" });
    expect(threads().map(({ firstWords }) => firstWords)).toEqual(["being compressed", ""]);
    expect(threads()[1]).toMatchObject({ alias: "b", firstWords: "", begunAt: START - 1000 });
  });

  it("leaves out what is no rollout, and homes without any", () => {
    const { homes, threads } = user();
    const day = join(homes.a, "sessions/2026/11/20");
    mkdirSync(day, { recursive: true });
    writeFileSync(
      join(day, "rollout-2026-11-20T12-00-00-01a1f8d3-ea00-7fc2-8354-0a837e795b6d.jsonl"),
      "{}\n",
    );
    writeFileSync(join(day, "notes.jsonl"), "{}\n");
    writeFileSync(join(homes.b, "sessions"), "a file");
    expect(threads()).toEqual([]);
  });

  it("is made anew from a broken file, and without a place to write it", () => {
    const { homes, layout, threads } = user();
    writeThread(homes.a, { at: START });
    for (const text of ["", "{", '{"v":99,"rollouts":[]}', '{"v":1,"rollouts":[3,["x"]]}']) {
      writeFileSync(layout.threads, text);
      expect(threads()).toHaveLength(1);
    }
    renameSync(layout.state, `${layout.state}-gone`);
    expect(threads()).toHaveLength(1);
  });

  it("forgets a rollout that is gone, and knows the latest name of a thread", () => {
    const { homes, threads } = user();
    const { id, rollout } = writeThread(homes.a, { at: START, name: "one" });
    expect(threads()).toMatchObject([{ name: "one" }]);
    nameThread(homes.a, id, "two");
    expect(threads()).toMatchObject([{ name: "two" }]);
    renameSync(rollout, `${rollout}.bak`);
    expect(threads()).toEqual([]);
  });
});

it("the list says which account did how many turns of a thread that lies in several homes", () => {
  const { homes, host, layout } = user();
  const { rollout, id } = writeThread(homes.a, { at: START, turns: ["done", "limit"] });
  const copy = rollout.replace(homes.a, homes.b);
  mkdirSync(join(copy, ".."), { recursive: true });
  linkSync(rollout, `${copy}.tmp`);
  renameSync(`${copy}.tmp`, copy);
  renameSync(rollout, `${rollout}.bak`);
  writeThread(homes.a, { at: START, turns: ["done", "done", "done"] });
  const { threads } = listThreads(host, layout, { isHere: false, isAll: false });
  expect(threads.map((thread) => thread.id)).toEqual([id, id]);
  expect(threads[0]!.shares.map(({ alias, turns }) => [alias, turns])).toEqual([["a", 3], ["b", 2]]);
});
