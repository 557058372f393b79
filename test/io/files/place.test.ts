import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  entryAt,
  keepAs,
  moveTo,
  place,
  removeIfEmpty,
  sha256At,
  takeAway,
} from "../../../lib/io/files/place.ts";

function folder(): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-placement-")));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function put(path: string, text: string, mode = 0o644): string {
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

test("an entry is what has the name itself", () => {
  const dir = folder();
  const path = put(join(dir, "file"), "abc", 0o751);
  symlinkSync("file", join(dir, "link"));
  expect(entryAt(path)).toEqual({ kind: "file", sha256: ABC, mode: 0o751 });
  expect(entryAt(join(dir, "link"))).toEqual({ kind: "link", target: "file" });
  expect(entryAt(dir)).toEqual({ kind: "other" });
  expect(entryAt(join(dir, "nothing"))).toEqual({ kind: "none" });
});

test("a digest is that of the whole file, however long", () => {
  const path = put(join(folder(), "long"), "");
  writeFileSync(path, new Uint8Array(3 * 1024 * 1024 + 17).fill(0x61));
  expect(sha256At(path)).toBe(createHash("sha256").update(readFileSync(path)).digest("hex"));
});

describe("placing", () => {
  test("a text gives it its mode whatever the umask, and replaces what was there in one go", () => {
    const dir = folder();
    const path = put(join(dir, "x"), "before", 0o600);
    const other = join(dir, "other name");
    linkSync(path, other);
    place({ text: "after é\n" }, path, 0o755, join(dir, "next"));
    expect([readFileSync(path, "utf8"), statSync(path).mode & 0o777]).toEqual(["after é\n", 0o755]);
    // What has the old one open, or under another name, keeps it whole.
    expect(readFileSync(other, "utf8")).toBe("before");
    expect(readdirSync(dir).sort()).toEqual(["other name", "x"]);
  });

  test("a copy takes the bytes and not the mode, and clears away what was begun before", () => {
    const dir = folder();
    const from = put(join(dir, "from"), "abc", 0o444);
    put(join(dir, "next"), "half a fi", 0o400);
    place({ file: from, sha256: ABC }, join(dir, "to"), 0o755, join(dir, "next"));
    expect(entryAt(join(dir, "to"))).toEqual({ kind: "file", sha256: ABC, mode: 0o755 });
    expect(existsSync(join(dir, "next"))).toBe(false);
  });

  test("a link replaces a link, and what that led to stays", () => {
    const dir = folder();
    put(join(dir, "target"), "abc");
    symlinkSync("target", join(dir, "x"));
    place({ link: "/elsewhere" }, join(dir, "x"), 0, join(dir, "next"));
    expect(readlinkSync(join(dir, "x"))).toBe("/elsewhere");
    place({ text: "now a file" }, join(dir, "x"), 0o644, join(dir, "next"));
    expect(readFileSync(join(dir, "target"), "utf8")).toBe("abc");
    expect(readFileSync(join(dir, "x"), "utf8")).toBe("now a file");
  });

  test("a copy of what was changed meanwhile is none", () => {
    const dir = folder();
    const from = put(join(dir, "from"), "abcd");
    const path = put(join(dir, "x"), "before");
    expect(() => place({ file: from, sha256: ABC }, path, 0o755, join(dir, "next"))).toThrow(
      `Cannot copy ${from}: it was changed meanwhile`,
    );
    expect(readFileSync(path, "utf8")).toBe("before");
    expect(readdirSync(dir).sort()).toEqual(["from", "x"]);
  });

  test("what can't be had leaves all as it was, and says what could not be written", () => {
    const dir = folder();
    const path = put(join(dir, "x"), "before");
    expect(() => place({ file: join(dir, "nothing"), sha256: ABC }, path, 0o755, join(dir, "next"))).toThrow(
      `Cannot write ${path}: `,
    );
    mkdirSync(join(dir, "y"));
    expect(() => place({ text: "z" }, join(dir, "y"), 0o644, join(dir, "next"))).toThrow(
      `Cannot write ${dir}/y: `,
    );
    expect(readdirSync(dir).sort()).toEqual(["x", "y"]);
    expect(readFileSync(path, "utf8")).toBe("before");
  });
});

describe("keeping", () => {
  test("a file gives it another name, with all that belongs to it", () => {
    const dir = folder();
    const path = put(join(dir, "x"), "abc", 0o640);
    const before = statSync(path);
    keepAs(path, join(dir, "kept"), join(dir, "next"));
    place({ text: "new" }, path, 0o755, join(dir, "next"));
    expect(statSync(join(dir, "kept"))).toMatchObject({
      ino: before.ino,
      mode: before.mode,
      mtimeMs: before.mtimeMs,
    });
    moveTo(join(dir, "kept"), path);
    expect(statSync(path)).toMatchObject({ ino: before.ino, mode: before.mode, mtimeMs: before.mtimeMs });
    expect(readdirSync(dir)).toEqual(["x"]);
  });

  test("a link keeps where it leads, even nowhere", () => {
    const dir = folder();
    symlinkSync("../nowhere", join(dir, "x"));
    keepAs(join(dir, "x"), join(dir, "kept"), join(dir, "next"));
    expect(readlinkSync(join(dir, "kept"))).toBe("../nowhere");
  });

  test("copies where a file can't have two names", (context) => {
    const dir = folder();
    const elsewhere = "/dev/shm";
    if (!existsSync(elsewhere) || statSync(elsewhere).dev === statSync(dir).dev) {
      context.skip("there is no other file system here");
    }
    const other = mkdtempSync(join(elsewhere, "agentlb-placement-"));
    onTestFinished(() => rmSync(other, { recursive: true, force: true }));
    const path = put(join(dir, "x"), "abc", 0o444);
    keepAs(path, join(other, "kept"), join(other, "next"));
    expect(entryAt(join(other, "kept"))).toEqual({ kind: "file", sha256: ABC, mode: 0o444 });
    expect(readdirSync(other)).toEqual(["kept"]);
  });

  test("never replaces what is kept", () => {
    const dir = folder();
    put(join(dir, "kept"), "first");
    put(join(dir, "x"), "second");
    expect(() => keepAs(join(dir, "x"), join(dir, "kept"), join(dir, "next"))).toThrow(/EEXIST/);
    expect(readFileSync(join(dir, "kept"), "utf8")).toBe("first");
  });
});

test("what is taken away twice is gone; a folder goes only when it is empty", () => {
  const dir = folder();
  const inner = join(dir, "inner");
  mkdirSync(inner);
  const path = put(join(inner, "x"), "abc");
  expect(removeIfEmpty(inner)).toBe(false);
  takeAway(path);
  takeAway(path);
  expect([removeIfEmpty(inner), removeIfEmpty(inner), existsSync(inner)]).toEqual([true, true, false]);
});
