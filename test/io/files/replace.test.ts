import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import {
  nameBeside,
  NOT_OURS,
  putAside,
  randomName,
  removeFile,
  rename,
  renameAtOnce,
  replaceFile,
  sweepTemporaries,
  whileWriting,
  writeAll,
  writeNew,
} from "../../../lib/io/files/replace.ts";
import { Failure, UnfitFile } from "../../../lib/core/text/failure.ts";

type Fs = typeof import("node:fs");

const NOW = Date.parse("2026-11-20T12:00:00Z");

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-replace-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** The writer on a file system in which some calls go otherwise. */
async function writerWith(otherwise: (fs: Fs) => Partial<Fs>) {
  vi.resetModules();
  vi.doMock("node:fs", async (original) => {
    const fs = await original<Fs>();
    return { ...fs, ...otherwise(fs) };
  });
  onTestFinished(() => {
    vi.doUnmock("node:fs");
    vi.resetModules();
  });
  return await import("../../../lib/io/files/replace.ts");
}

/** An error of the system. */
const errorOf = (code: string) => Object.assign(new Error(`${code}: made up`), { code });
const failing = (code: string) => () => {
  throw errorOf(code);
};

/** The writer, and the calls that decide what a power loss leaves, in order; a folder is called "folder". */
async function watched() {
  const calls: string[] = [];
  const names = new Map<number, string>();
  const opened = new Set<number>();
  const writer = await writerWith((fs) => ({
    openSync(...given: Parameters<Fs["openSync"]>) {
      const fd = fs.openSync(...given);
      names.set(fd, fs.fstatSync(fd).isDirectory() ? "folder" : "file");
      opened.add(fd);
      return fd;
    },
    writeSync: ((fd: number, ...given: unknown[]) => {
      calls.push(`write ${names.get(fd)}`);
      return (fs.writeSync as (...all: unknown[]) => number)(fd, ...given);
    }) as Fs["writeSync"],
    fsyncSync(fd) {
      calls.push(`flush ${names.get(fd)}`);
      fs.fsyncSync(fd);
    },
    closeSync(fd) {
      opened.delete(fd);
      fs.closeSync(fd);
    },
    renameSync(from, to) {
      calls.push("rename");
      fs.renameSync(from, to);
    },
    linkSync(from, to) {
      calls.push("link");
      fs.linkSync(from, to);
    },
  }));
  return { writer, calls, opened };
}

describe("a file that has to survive a power loss", () => {
  it("is flushed before it takes the name, and its folder after", async () => {
    const { writer, calls, opened } = await watched();
    writer.replaceFile(join(folder(), "a"), "1", { durable: true });
    expect(calls).toEqual(["write file", "flush file", "rename", "flush folder"]);
    expect(opened.size).toBe(0);
  });

  it("is flushed alone where the old one may come back", async () => {
    const { writer, calls } = await watched();
    writer.replaceFile(join(folder(), "a"), "1", { durable: "file" });
    expect(calls).toEqual(["write file", "flush file", "rename"]);
  });

  it("is not flushed where nobody asks for that", async () => {
    const { writer, calls, opened } = await watched();
    writer.replaceFile(join(folder(), "a"), "1");
    expect(calls).toEqual(["write file", "rename"]);
    expect(opened.size).toBe(0);
  });

  it("is flushed when it is new, too, before it takes a name and its folder after", async () => {
    const { writer, calls, opened } = await watched();
    writer.placeNew(join(folder(), "a"), "1");
    expect(calls).toEqual(["write file", "flush file", "link", "flush folder"]);
    calls.length = 0;
    writer.writeNew(join(folder(), "b"), "1");
    expect(calls).toEqual(["write file", "flush file"]);
    expect(opened.size).toBe(0);
  });

  it.each(["EINVAL", "ENOTSUP", "EPERM"])("is written where folders cannot be flushed (%s)", async (code) => {
    const path = join(folder(), "a");
    let flushes = 0;
    const { replaceFile } = await writerWith((fs) => ({
      fsyncSync: (fd) => ++flushes === 1 ? fs.fsyncSync(fd) : failing(code)(),
    }));
    replaceFile(path, "new", { durable: true });
    expect([readFileSync(path, "utf8"), flushes]).toEqual(["new", 2]);
  });

  it("is written where folders cannot be opened", async () => {
    const path = join(folder(), "a");
    const { replaceFile } = await writerWith((fs) => ({
      openSync: (name, ...rest) => name === dirname(path) ? failing("EACCES")() : fs.openSync(name, ...rest),
    }));
    replaceFile(path, "new", { durable: true });
    expect(readFileSync(path, "utf8")).toBe("new");
  });

  it("is a failure when its folder could not be flushed for another reason", async () => {
    const { flushFolder } = await writerWith(() => ({ fsyncSync: failing("EIO") }));
    expect(() => flushFolder(folder())).toThrow("EIO");
  });
});

describe("a write that fails", () => {
  /** What replacing leaves of an old file when some calls go otherwise. */
  async function afterFailure(otherwise: (fs: Fs) => Partial<Fs>, options: object = {}) {
    const dir = folder();
    const path = join(dir, "a");
    writeFileSync(path, "old");
    const { replaceFile } = await writerWith(otherwise);
    let error: (Error & { code?: string }) | undefined;
    try {
      replaceFile(path, "brand new", options);
    } catch (thrown) {
      error = thrown as Error;
    }
    const text = readFileSync(path, "utf8");
    return { message: error?.message, code: error?.code, text, names: readdirSync(dir), path };
  }

  it("because the system took fewer bytes than it said leaves the old file and no litter", async () => {
    const short = (fs: Fs) => ({
      writeSync: ((fd: number, bytes: Uint8Array, at: number, length: number) => {
        fs.writeSync(fd, bytes, at, length - 1);
        return length;
      }) as Fs["writeSync"],
    });
    expect(await afterFailure(short)).toMatchObject({
      message: expect.stringMatching(/^Cannot write .*a: only 8 of 9 bytes were written$/),
      text: "old",
      names: ["a"],
    });
  });

  it("because nothing more is taken ends, and leaves the old file and no litter", async () => {
    const full = () => ({ writeSync: (() => 0) as Fs["writeSync"] });
    expect(await afterFailure(full)).toMatchObject({
      message: expect.stringMatching(/^Cannot write .*a: nothing could be written$/),
      text: "old",
      names: ["a"],
    });
  });

  it("in its last step names the file and the reason, and leaves the old file and no litter", async () => {
    const { message, code, text, names, path } = await afterFailure(() => ({ renameSync: failing("EIO") }));
    expect({ message, code }).toEqual({ message: `Cannot write ${path}: EIO: made up`, code: "EIO" });
    expect({ text, names }).toEqual({ text: "old", names: ["a"] });
  });

  it("because the previous content could not be kept changes nothing", async () => {
    const failed = await afterFailure(() => ({ unlinkSync: failing("EIO") }), { keepPrevious: true });
    expect(failed).toMatchObject({ code: "EIO", text: "old", names: ["a"] });
  });

  it("because it may not be done any more says so and changes nothing", async () => {
    const failed = await afterFailure(() => ({}), { mayReplace: () => false });
    expect(failed).toMatchObject({ message: NOT_OURS, code: undefined, text: "old", names: ["a"] });
    expect(await afterFailure(() => ({}), { mayReplace: () => true })).toMatchObject({ text: "brand new" });
  });

  it("of a new file leaves none", async () => {
    const path = join(folder(), "a");
    const { writeNew } = await writerWith(() => ({ fsyncSync: failing("EIO") }));
    expect(() => writeNew(path, "1")).toThrow(`Cannot write ${path}: EIO`);
    expect(existsSync(path)).toBe(false);
  });

  it("closes every file that it opened", async () => {
    const opened = new Set<number>();
    const { replaceFile, writeNew, flushFolder } = await writerWith((fs) => ({
      openSync(...given: Parameters<Fs["openSync"]>) {
        const fd = fs.openSync(...given);
        opened.add(fd);
        return fd;
      },
      closeSync(fd) {
        opened.delete(fd);
        fs.closeSync(fd);
      },
      fsyncSync: failing("EIO"),
    }));
    const dir = folder();
    expect(() => replaceFile(join(dir, "a"), "1", { durable: true })).toThrow("EIO");
    expect(() => writeNew(join(dir, "b"), "1")).toThrow("EIO");
    expect(() => flushFolder(dir)).toThrow("EIO");
    expect(opened.size).toBe(0);
  });

  it("is told in the words of the failure where there are some, else in the system's with the name", () => {
    const failure = new UnfitFile("write", "/a", "it is a folder");
    expect(whileWriting("/b", failure)).toBe(failure);
    const coded = Object.assign(new Failure("failed", "no"), { code: "failed" });
    expect(whileWriting("/b", coded)).toBe(coded);
    const plain = new Error("no");
    expect(whileWriting("/b", plain)).toBe(plain);
    const cause = errorOf("ENOSPC");
    expect(whileWriting("/b", cause)).toMatchObject({
      message: "Cannot write /b: ENOSPC: made up",
      code: "ENOSPC",
      cause,
    });
  });
});

describe("a write that the system cuts short", () => {
  it("goes on until all is written", async () => {
    const path = join(folder(), "a");
    const { replaceFile } = await writerWith((fs) => ({
      writeSync:
        ((fd: number, bytes: Uint8Array, at: number, length: number) =>
          fs.writeSync(fd, bytes, at, Math.min(3, length))) as Fs["writeSync"],
    }));
    replaceFile(path, "0123456789é");
    expect(readFileSync(path, "utf8")).toBe("0123456789é");
  });

  it("of nothing at all is nothing", () => {
    const fd = openSync(join(folder(), "a"), "w");
    onTestFinished(() => closeSync(fd));
    expect(() => writeAll(fd, new Uint8Array())).not.toThrow();
  });
});

describe("where there are no hard links", () => {
  it.each(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EACCES", "EMLINK"])(
    "a new file is written in its place (%s), and takes no name",
    async (code) => {
      const dir = folder();
      const { placeNew } = await writerWith(() => ({ linkSync: failing(code) }));
      expect(placeNew(join(dir, "a"), "one")).toBe(true);
      expect(placeNew(join(dir, "a"), "two")).toBe(false);
      expect([readFileSync(join(dir, "a"), "utf8"), readdirSync(dir)]).toEqual(["one", ["a"]]);
      expect(statSync(join(dir, "a")).mode & 0o777).toBe(0o600);
    },
  );

  it("it is flushed with its folder, and one that fails leaves nothing and names the file", async () => {
    const dir = folder();
    const flushed: boolean[] = [];
    const flushing = (fs: Fs, most: number) => ({
      linkSync: failing("EPERM"),
      fsyncSync: (fd: number) =>
        flushed.push(fs.fstatSync(fd).isDirectory()) > most ? failing("ENOSPC")() : undefined,
    });
    const { placeNew } = await writerWith((fs) => flushing(fs, Infinity));
    expect(placeNew(join(dir, "a"), "one")).toBe(true);
    expect(flushed).toEqual([false, false, true]);
    flushed.length = 0;
    const broken = await writerWith((fs) => flushing(fs, 1));
    expect(() => broken.placeNew(join(dir, "b"), "one")).toThrow(`Cannot write ${join(dir, "b")}: ENOSPC`);
    expect(readdirSync(dir)).toEqual(["a"]);
  });

  it("another reason is a failure that names the file, and leaves nothing", async () => {
    const dir = folder();
    const { placeNew } = await writerWith(() => ({ linkSync: failing("EIO") }));
    expect(() => placeNew(join(dir, "a"), "one")).toThrow(`Cannot write ${join(dir, "a")}: EIO`);
    expect(readdirSync(dir)).toEqual([]);
  });

  it("the previous content is kept as a copy", async () => {
    const dir = folder();
    const { replaceFile } = await writerWith(() => ({ linkSync: failing("EPERM") }));
    for (const text of ["1", "2", "3"]) {
      writeFileSync(join(dir, "a"), text);
      replaceFile(join(dir, "a"), "new", { keepPrevious: true });
      expect(readFileSync(join(dir, "a.prev"), "utf8")).toBe(text);
    }
  });
});

describe("a new file", () => {
  it("never replaces one: not its content, and not when that fails", () => {
    const path = join(folder(), "a");
    writeNew(path, "one é\n");
    expect(() => writeNew(path, "two")).toThrow("EEXIST");
    expect(readFileSync(path, "utf8")).toBe("one é\n");
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("follows no link", () => {
    const dir = folder();
    symlinkSync(join(dir, "target"), join(dir, "a"));
    expect(() => writeNew(join(dir, "a"), "1")).toThrow("EEXIST");
    expect(readdirSync(dir)).toEqual(["a"]);
  });
});

describe("what may not be replaced", () => {
  it("is told by its kind, and a link to such a thing too", () => {
    const dir = folder();
    mkdirSync(join(dir, "folder"));
    symlinkSync("folder", join(dir, "link"));
    const told = (name: string, follow: boolean) => {
      try {
        replaceFile(join(dir, name), "1", { follow });
      } catch (error) {
        return (error as Error).message;
      }
      return undefined;
    };
    expect(told("folder", true)).toBe(`Cannot write ${dir}/folder: it is a folder, not a regular file`);
    expect(told("link", false)).toBe(`Cannot write ${dir}/link: it is a link, not a regular file`);
    expect(told("link", true)).toMatch(/folder: it is a folder, not a regular file$/);
  });
});

describe("a temporary file", () => {
  it("has a name of its own, hidden beside the file", () => {
    const names = Array.from({ length: 200 }, () => randomName());
    expect(names.filter((name) => !/^[0-9a-f]{16}$/.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(200);
    const path = nameBeside("/x/status.json");
    expect(dirname(path)).toBe("/x");
    expect(basename(path)).toMatch(/^\.status\.json\.[0-9a-f]{16}\.tmp$/);
  });

  it("that a crash left is swept away only under exactly such a name, and only after an hour", async () => {
    const dir = folder();
    const { replaceFile } = await writerWith(() => ({
      renameSync: failing("EIO"),
      rmSync: () => undefined,
    }));
    expect(() => replaceFile(join(dir, "a"), "1")).toThrow("EIO");
    const [left = ""] = readdirSync(dir);
    const kept = [`x${left}`, `${left}x`, "..tmp", `.a.${"0".repeat(15)}.tmp`, `.a.${"g".repeat(16)}.tmp`];
    for (const name of kept) writeFileSync(join(dir, name), "");
    for (const name of [left, ...kept]) utimesSync(join(dir, name), NOW / 1000 - 3600, NOW / 1000 - 3600);
    sweepTemporaries(dir, NOW);
    expect(readdirSync(dir)).toContain(left);
    sweepTemporaries(dir, NOW + 1);
    expect(readdirSync(dir).sort()).toEqual(kept.sort());
  });
});

describe("a corrupt file", () => {
  it("is put aside beside others: only those of the same file are counted, the oldest go", () => {
    const dir = folder();
    const other = join(dir, "b.json.corrupt-20200101T000000Z-0000");
    writeFileSync(other, "other");
    const names = Array.from({ length: 6 }, (_, n) => {
      writeFileSync(join(dir, "a.json"), String(n));
      return putAside(join(dir, "a.json"), NOW + n * 1000);
    });
    expect(names.map((name) => existsSync(name))).toEqual([false, true, true, true, true, true]);
    expect(names.every((name) => dirname(name) === dir)).toBe(true);
    expect(readFileSync(other, "utf8")).toBe("other");
  });

  it("that is gone meanwhile is an error", () => {
    expect(() => putAside(join(folder(), "none"), NOW)).toThrow("ENOENT");
  });
});

describe("renaming and removing", () => {
  it("tell what is missing from what went wrong", () => {
    const dir = folder();
    writeFileSync(join(dir, "a"), "1");
    mkdirSync(join(dir, "folder"));
    writeFileSync(join(dir, "folder", "x"), "");
    expect([rename(join(dir, "a"), join(dir, "b")), rename(join(dir, "a"), join(dir, "c"))]).toEqual([
      true,
      false,
    ]);
    expect([renameAtOnce(join(dir, "b"), join(dir, "a")), renameAtOnce(join(dir, "b"), join(dir, "c"))])
      .toEqual([true, false]);
    expect(() => renameAtOnce(join(dir, "a"), join(dir, "folder"))).toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    removeFile(join(dir, "a"));
    expect(existsSync(join(dir, "a"))).toBe(false);
    expect(() => removeFile(join(dir, "a"))).not.toThrow();
    linkSync(join(dir, "folder", "x"), join(dir, "y"));
    removeFile(join(dir, "y"));
    expect(readdirSync(dir)).toEqual(["folder"]);
  });
});
