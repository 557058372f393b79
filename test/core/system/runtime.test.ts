import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { lackOf, LEAST } from "../../../lib/core/system/which_program.ts";

test.each(
  [
    [{ node: "20.15.1" }, "needs Node 20.16 or 22.3, this is 20.15.1"],
    [{ node: "21.7.3" }, "needs Node 20.16 or 22.3, this is 21.7.3"],
    [{ node: "22.2.0" }, "needs Node 20.16 or 22.3, this is 22.2.0"],
    [{ node: "18.20.8" }, "needs Node 20.16 or 22.3, this is 18.20.8"],
    [{ deno: "2.5.6", node: "24.0.0" }, "needs Deno 2.7, this is 2.5.6"],
    [{ deno: "1.46.3", node: "20.0.0" }, "needs Deno 2.7, this is 1.46.3"],
    [{ bun: "1.2.5", node: "24.0.0" }, "needs Bun 1.2.6, this is 1.2.5"],
    [{ bun: "1.1.45", node: "24.0.0" }, "needs Bun 1.2.6, this is 1.1.45"],
  ] as const,
)("%j is told what is lacking", (versions, words) => {
  expect(lackOf(versions)).toBe(words);
});

test.each(
  [
    { node: "20.16.0" },
    { node: "20.20.2" },
    { node: "22.3.0" },
    { node: "23.0.0" },
    { node: "100.0.0" },
    { deno: "2.7.0", node: "1.0.0" },
    { deno: "2.10.0" },
    { deno: "3.0.0" },
    { bun: "1.2.6" },
    { bun: "1.3.0-canary.20251018.1" },
    { bun: "1.10.0" },
    { bun: "2.0.0" },
  ] as const,
)("%j will do", (versions) => {
  expect(lackOf(versions)).toBeUndefined();
});

test("this runtime will do, and the least ones do themselves", () => {
  expect(lackOf(process.versions)).toBeUndefined();
  for (const [name, versions] of Object.entries(LEAST)) {
    for (const version of versions) expect(lackOf({ [name]: version })).toBeUndefined();
  }
});

test("package.json promises the same", () => {
  const { engines } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
  const [line, newest] = LEAST.node;
  expect(engines).toEqual({
    bun: `>=${LEAST.bun[0]}`,
    deno: `>=${LEAST.deno[0]}`,
    node: `^${line} || >=${newest}`,
  });
});
