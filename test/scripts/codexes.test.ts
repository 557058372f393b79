import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKED_CODEX, LEAST_CODEX } from "../../lib/core/codex/versions.ts";
import { TREE } from "../../rig/codex.ts";
import { versionsListed } from "../../scripts/codexes/install.ts";
import { CHECKS, matrixIn, type Outcome, withMatrix } from "../../scripts/codexes/matrix.ts";

const page = readFileSync(join(TREE, "docs/codex.md"), "utf8");
const all = (word: string) => Object.fromEntries(CHECKS.map((check) => [check, word])) as Outcome;

describe("the versions of Codex that are tried", () => {
  it("are the least supported, the newest, and three between", () => {
    const versions = versionsListed();
    expect([versions[0], versions.at(-1)]).toEqual([LEAST_CODEX, CHECKED_CODEX]);
    expect(versions).toHaveLength(5);
  });

  it("are in the tree, the least and the newest: tests install nothing", () => {
    const { devDependencies } = JSON.parse(readFileSync(join(TREE, "package.json"), "utf8"));
    expect(devDependencies).toMatchObject({
      "@openai/codex": CHECKED_CODEX,
      "codex-least": `npm:@openai/codex@${LEAST_CODEX}`,
    });
    const { packages } = JSON.parse(readFileSync(join(TREE, "package-lock.json"), "utf8"));
    expect(packages["node_modules/codex-least"]).toMatchObject({
      name: "@openai/codex",
      version: LEAST_CODEX,
    });
  });

  it("each have a row in the table of the page, and the newest does all", () => {
    const matrix = matrixIn(page);
    expect([...matrix.keys()]).toEqual(versionsListed());
    expect(matrix.get(CHECKED_CODEX)).toEqual(all("yes"));
  });

  it("are named by the page, the least and the newest", () => {
    expect(page).toContain(`works with ${LEAST_CODEX} and newer`);
    expect(page).toContain(`tested with ${CHECKED_CODEX}`);
  });
});

describe("the table", () => {
  it("is read back from the page that it was written into", () => {
    const matrix = new Map([["0.1.0", all("no: x")], ["0.2.0", all("yes")]]);
    const written = withMatrix(page, matrix);
    expect(matrixIn(written)).toEqual(matrix);
    expect(withMatrix(written, matrixIn(page))).toBe(page);
  });

  it("of another form is refused", () => {
    expect(() => matrixIn("no table")).toThrow();
    expect(() => matrixIn(page.replace("| readings", "| reading "))).toThrow("other columns");
    expect(() => matrixIn(page.replace(/(\| 0\.171\.0 +\|) yes /, "$1     "))).toThrow("torn");
  });
});
