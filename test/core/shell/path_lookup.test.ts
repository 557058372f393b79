import { describe, expect, it } from "vitest";
import {
  isBatchFile,
  isPath,
  plainName,
  programFile,
  programFiles,
} from "../../../lib/core/shell/path_lookup.ts";

describe("a program's name stands", () => {
  it("for a file in each absolute folder of PATH", () => {
    const around = { env: { PATH: "/a:b::.:/c d" }, platform: "linux", cwd: "/w" };
    expect(programFiles("codex", around)).toEqual(["/a/codex", "/c d/codex"]);
    expect(programFiles("./x/codex", around)).toEqual(["/w/x/codex"]);
    expect(programFiles("/x/codex", around)).toEqual(["/x/codex"]);
    expect(programFiles("a\\b", around)).toEqual(["/a/a\\b", "/c d/a\\b"]);
    expect(programFiles("codex", { ...around, env: {} })).toEqual([]);
  });

  const windows = {
    env: { Path: 'C:\\a;rel;.;"D:\\b c";', PATHEXT: ".COM;.EXE;.JS;.CMD" },
    platform: "win32",
    cwd: "C:\\w",
  };

  it("on Windows for those with each extension of PATHEXT that can be started", () => {
    expect(programFiles("codex", windows)).toEqual([
      "C:\\a\\codex.com",
      "C:\\a\\codex.exe",
      "C:\\a\\codex.cmd",
      "D:\\b c\\codex.com",
      "D:\\b c\\codex.exe",
      "D:\\b c\\codex.cmd",
    ]);
  });

  it("on Windows first for itself when it has one of them", () => {
    expect(programFiles("Codex.EXE", windows)[0]).toBe("C:\\a\\Codex.EXE");
    expect(programFiles("codex.js", windows)[0]).toBe("C:\\a\\codex.js.com");
    expect(programFiles("x.bat", { ...windows, env: { Path: "C:\\a" } })[0]).toBe("C:\\a\\x.bat");
  });

  it("on Windows for what a path leads to, with and without them", () => {
    const files = [".com", ".exe", ".cmd", ""].map((extension) => `C:\\w\\x\\codex${extension}`);
    expect(programFiles(".\\x\\codex", windows)).toEqual(files);
    expect(programFiles("x/codex", windows)).toEqual(files);
    expect(programFiles("D:\\t\\my codex.exe", windows)[0]).toBe("D:\\t\\my codex.exe");
  });
});

it.each<[name: string, onWindows: boolean, elsewhere: boolean]>([
  ["codex", false, false],
  ["./codex", true, true],
  ["a\\codex", true, false],
  ["C:codex", true, false],
])("%s is a path on Windows: %s, elsewhere: %s", (name, onWindows, elsewhere) => {
  expect([isPath(name, { platform: "win32" }), isPath(name, { platform: "linux" })]).toEqual([
    onWindows,
    elsewhere,
  ]);
});

it.each([
  ["linux", "/a/codex", "codex"],
  ["linux", "/a/codex.exe", "codex.exe"],
  ["linux", "C:\\a\\codex", "C:\\a\\codex"],
  ["win32", "C:\\a b\\Codex.CMD", "codex"],
  ["win32", "codex", "codex"],
  ["win32", "a/codex.exe", "codex"],
  ["win32", "codex.js", "codex.js"],
])("on %s the plain name of %s is %s", (platform, program, name) => {
  expect(plainName(program, { platform })).toBe(name);
});

it.each<[path: string, onWindows: boolean]>([
  ["C:\\npm\\codex.cmd", true],
  ["codex.BAT", true],
  ["codex.exe", false],
  ["codex", false],
])("%s is a batch file on Windows: %s, elsewhere never", (path, onWindows) => {
  expect([isBatchFile(path, { platform: "win32" }), isBatchFile(path, { platform: "darwin" })])
    .toEqual([onWindows, false]);
});

it("a compiled program has an extension on Windows alone", () => {
  expect([programFile("codex", { platform: "win32" }), programFile("codex", { platform: "linux" })])
    .toEqual(["codex.exe", "codex"]);
});
