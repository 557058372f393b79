import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expandUser, purePath, settingPath, survivesXargs } from "../../../lib/core/shell/typed_paths.ts";
import { resolvedPath } from "../../../lib/io/files/read.ts";
import { homeInPasswd } from "../../../lib/io/platform/macos.ts";
import { describeWith } from "../../../rig/tools.ts";
import { askPython } from "../pool/python/with_python.ts";

const path = fc.array(fc.constantFrom("/", "//", "a", "b", ".", "..", " ", "~", "é", "lnk", "loop", "\n"), {
  minLength: 1,
  maxLength: 8,
}).map((parts) => parts.join(""));
const paths = fc.sample(path, { numRuns: 2000, seed: 7 });

describeWith(["python3"], "as Python has it", () => {
  test("a path is kept as Path keeps it", () => {
    const script = "from pathlib import Path\nanswers = [str(Path(c)) for c in cases]";
    expect(paths.map((path) => purePath(path, "linux"))).toEqual(askPython(script, paths));
  });

  test.each(["/home/me", "/", "", "/home/me/"])("~ is replaced when HOME is %j", (home) => {
    const cases = [
      "~",
      "~/x",
      "~root",
      "~root/x",
      "~nobody-knows/x",
      "a~",
      "/~",
      "~/",
      "~//x",
      ...paths.map((c) => `~${c}`),
    ];
    const homes = { own: home, of: homeInPasswd };
    const script = "import os\nanswers = [os.path.expanduser(c) for c in cases]";
    expect(cases.map((c) => expandUser(c, homes, "linux"))).toEqual(askPython(script, cases, { HOME: home }));
  });

  test("a path is resolved, links and all, whether it exists or not", () => {
    const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-paths-")));
    mkdirSync(join(dir, "a", "b"), { recursive: true });
    symlinkSync("a/b", join(dir, "lnk"));
    symlinkSync(join(dir, "a"), join(dir, "a", "b", "a"));
    symlinkSync("../nowhere/x", join(dir, "b"));
    const cases = paths.filter((c) => !c.includes("loop")).map((c) => `${dir}/${c}`);
    const script = "from pathlib import Path\nanswers = [str(Path(c).resolve()) for c in cases]";
    expect(cases.map(resolvedPath)).toEqual(askPython(script, cases));
    rmSync(dir, { recursive: true });
  });
});

const root = fc.constantFrom("", "\\", "/", "C:", "c:\\", "C:/", "\\\\srv\\share\\", "//srv/share/");
const parts = fc.array(fc.constantFrom("a", "b", ".", "..", " ", "~", "é"), { maxLength: 5 });
const windowsPath = fc.tuple(root, parts, fc.constantFrom("\\", "/", "\\/"))
  .map(([start, names, separator]) => start + names.join(separator));

describeWith(["python3"], "as Python has it on Windows", () => {
  test("a path is kept as Path keeps it", () => {
    const cases = fc.sample(windowsPath, { numRuns: 2000, seed: 8 });
    const script = "from pathlib import PureWindowsPath\nanswers = [str(PureWindowsPath(c)) for c in cases]";
    expect(cases.map((path) => purePath(path, "win32"))).toEqual(askPython(script, cases));
  });

  test("~ is replaced", () => {
    const homes = { own: "C:\\Users\\me", of: () => undefined };
    const cases = ["~", "~\\x", "~/x", "a~", "C:\\~"];
    const script = "import ntpath\nanswers = [ntpath.expanduser(c) for c in cases]";
    expect(cases.map((path) => expandUser(path, homes, "win32"))).toEqual(
      askPython(script, cases, { USERPROFILE: homes.own }),
    );
    expect(expandUser("~you\\x", homes, "win32")).toBe("~you\\x");
  });
});

describe("a path of the settings on Windows", () => {
  const homes = { own: "C:\\Users\\me", of: () => undefined };
  const from = { base: "D:\\skill", homes, platform: "win32" };

  test.each([
    ["c:/a//../b/./", "c:\\a\\..\\b"],
    ["share/x", "<D:\\skill\\share\\x>"],
    ["~/x", "C:\\Users\\me\\x"],
    ["\\x", "<D:\\x>"],
    ["D:x", "<D:\\skill\\x>"],
    ["\\\\srv\\share\\x", "\\\\srv\\share\\x"],
  ])("%s is %s", (path, set) => {
    expect(settingPath(path, from, (resolved) => `<${resolved}>`)).toBe(set);
  });

  test("a path goes through no xargs", () => {
    expect([survivesXargs("C:\\a b", "win32"), survivesXargs("C:\\a b", "linux")]).toEqual([true, false]);
  });
});

describe("a path of the settings", () => {
  const homes = { own: "/home/me", of: () => undefined };
  const resolved = (path: string) => `<${path}>`;
  const from = { base: "/skill", homes, platform: "linux" };

  test("is kept as written when it is absolute, and resolved when it is not", () => {
    expect(settingPath("/a//../b/./", from, resolved)).toBe("/a/../b");
    expect(settingPath("share/x", from, resolved)).toBe("</skill/share/x>");
    expect(settingPath("~/x", from, resolved)).toBe("/home/me/x");
    expect(settingPath("~you/x", from, resolved)).toBe("</skill/~you/x>");
  });
});

describeWith(["bash", "xargs"], "as callers have it", () => {
  test("a path survives its way through xargs, or we know that it doesn't", () => {
    const word = fc.array(
      fc.constantFrom("a", "b", " ", "  ", "'", '"', "\\", "\t", "é", "$", "`", "*", "-n", "#", "\r", "\v"),
      {
        maxLength: 6,
      },
    ).map((parts) => `/${parts.join("")}`);
    const cases = fc.sample(word, { numRuns: 150, seed: 8 });
    const script =
      'for src in "$@"; do printf "%s\\0" "$(echo "$src" | tail -n 1 | xargs 2>/dev/null)"; done';
    const { stdout } = spawnSync("bash", ["-c", script, "bash", ...cases], { encoding: "utf8" });
    const came = stdout.split("\0").slice(0, -1);
    expect(came).toHaveLength(cases.length);
    cases.forEach((sent, at) => {
      if (survivesXargs(sent, "linux")) expect(came[at]).toBe(sent);
    });
    // Nor does it warn of what is fine, but for controls that nobody has in a path.
    expect(
      cases.filter((sent, at) => came[at] === sent && !/[\r\v]/.test(sent) && !survivesXargs(sent, "linux")),
    )
      .toEqual([]);
    expect(cases.filter((sent, at) => came[at] !== sent).length).toBeGreaterThan(20);
  });
});
