import { linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";

type Write = typeof import("node:fs").writeSync;

/** The writers, over a system whose `writeSync` is another one. */
async function writers(writeSync: (real: Write) => Write) {
  vi.resetModules();
  vi.doMock("node:fs", async (original) => {
    const fs = await original<typeof import("node:fs")>();
    return { ...fs, writeSync: writeSync(fs.writeSync) };
  });
  onTestFinished(() => {
    vi.doUnmock("node:fs");
    vi.resetModules();
  });
  return {
    ...await import("../../../lib/io/files/replace.ts"),
    ...await import("../../../lib/io/files/place.ts"),
    ...await import("../../../lib/io/files/append.ts"),
    ...await import("../../../lib/io/lock/lock.ts"),
  };
}

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-short-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, "x"), "the old one");
  return dir;
}

/** Writes three bytes at most, as a disk may that is almost full. */
const inParts = (real: Write) =>
  ((fd: number, bytes: Uint8Array, from: number, length: number, at: number | null) =>
    real(fd, bytes, from, Math.min(3, length), at)) as Write;

/** Says that all was written, and writes half. */
const lying = (real: Write) =>
  ((fd: number, bytes: Uint8Array, from: number, length: number, at: number | null) => {
    real(fd, bytes, from, length >> 1, at);
    return length;
  }) as Write;

describe("a write that is cut short", () => {
  it("goes on until all is there, whoever writes", async () => {
    const { replaceFile, writeNew, place, appendText, tryLock } = await writers(inParts);
    const dir = folder();
    replaceFile(join(dir, "x"), "the new one");
    writeNew(join(dir, "y"), "another new one");
    place({ text: "one more" }, join(dir, "z"), 0o600, join(dir, "next"));
    appendText(join(dir, "log"), "first\n", "\n");
    appendText(join(dir, "log"), "second\n", "\n");
    const lock = await tryLock(join(dir, "lock"));
    lock!.write("first holder");
    lock!.write("second one");
    lock!.release();
    const texts = readdirSync(dir).sort().map((name) => readFileSync(join(dir, name), "utf8"));
    expect(texts).toEqual([
      "second one",
      "first\nsecond\n",
      "the new one",
      "another new one",
      "one more",
    ]);
  });

  it("and passes for a whole one leaves the old file, no litter, and a reason", async () => {
    const { replaceFile, writeNew, place } = await writers(lying);
    const dir = folder();
    linkSync(join(dir, "x"), join(dir, "same"));
    const why = /^Cannot write .*: only 5 of 11 bytes were written$/;
    expect(() => replaceFile(join(dir, "x"), "the new one")).toThrow(why);
    expect(() => place({ text: "the new one" }, join(dir, "x"), 0o600, join(dir, "next"))).toThrow(why);
    expect(() => writeNew(join(dir, "y"), "the new one")).toThrow(why);
    expect(readdirSync(dir).sort()).toEqual(["same", "x"]);
    expect(readFileSync(join(dir, "x"), "utf8")).toBe("the old one");
  });

  it("fails as the system's errors do, and is no fault of the program", async () => {
    const { replaceFile } = await writers(() => (() => 0) as Write);
    expect(() => replaceFile(join(folder(), "x"), "the new one")).toThrow(
      expect.objectContaining({
        code: "EIO",
        message: expect.stringMatching(/^Cannot write .*: nothing could be written$/),
      }),
    );
  });
});
