import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { appendText } from "../../../lib/io/files/append.ts";
import { NOT_OURS } from "../../../lib/io/files/replace.ts";

type Fs = typeof import("node:fs");

function place() {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-append-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, "log");
  return { dir, path, text: () => readFileSync(path, "utf8") };
}

describe("text that is appended", () => {
  it("makes the file, for its owner alone whatever the umask, and follows what is there", () => {
    const { path, text } = place();
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    appendText(path, "one é\n", "!\n");
    appendText(path, "two\n", "!\n");
    expect(text()).toBe("one é\ntwo\n");
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("comes after the seal where a kill left half a line, and only there", () => {
    const { path, text } = place();
    writeFileSync(path, "whole\nha");
    appendText(path, "one\n", "!\n");
    appendText(path, "two\n", "!\n");
    expect(text()).toBe("whole\nha!\none\ntwo\n");
  });

  it("is not written when the file may not be written any more", () => {
    const { path, text } = place();
    writeFileSync(path, "whole\n");
    expect(() => appendText(path, "one\n", "!\n", () => false)).toThrow(NOT_OURS);
    appendText(path, "two\n", "!\n", () => true);
    expect(text()).toBe("whole\ntwo\n");
  });

  it("is refused on a link and on what is no file", () => {
    const { dir, path } = place();
    writeFileSync(join(dir, "target"), "");
    symlinkSync("target", path);
    expect(() => appendText(path, "one\n", "!\n")).toThrow(`Cannot write ${path}: it is a link, not a file`);
    expect(readFileSync(join(dir, "target"), "utf8")).toBe("");
    mkdirSync(join(dir, "folder"));
    expect(() => appendText(join(dir, "folder"), "one\n", "!\n")).toThrow("it is a folder, not a file");
    expect(readdirSync(dir).sort()).toEqual(["folder", "log", "target"]);
  });

  it("that cannot be written names the file and the reason, and leaves it closed", async () => {
    const { path } = place();
    const opened = new Set<number>();
    vi.resetModules();
    vi.doMock("node:fs", async (original) => {
      const fs = await original<Fs>();
      return {
        ...fs,
        openSync(...given: Parameters<Fs["openSync"]>) {
          const fd = fs.openSync(...given);
          opened.add(fd);
          return fd;
        },
        closeSync(fd: number) {
          opened.delete(fd);
          fs.closeSync(fd);
        },
        writeSync() {
          throw Object.assign(new Error("ENOSPC: made up"), { code: "ENOSPC" });
        },
      };
    });
    onTestFinished(() => {
      vi.doUnmock("node:fs");
      vi.resetModules();
    });
    const { appendText } = await import("../../../lib/io/files/append.ts");
    expect(() => appendText(path, "one\n", "!\n")).toThrow(`Cannot write ${path}: ENOSPC: made up`);
    expect(opened.size).toBe(0);
  });
});
