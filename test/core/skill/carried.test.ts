import { expect, test } from "vitest";
import { runningProgram } from "../../../lib/core/skill/carried.ts";

test.each([
  [["/opt/agentlb"], "compiled", "/opt/agentlb"],
  [["/usr/bin/node", "/opt/agentlb.js"], "script", "/opt/agentlb.js"],
  [
    ["/usr/bin/deno", "run", "-A", "--no-prompt", "/opt/dist/js/agentlb.js"],
    "script",
    "/opt/dist/js/agentlb.js",
  ],
])("what %j starts can be put into a skill", (self, form, path) => {
  expect(runningProgram(self)).toEqual({ form, path });
});

test.each([[[]], [["/usr/bin/deno", "run", "-A", "/src/cli.ts"]], [["bun", "/src/cli.ts"]]])(
  "what %j starts can't",
  (self) => {
    expect(() => runningProgram(self)).toThrow("a skill has its program in one file");
  },
);
