import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expandUser, purePath, settingPath, survivesXargs } from "../../../lib/core/pool/paths.ts";
import { resolvedPath } from "../../../lib/io/directory.ts";
import { homeInPasswd } from "../../../lib/io/passwd.ts";
import { describeWith } from "../../rig/tools.ts";
import { askPython } from "./with_python.ts";

const path = fc.array(fc.constantFrom("/", "//", "a", "b", ".", "..", " ", "~", "é", "lnk", "loop", "\n"), {
  minLength: 1,
  maxLength: 8,
}).map((parts) => parts.join(""));
const paths = fc.sample(path, { numRuns: 2000, seed: 7 });

describeWith(["python3"], "as Python has it", () => {
  test("a path is kept as Path keeps it", () => {
    const script = "from pathlib import Path\nanswers = [str(Path(c)) for c in cases]";
    expect(paths.map(purePath)).toEqual(askPython(script, paths));
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
    expect(cases.map((c) => expandUser(c, homes))).toEqual(askPython(script, cases, { HOME: home }));
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

describe("a path of the settings", () => {
  const homes = { own: "/home/me", of: () => undefined };
  const resolved = (path: string) => `<${path}>`;

  test("is kept as written when it is absolute, and resolved when it is not", () => {
    expect(settingPath("/a//../b/./", "/skill", homes, resolved)).toBe("/a/../b");
    expect(settingPath("share/x", "/skill", homes, resolved)).toBe("</skill/share/x>");
    expect(settingPath("~/x", "/skill", homes, resolved)).toBe("/home/me/x");
    expect(settingPath("~you/x", "/skill", homes, resolved)).toBe("</skill/~you/x>");
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
      if (survivesXargs(sent)) expect(came[at]).toBe(sent);
    });
    // Nor does it warn of what is fine, but for controls that nobody has in a path.
    expect(cases.filter((sent, at) => came[at] === sent && !/[\r\v]/.test(sent) && !survivesXargs(sent)))
      .toEqual([]);
    expect(cases.filter((sent, at) => came[at] !== sent).length).toBeGreaterThan(20);
  });
});
