import { expect, test } from "vitest";
import { programOf } from "../../../lib/core/system/which_program.ts";

test.each<[startedAs: string, args: string[], program: string, left: string[]]>([
  ["agentlb", ["status"], "agentlb", ["status"]],
  ["agentlb", ["cap", "pick"], "cap", ["pick"]],
  ["agentlb.js", ["clb"], "clb", []],
  ["cli.ts", ["new", "cap"], "agentlb", ["new", "cap"]],
  ["cap", ["cap"], "cap", ["cap"]],
  ["clb", ["where"], "clb", ["where"]],
  ["cap.bin", ["where"], "cap", ["where"]],
  ["cap.js", [], "cap", []],
  ["CAP.EXE", ["list"], "cap", ["list"]],
  ["agentlb.exe", ["clb", "list"], "clb", ["list"]],
  ["cap-linux-x64-musl", ["list"], "cap", ["list"]],
  ["captain", ["list"], "agentlb", ["list"]],
])("a program started as %s with %j", (startedAs, args, program, left) => {
  expect(programOf(startedAs, args)).toEqual({ program, args: left });
});
