import { expect, test } from "vitest";

/** The runtime that runs this file. */
function runtime(): string {
  if ("Deno" in globalThis) return "deno";
  return process.versions.bun === undefined ? "node" : "bun";
}

test("cases run on the runtime that they are counted for", () => {
  expect(runtime()).toBe(process.env.RIG_RUNTIME ?? runtime());
});
