import {
  chmodSync,
  closeSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { UnfitFile } from "../../../lib/core/text/failure.ts";
import { appendText } from "../../../lib/io/files/append.ts";
import { ownFile } from "../../../lib/io/files/folders.ts";
import { type OpenFile, openFile, readWhole } from "../../../lib/io/files/open.ts";
import { sha256At } from "../../../lib/io/files/place.ts";
import { readBytes, readEnds, readOwn, readText, readUtf8 } from "../../../lib/io/files/read.ts";
import { replaceFile } from "../../../lib/io/files/replace.ts";
import { Tail } from "../../../lib/io/files/tail.ts";
import { openJournal } from "../../../lib/io/journal.ts";
import { isBinary } from "../../../lib/io/process/spawn.ts";
import { KINDS, type OddKind, plant } from "../../odd_files.ts";

const MB = 1024 * 1024;

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-open-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** The failure of `action`, which must be an UnfitFile. */
function refusal(action: () => unknown): UnfitFile {
  try {
    action();
  } catch (error) {
    if (error instanceof UnfitFile) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

/** What is known of a file by opening it. */
function opened(path: string): OpenFile {
  const file = openFile(path);
  closeSync(file.fd);
  return file;
}

const reasonOf = (kind: OddKind) =>
  kind === "huge" ? /^it is larger than \d+ MB$/ : `it is a ${kind}, not a file`;
/** What a file of ours is told to be, which is not followed. */
const ownReasonOf = (kind: OddKind) => kind === "device" ? "it is a link, not a file" : reasonOf(kind);
const INTEREST = { wants: () => true, isEnough: () => false };

describe.each(KINDS)("a %s in the place of a file", (kind) => {
  test.each<[name: string, read: (path: string) => unknown]>([
    ["readText", (path) => readText(path)],
    ["readUtf8", (path) => readUtf8(path)],
    ["readBytes", (path) => readBytes(path, MB)],
  ])("is refused by %s at once, with its name and what it is", (_, read) => {
    const path = join(folder(), "file");
    plant(kind, path);
    const failure = refusal(() => read(path));
    expect(failure.reason).toMatch(reasonOf(kind));
    expect(failure.message).toBe(`Cannot read ${path}: ${failure.reason}`);
  });

  test("is refused as one of ours, with what to do", () => {
    const path = join(folder(), "file");
    plant(kind, path);
    const { reason, hint } = refusal(() => readOwn(path));
    expect(reason).toMatch(ownReasonOf(kind));
    expect(hint).toBe("move it away; a new one is made");
  });
});

describe.each(KINDS.filter((kind) => kind !== "huge"))("a %s in the place of a file", (kind) => {
  test.each<[name: string, action: (path: string) => unknown]>([
    ["appendText", (path) => appendText(path, "x\n", "\n")],
    ["ownFile", (path) => ownFile(path, process.getuid?.())],
    ["replaceFile", (path) => replaceFile(path, "x")],
  ])("stops %s", (_, action) => {
    const path = join(folder(), "file");
    plant(kind, path);
    expect(refusal(() => action(path)).path).toBe(path);
  });

  test.each<[name: string, action: (path: string) => unknown]>([
    ["readEnds", (path) => readEnds(path, 10, 10)],
    ["sha256At", (path) => sha256At(path)],
  ])("stops %s, which reads files of any size", (_, action) => {
    const path = join(folder(), "file");
    plant(kind, path);
    expect(refusal(() => action(path)).reason).toMatch(reasonOf(kind));
  });

  test("is no program, has no lines, and swallows no log", () => {
    const path = join(folder(), "file");
    plant(kind, path);
    expect(isBinary(path)).toBe(false);
    expect(new Tail(path, INTEREST).read()).toBeUndefined();
    const clock = { now: Date.now, monotonic: () => 0, sleep: () => Promise.resolve() };
    openJournal(path, clock).note("something happened");
  });
});

describe("a file in order", () => {
  test("is read whole, up to its limit and not beyond", () => {
    const path = join(folder(), "file");
    writeFileSync(path, "x".repeat(MB));
    expect(readWhole(path, MB)).toHaveLength(MB);
    writeFileSync(path, "x".repeat(MB + 1));
    expect(refusal(() => readWhole(path, MB)).reason).toBe("it is larger than 1 MB");
  });

  test.runIf(existsSync("/proc/self/status"))(
    "is read where the system tells no size, up to its limit",
    () => {
      expect(readText("/proc/self/status")).toMatch(/^Pid:\s+\d+$/m);
      expect(refusal(() => readWhole("/proc/self/status", 64)).reason).toMatch(/^it is larger than /);
    },
  );

  test("keeps its byte order mark and loses no character", () => {
    const path = join(folder(), "file");
    writeFileSync(path, "\ufeffé\u2028\r\n");
    expect(readText(path)).toBe("\ufeffé\u2028\r\n");
    writeFileSync(path, new Uint8Array([0x61, 0xff]));
    expect(readText(path)).toBe("a\ufffd");
    expect(() => readUtf8(path)).toThrow(TypeError);
    writeFileSync(path, "");
    expect(readText(path)).toBe("");
  });

  test("is read through a link, unless it is one of ours", () => {
    const dir = folder();
    writeFileSync(join(dir, "target"), "text");
    symlinkSync("target", join(dir, "link"));
    expect(readText(join(dir, "link"))).toBe("text");
    expect(refusal(() => readOwn(join(dir, "link"))).reason).toBe("it is a link, not a file");
    expect(refusal(() => appendText(join(dir, "link"), "x\n", "\n")).reason).toBe("it is a link, not a file");
    expect(readFileSync(join(dir, "target"), "utf8")).toBe("text");
  });

  test("that is missing, or below a file, has no text; a circular link is told as the system does", () => {
    const dir = folder();
    expect(readText(join(dir, "none"))).toBeUndefined();
    expect(readOwn(join(dir, "none"))).toBeUndefined();
    writeFileSync(join(dir, "file"), "");
    expect(readText(join(dir, "file", "below"))).toBeUndefined();
    symlinkSync("loop", join(dir, "loop"));
    expect(() => readText(join(dir, "loop"))).toThrow(/ELOOP/);
  });

  test("is made by the flags that make one, for its owner alone", () => {
    const path = join(folder(), "file");
    appendText(path, "a\n", "seal\n");
    appendText(path, "b", "seal\n");
    appendText(path, "c\n", "|seal\n");
    expect(readFileSync(path, "utf8")).toBe("a\nb|seal\nc\n");
    expect(opened(path)).toMatchObject({ size: 11, mode: 0o600 });
    chmodSync(path, 0o644);
    ownFile(path, process.getuid?.());
    expect(opened(path).mode).toBe(0o600);
  });
});
