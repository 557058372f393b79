import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { notesOf, sectionOf, versionOf } from "../../scripts/release/notes.ts";
import { TREE } from "../../rig/codex.ts";
import { commandOf } from "../../rig/program.ts";

const CHANGELOG = `# Changelog

## 1.2.3 (2026-12-01)

Second version.

- One thing,
  in two lines.

## 1.2.30-rc.1 (2026-11-30)

- Another.

## 1.2.2

## 1.2.1 (unreleased)

- Nothing yet.
`;

/** A tree that is of these versions. */
function tree(versions: Partial<Record<"package" | "lock" | "source", string>> = {}): string {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-notes-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const text = (version = "1.2.3") =>
    JSON.stringify({ name: "agentlb", version, x: { version: "9" } }, null, 2);
  mkdirSync(join(dir, "lib/core/text"), { recursive: true });
  writeFileSync(join(dir, "package.json"), text(versions.package));
  writeFileSync(join(dir, "package-lock.json"), text(versions.lock));
  writeFileSync(
    join(dir, "lib/core/text/version.ts"),
    `/** Its version. */\nexport const VERSION = "${versions.source ?? "1.2.3"}";\n`,
  );
  writeFileSync(join(dir, "CHANGELOG.md"), CHANGELOG);
  return dir;
}

describe("the notes of a release", () => {
  test("are what the changelog says of that version and no other", () => {
    expect(sectionOf(CHANGELOG, "1.2.3")).toBe("Second version.\n\n- One thing,\n  in two lines.");
    expect(sectionOf(CHANGELOG, "1.2.30-rc.1")).toBe("- Another.");
    expect(notesOf(tree(), "v1.2.3")).toBe(sectionOf(CHANGELOG, "1.2.3"));
  });

  test.each([
    ["1.2", 'no section "## 1.2"'],
    ["1.2.4", 'no section "## 1.2.4"'],
    ["1.2.2", "nothing to say of 1.2.2"],
    ["1.2.1", "calls 1.2.1 unreleased"],
  ])("of %s can't be had", (version, words) => {
    expect(() => sectionOf(CHANGELOG, version)).toThrow(words);
  });

  test.each(
    [
      [{ package: "1.2.2" }, "package.json says 1.2.2, and the tag is for 1.2.3"],
      [{ lock: "1.2.2" }, "package-lock.json says 1.2.2"],
      [{ source: "1.2.2" }, "lib/core/text/version.ts says 1.2.2"],
    ] as const,
  )("can't be had where the tree differs: %j", (versions, words) => {
    expect(() => notesOf(tree(versions), "v1.2.3")).toThrow(words);
  });

  test("are asked for by a tag", () => {
    expect(versionOf("v10.0.1-beta.2")).toBe("10.0.1-beta.2");
    for (const tag of ["main", "v1", "v1.2.3.4", "version1.2.3", "v1.2.3 ", ""]) {
      expect(() => versionOf(tag)).toThrow("is not the tag of a version");
    }
  });

  test("of this tree are printed, or it is said why not", () => {
    const [bun] = commandOf("bun");
    const run = (tag: string[], env: Record<string, string> = {}) =>
      spawnSync(bun, [join(TREE, "scripts/release/notes.ts"), ...tag], {
        env: { PATH: process.env.PATH, ...env },
        encoding: "utf8",
      });
    const { version } = JSON.parse(readFileSync(join(TREE, "package.json"), "utf8"));
    const heading = new RegExp(`^## ${version.replaceAll(".", "\\.")}\\b.*$`, "m");
    const [said] = heading.exec(readFileSync(join(TREE, "CHANGELOG.md"), "utf8")) ?? [""];
    const { status, stdout, stderr } = run([`v${version}`]);
    if (said.includes("unreleased")) {
      expect([status, stdout, stderr]).toEqual([
        1,
        "",
        `CHANGELOG.md calls ${version} unreleased: ${said.slice(3)}\n`,
      ]);
    } else expect([status, stderr]).toEqual([0, ""]);
    expect(run([], { GITHUB_REF_NAME: "v0.0.1" }).stderr).toBe(
      `package.json says ${version}, and the tag is for 0.0.1\n`,
    );
    expect(run([])).toMatchObject({ status: 1, stderr: "which version? v1.2.3\n" });
  });
});
