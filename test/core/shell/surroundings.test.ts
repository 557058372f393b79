import { describe, expect, it } from "vitest";
import { codexEnvironment, selfEnvironment, supervisorEnvironment } from "../../../lib/core/shell/launch.ts";
import { rootFrom } from "../../../lib/core/system/layout.ts";
import { isFixed, temporaryFolder, usersShell, variable } from "../../../lib/core/shell/surroundings.ts";

describe("the root", () => {
  it.each<[platform: string, env: Record<string, string>, root: string]>([
    ["linux", { HOME: "/home/me" }, "/home/me/.agentlb"],
    ["darwin", { HOME: "/home/me", USERPROFILE: "C:\\x" }, "/home/me/.agentlb"],
    ["linux", { HOME: "/home/me", AGENTLB_HOME: "/srv/lb" }, "/srv/lb"],
    ["linux", { HOME: "/home/me", AGENTLB_HOME: "" }, "/home/me/.agentlb"],
    ["win32", { USERPROFILE: "C:\\Users\\Zoë Q" }, "C:\\Users\\Zoë Q\\.agentlb"],
    // A Unix shell on Windows sets HOME; Codex doesn't look at it, and neither do we.
    ["win32", { USERPROFILE: "C:\\Users\\me", HOME: "D:\\unix" }, "C:\\Users\\me\\.agentlb"],
    ["win32", { UserProfile: "C:\\Users\\me" }, "C:\\Users\\me\\.agentlb"],
    ["win32", { USERPROFILE: "C:\\Users\\me", AGENTLB_HOME: "D:/lb" }, "D:/lb"],
    ["win32", { USERPROFILE: "\\\\server\\users\\me" }, "\\\\server\\users\\me\\.agentlb"],
  ])("on %s with %j is %s", (platform, env, root) => expect(rootFrom({ env, platform })).toBe(root));

  it.each<[platform: string, env: Record<string, string>, why: string]>([
    ["linux", {}, "HOME is not set"],
    ["linux", { HOME: "", USERPROFILE: "C:\\x" }, "HOME is not set"],
    ["linux", { HOME: "me" }, "HOME is not an absolute path: me"],
    ["win32", { HOME: "C:\\x" }, "USERPROFILE is not set"],
    ["win32", { USERPROFILE: "\\Users\\me" }, "USERPROFILE is not an absolute path: \\Users\\me"],
    ["win32", { USERPROFILE: "C:\\x", AGENTLB_HOME: "C:lb" }, "AGENTLB_HOME is not an absolute path: C:lb"],
    ["win32", { USERPROFILE: "C:\\x", AGENTLB_HOME: "/lb" }, "AGENTLB_HOME is not an absolute path: /lb"],
  ])("on %s with %j is none: %s", (platform, env, why) => {
    expect(() => rootFrom({ env, platform })).toThrow(why);
  });
});

it.each<[path: string, onWindows: boolean, elsewhere: boolean]>([
  ["/x", false, true],
  ["x", false, false],
  ["C:\\x", true, false],
  ["c:/x", true, false],
  ["C:x", false, false],
  ["\\x", false, false],
  ["\\\\server\\share", true, false],
  ["//server/share", true, true],
  ["\\\\\\x", false, false],
])("%s is fixed on Windows: %s, elsewhere: %s", (path, onWindows, elsewhere) => {
  expect([isFixed(path, "win32"), isFixed(path, "linux")]).toEqual([onWindows, elsewhere]);
});

it("a variable is found in any case on Windows alone", () => {
  const env = { Path: "a", none: undefined };
  expect(variable(env, "PATH", "win32")).toBe("a");
  expect(variable(env, "PATH", "linux")).toBeUndefined();
  expect(variable({ PATH: "b", Path: "a" }, "PATH", "win32")).toBe("b");
});

it.each<[platform: string, env: Record<string, string>, folder: string]>([
  ["linux", {}, "/tmp"],
  ["linux", { TMPDIR: "/var/tmp", TEMP: "C:\\t" }, "/var/tmp"],
  ["win32", { TMPDIR: "/tmp", TEMP: "C:\\t", TMP: "C:\\u" }, "C:\\t"],
  ["win32", { Tmp: "C:\\u" }, "C:\\u"],
])("temporary files go on %s with %j to %s", (platform, env, folder) => {
  expect(temporaryFolder({ env, platform })).toBe(folder);
});

describe("the environment of a Codex", () => {
  const env = {
    Path: "p",
    codex_home: "old",
    Openai_Api_Key: "key",
    CODEX_API_KEY: "key",
    Codex_Sqlite_Home: "s",
  };

  it("has on Windows no foreign login in any case, and one home", () => {
    expect({ ...codexEnvironment({ env, platform: "win32" }, "C:\\h", ["CODEX_SQLITE_HOME"]) }).toEqual({
      Path: "p",
      Codex_Sqlite_Home: "s",
      CODEX_HOME: "C:\\h",
    });
  });

  it("keeps elsewhere what only looks like it", () => {
    expect({ ...codexEnvironment({ env, platform: "linux" }, "/h", []) }).toEqual({
      Path: "p",
      codex_home: "old",
      Openai_Api_Key: "key",
      Codex_Sqlite_Home: "s",
      CODEX_HOME: "/h",
    });
  });

  it("of our own has nothing that makes an interpreter of it", () => {
    const env = { BUN_BE_BUN: "1", BUN_INSPECT: "ws://0.0.0.0:1", Bun_Options: "x", A: "a" };
    expect({ ...selfEnvironment({ env, platform: "win32" }) }).toEqual({ A: "a" });
    expect({ ...selfEnvironment({ env, platform: "linux" }) }).toEqual({ Bun_Options: "x", A: "a" });
  });

  it("of the supervisor has no key and no home of the command that started it", () => {
    const keys = { CODEX_HOME: "/h", CODEX_ACCESS_TOKEN: "t", CODEX_API_KEY: "k", OPENAI_API_KEY: "k" };
    const env = { ...keys, CODEX_SQLITE_HOME: "s", BUN_INSPECT: "1", PATH: "/bin", HTTPS_PROXY: "p" };
    expect({ ...supervisorEnvironment({ env, platform: "linux" }) }).toEqual({
      PATH: "/bin",
      HTTPS_PROXY: "p",
    });
  });
});

describe("the user's shell", () => {
  it("is that of the environment, else the one that every system has", () => {
    expect(usersShell({ env: { SHELL: "/bin/zsh", COMSPEC: "x" }, platform: "linux" })).toBe("/bin/zsh");
    expect(usersShell({ env: { SHELL: "" }, platform: "darwin" })).toBe("/bin/sh");
    expect(usersShell({ env: { ComSpec: "C:\\cmd.exe", SHELL: "/bin/zsh" }, platform: "win32" })).toBe(
      "C:\\cmd.exe",
    );
    expect(usersShell({ env: {}, platform: "win32" })).toBe("cmd.exe");
  });
});
