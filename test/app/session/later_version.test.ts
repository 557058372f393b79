import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import { isOfLaterVersion } from "../../../lib/core/session/later_version.ts";
import { type World, world } from "../world.ts";

async function run(user: World, line: string): Promise<unknown> {
  [user.out, user.err] = ["", ""];
  return await main(user.host({ args: line.split(" ") }));
}

describe("a file of a later version", () => {
  it.each([
    ["paused.json", "pause a"],
    ["leases.json", "rr --print-command"],
    ["bindings.json", "bind a --here"],
  ])("is neither changed nor put aside: %s, by %s", async (name, line) => {
    const user = world();
    for (const alias of ["a", "b"]) user.session(alias);
    user.status({ a: { age: 1, used: 50 }, b: { age: 1, used: 50 } });
    await run(user, "pause b");
    const text = '{\n  "v": 2,\n  "aliases": {"a": "paused until Monday"},\n  "folders": {}\n}\n';
    user.write(text, "state", name);
    expect(await run(user, line)).toBe(1);
    expect(user.err).toMatch(
      new RegExp(
        `Cannot change \\S+/${name}: a later version of agentlb has written it\\nagentlb: hint: use that version`,
      ),
    );
    expect(readFileSync(user.path("state", name), "utf8")).toBe(text);
    expect(await run(user, "status")).toBe(0);
  });

  it("is known by its format alone", () => {
    const later = ['{"v":2}', '{\n  "v": 10,\n  "x": 1}', '{"schema":"agentlb.move/2","kind":"swap"}'];
    const ours = [
      '{"v":1}',
      '{"v":"2"}',
      '{"x":1,"v":2}',
      '{"schema":"agentlb.move/1"}',
      "",
      "[2]",
      '{"v":2.5}',
    ];
    expect(later.map(isOfLaterVersion)).toEqual([true, true, true]);
    expect(ours.map(isOfLaterVersion)).toEqual(ours.map(() => false));
  });
});
