import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CHECKED_CODEX } from "../../../lib/core/codex/versions.ts";

test("the version that the facts were checked with is the one that the tests run", () => {
  const { devDependencies } = JSON.parse(
    readFileSync(new URL("../../../package.json", import.meta.url), "utf8"),
  );
  expect(devDependencies["@openai/codex"]).toBe(CHECKED_CODEX);
});
