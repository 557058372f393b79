import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { publish } from "../../scripts/release/publish.ts";

/** A tree with a release of a version in it. */
function tree(version: string, files: readonly string[] = ["SHA256SUMS", "a.zip"]): string {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-publish-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  for (const folder of ["lib/core/text", "dist/release"]) mkdirSync(join(dir, folder), { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) {
    writeFileSync(join(dir, name), JSON.stringify({ version }, null, 2));
  }
  writeFileSync(join(dir, "lib/core/text/version.ts"), `export const VERSION = "${version}";\n`);
  writeFileSync(join(dir, "CHANGELOG.md"), `# Changelog\n\n## ${version} (2026-12-01)\n\nNews.\n`);
  for (const name of files) writeFileSync(join(dir, "dist/release", name), "");
  return dir;
}

/** What `gh` is told, and the notes that it gets to read. */
function told(step: string, tag: string, dir: string): string[][] {
  const calls: string[][] = [];
  publish(step, tag, dir, (...words) => {
    const at = words.indexOf("--notes-file");
    const read = at < 0 ? [] : [readFileSync(words[at + 1] ?? "", "utf8")];
    calls.push([...words.map((word, index) => index === at + 1 && at >= 0 ? "NOTES" : word), ...read]);
  });
  return calls;
}

describe("a release", () => {
  test("is first a draft, with every file and the notes", () => {
    const dir = tree("1.2.3");
    const files = ["SHA256SUMS", "a.zip"].map((name) => join(dir, "dist/release", name));
    expect(told("draft", "v1.2.3", dir)).toEqual([[
      "create",
      "v1.2.3",
      "--draft",
      "--verify-tag",
      "--title",
      "agentlb 1.2.3",
      "--notes-file",
      "NOTES",
      ...files,
      "News.\n",
    ]]);
  });

  test("of a version with a word at its end is no release for everybody", () => {
    expect(told("draft", "v1.2.3-rc.1", tree("1.2.3-rc.1"))[0]).toContain("--prerelease");
  });

  test("is fetched by other machines, and then shown to all", () => {
    const dir = tree("1.2.3");
    expect(told("fetch", "v1.2.3", dir)).toEqual([
      ["download", "v1.2.3", "--clobber", "--dir", join(dir, "dist/release")],
    ]);
    expect(told("final", "v1.2.3", dir)).toEqual([["edit", "v1.2.3", "--draft=false"]]);
  });

  test.each([
    ["draft", "v1.2.4", "package.json says 1.2.3, and the tag is for 1.2.4"],
    ["draft", "main", "is not the tag of a version"],
    ["final", "main", "is not the tag of a version"],
    ["sell", "v1.2.3", "and no sell"],
  ])("is not published by %s %s", (step, tag, words) => {
    expect(() => told(step, tag, tree("1.2.3"))).toThrow(words);
  });

  test("that is not whole is not published", () => {
    expect(() => told("draft", "v1.2.3", tree("1.2.3", ["a.zip"]))).toThrow("is no whole release");
  });
});
