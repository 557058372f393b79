import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import {
  CHECKED_CODEX,
  codexVersionIn,
  countsTurns,
  has,
  lacksOf,
  lackWords,
  LEAST_CODEX,
} from "../../../lib/core/codex/versions.ts";

test("the version that the facts were checked with is the one that the tests run", () => {
  const { devDependencies } = JSON.parse(
    readFileSync(new URL("../../../package.json", import.meta.url), "utf8"),
  );
  expect(devDependencies["@openai/codex"]).toBe(CHECKED_CODEX);
});

describe("a version is found in what Codex says of itself", () => {
  it.each([
    ["codex-cli 0.171.0\n", "0.171.0"],
    ["codex-cli 0.172.0-alpha.3\n", "0.172.0-alpha.3"],
    ["agentlb-supervisor/0.140.0 (Debian 12.0.0; x86_64) xterm (agentlb-supervisor; 1.0.0)", "0.140.0"],
    ["0.90.0", "0.90.0"],
    ["codex v1.2.30", "1.2.30"],
    ["", undefined],
    ["mise ERROR No version is set for shim: codex", undefined],
    ["codex 0.171", undefined],
    ["10.0.0.1:80", undefined],
  ])("%j → %s", (text, version) => expect(codexVersionIn(text)).toBe(version));
});

describe("what came with a version", () => {
  it.each([
    ["0.116.9", false],
    ["0.117.0-alpha.1", false],
    ["0.117.0", true],
    ["0.117.0-", true],
    ["0.171.0", true],
    ["1.0.0", true],
    [undefined, false],
  ])("is there from then on: %s %s", (version, isThere) => {
    expect(has(version?.replace(/-$/, ""), "renewalByExpiry")).toBe(isThere);
  });
});

describe("what a version lacks is said", () => {
  it("and of one that lacks nothing, or is unknown, nothing is", () => {
    for (const version of [CHECKED_CODEX, "0.147.0", undefined]) {
      expect(lacksOf(version, true)).toEqual([]);
      expect(lacksOf(version, false)).toEqual([]);
    }
  });

  it("turns are counted without locks only where open files can be seen", () => {
    expect(countsTurns(lacksOf("0.140.0", true))).toBe(true);
    expect(countsTurns(lacksOf("0.140.0", false))).toBe(false);
    expect(countsTurns(lacksOf("0.98.0", true))).toBe(false);
    expect(lackWords(lacksOf("0.146.0", false), "0.146.0")).toBe("turns not counted: codex 0.146");
    expect(lackWords(lacksOf("0.140.1", true), "0.140.1")).toBe(
      "refused turns known by readings only: codex 0.140.1",
    );
  });

  it("once each", () => {
    for (const canSee of [true, false]) {
      const words = lacksOf("0.1.0", canSee);
      expect(new Set(words).size).toBe(words.length);
    }
  });

  it("the oldest that can be read is named to whoever has an older one", () => {
    expect(lacksOf(LEAST_CODEX, true).join()).not.toContain("oldest");
    expect(lacksOf("0.88.0", true)[0]).toBe("older than 0.90, the oldest that can be read");
  });
});
