import {
  appendFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Follower } from "../../../lib/io/files/follow.ts";

function place() {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-follow-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, "lines");
  const follow = (fromEnd = false) => {
    const follower = new Follower(path, fromEnd);
    onTestFinished(() => follower.close());
    return follower;
  };
  return { dir, path, older: `${path}.1`, follow, add: (text: string) => appendFileSync(path, text) };
}

describe("a follower", () => {
  it("reads each whole line once, those of the older file first", () => {
    const { older, follow, add } = place();
    const follower = follow();
    expect(follower.read()).toEqual([]);
    writeFileSync(older, "1\n2\n");
    add("3\n4");
    expect(follower.read()).toEqual(["1", "2", "3"]);
    expect(follower.read()).toEqual([]);
    add("4\n5\n");
    expect(follower.read()).toEqual(["44", "5"]);
  });

  it("misses nothing and repeats nothing when the file becomes the older one, once or twice between two looks", () => {
    const { path, older, follow, add } = place();
    const follower = follow();
    add("1\n");
    expect(follower.read()).toEqual(["1"]);
    add("2\n");
    renameSync(path, older);
    add("3\n");
    expect(follower.read()).toEqual(["2", "3"]);
    add("4\n");
    renameSync(path, older);
    add("5\n");
    renameSync(path, older); // the file with 4 is gone, but still open
    add("6\n");
    expect(follower.read()).toEqual(["4", "5", "6"]);
    expect(follower.read()).toEqual([]);
  });

  it("goes on after a removal, whatever number the next file has", () => {
    const { path, older, follow, add } = place();
    writeFileSync(older, "0\n");
    add("1\n");
    const follower = follow();
    expect(follower.read()).toEqual(["0", "1"]);
    for (let n = 2; n < 20; n++) {
      rmSync(path);
      if (n % 2 === 0) expect(follower.read()).toEqual([]);
      add(`${n}\n`);
      expect(follower.read()).toEqual([String(n)]);
    }
  });

  it("begins anew in an emptied file", () => {
    const { path, follow, add } = place();
    const follower = follow();
    add("1\n2\n");
    follower.read();
    truncateSync(path);
    expect(follower.read()).toEqual([]);
    add("3\n");
    expect(follower.read()).toEqual(["3"]);
  });

  it("can leave out what is there, but not a line that is being written", () => {
    const { path, older, follow, add } = place();
    writeFileSync(older, "0\n");
    add(`1\n${"x".repeat(100_000)}\n2`);
    const follower = follow(true);
    expect(follower.read()).toEqual([]);
    add("!\n3\n");
    expect(follower.read()).toEqual(["2!", "3"]);
    renameSync(path, older);
    add("4\n");
    expect(follower.read()).toEqual(["4"]);
    const none = place();
    const early = none.follow(true);
    none.add("1\n");
    expect(early.read()).toEqual(["1"]);
  });

  it("follows no link", () => {
    const { dir, path, follow } = place();
    writeFileSync(join(dir, "other"), "1\n");
    symlinkSync("other", path);
    expect(() => follow().read()).toThrow("it is a link");
  });
});
