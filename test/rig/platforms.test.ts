import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isUnit, isWhole, NAMED_PLATFORMS, testsOn } from "../platforms.ts";
import { TREE } from "../../rig/codex.ts";

/** The test files of the tree, by their path from its top. */
function testFiles(): string[] {
  const names = readdirSync(join(TREE, "test"), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".test.ts")).map((name) =>
    `test/${name.replaceAll("\\", "/")}`
  );
}

/** The paths of a platform that mean no test file. */
function empty(paths: readonly string[], files: readonly string[]): string[] {
  return paths.filter((path) => !files.some((file) => file.startsWith(path)));
}

test("Linux runs every test file of the tree", () => {
  const { unit, whole } = testsOn("linux");
  const files = testFiles();
  expect(files.length).toBeGreaterThan(50);
  expect(files.filter((file) => !isUnit(file) && !isWhole(file))).toEqual([]);
  expect(files.filter((file) => isUnit(file) && isWhole(file))).toEqual([]);
  expect(empty([...unit, ...whole], files)).toEqual([]);
});

describe.each(NAMED_PLATFORMS)("the tests named for %s", (platform) => {
  const { unit, whole, but = [] } = testsOn(platform);

  test("are there", () => {
    expect(empty(["test/core", "test/nowhere"], testFiles())).toEqual(["test/nowhere"]);
    expect(empty([...unit, ...whole], testFiles())).toEqual([]);
    expect(but.filter((path) => !testFiles().includes(path))).toEqual([]);
  });

  test("are of the kind that they are named as", () => {
    expect(unit.filter((path) => !isUnit(path))).toEqual([]);
    expect(whole.filter((path) => !isWhole(path))).toEqual([]);
    expect(unit.length * whole.length).toBeGreaterThan(0);
  });
});
