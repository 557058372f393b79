import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { diskUseOf, isPlainBelow } from "../../../lib/io/files/access.ts";
import { closeToOthers } from "../../../lib/io/files/folders.ts";
import { formatBytes } from "../../../lib/core/system/bytes.ts";
import { ageOf } from "../../../lib/io/process/process.ts";

/** A folder with a root in it, and a folder beside the root. */
function place(): { dir: string; root: string; outside: string } {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-test-")));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const [root, outside] = [join(dir, "root"), join(dir, "outside")];
  for (const folder of [join(root, "in"), outside]) mkdirSync(folder, { recursive: true });
  for (const folder of [join(root, "in"), outside]) writeFileSync(join(folder, "file"), "x");
  return { dir, root, outside };
}

describe("a path below a folder", () => {
  test("is plain without a link on the way, whether or not it exists", () => {
    const { dir, root } = place();
    for (const path of ["", "in", "in/file", "in/none", "none/none"]) {
      expect(isPlainBelow(root, join(root, path)), path).toBe(true);
    }
    symlinkSync(root, join(dir, "linked"));
    expect(isPlainBelow(join(dir, "linked"), join(dir, "linked", "in/file")), "the folder itself").toBe(true);
    expect(isPlainBelow(join(dir, "none"), join(dir, "none", "x")), "no folder").toBe(false);
  });

  test("is not with a link on the way or at its end, nor outside", () => {
    const { root, outside } = place();
    symlinkSync(outside, join(root, "folder"));
    symlinkSync(join(root, "in"), join(root, "inside"));
    symlinkSync(join(outside, "none"), join(root, "dangling"));
    for (
      const path of ["folder", "folder/file", "inside/file", "dangling", "../outside", "../outside/file"]
    ) {
      expect(isPlainBelow(root, join(root, path)), path).toBe(false);
    }
  });
});

describe("closing to others", () => {
  test("sets 0600 and 0700, and nothing behind a link or with a second name", () => {
    const { root, outside } = place();
    const mode = (path: string) => statSync(path).mode & 0o777;
    chmodSync(join(root, "in"), 0o777);
    chmodSync(join(root, "in/file"), 0o666);
    closeToOthers(join(root, "in"), root);
    closeToOthers(join(root, "in/file"), root);
    expect([mode(join(root, "in")), mode(join(root, "in/file"))]).toEqual([0o700, 0o600]);
    chmodSync(join(outside, "file"), 0o666);
    chmodSync(outside, 0o777);
    symlinkSync(outside, join(root, "folder"));
    symlinkSync(join(outside, "file"), join(root, "link"));
    writeFileSync(join(outside, "two"), "");
    chmodSync(join(outside, "two"), 0o666);
    linkSync(join(outside, "two"), join(root, "second"));
    for (const path of ["folder", "folder/file", "link", "second", "../outside/file"]) {
      expect(() => closeToOthers(join(root, path), root), path).toThrow();
    }
    expect([outside, join(outside, "file"), join(outside, "two")].map(mode)).toEqual([0o777, 0o666, 0o666]);
  });
});

describe("the size of a folder", () => {
  test("is 0 for a missing one, and without what links lead to", () => {
    const { root, outside } = place();
    expect(diskUseOf(join(root, "none"))).toBe(0);
    const before = diskUseOf(root);
    writeFileSync(join(outside, "big"), new Uint8Array(500_000));
    symlinkSync(outside, join(root, "folder"));
    expect(diskUseOf(root) - before).toBeLessThan(10_000);
  });

  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [9_949, "9.9 kB"],
    [9_950, "10 kB"],
    [
      999_600,
      "1.0 MB",
    ],
    [405_000_000, "405 MB"],
    [2e15, "2000 TB"],
  ])("is told to people: %d is %s", (bytes, words) => {
    expect(formatBytes(bytes)).toBe(words);
  });
});

test("the age of a process grows from its start", () => {
  const age = ageOf(process.pid);
  if (age === undefined) return expect(process.platform).not.toBe("linux");
  expect(Math.abs(age - process.uptime() * 1000)).toBeLessThan(60_000);
  expect(ageOf(4_000_000)).toBeUndefined();
});
