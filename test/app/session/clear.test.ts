import { describe, expect, it } from "vitest";
import { knownIn } from "../../../lib/app/session/readings_file.ts";
import { main } from "../../../lib/cli/main.ts";
import { parseStatus } from "../../../lib/core/session/status.ts";
import { readText } from "../../../lib/io/files/read.ts";
import { type World, world } from "../world.ts";

const MARK = { refusedAt: "2026-11-20T11:55:00Z", exhaustedUntil: "2026-11-20T15:00:00Z" };

async function run(user: World, line: string): Promise<unknown> {
  [user.out, user.err] = ["", ""];
  return await main(user.host({ args: line.split(" ") }));
}

describe("the mark of a refused turn", () => {
  it("is cleared for all sessions of the account, and for programs that only pick", async () => {
    const made = world();
    for (const alias of ["a", "b", "c"]) made.session(alias);
    const marked = { age: 1, used: 50, account: "k", ...MARK };
    made.status({ a: marked, b: { age: 1, used: 50 }, c: marked });
    expect(await run(made, "clear a")).toBe(0);
    expect(made.out).toBe("cleared refusal: a\n");
    const { sessions } = parseStatus(readText(made.layout.status)!);
    for (const alias of ["a", "c"]) expect(sessions.get(alias), alias).not.toHaveProperty("exhaustedUntil");
    expect(made.json("state", "sessions", "a.json")).toMatchObject({
      alias: "a",
      cleared_at: expect.any(String),
    });
    expect(knownIn(made.layout, made.now).get("k")).not.toHaveProperty("exhaustedUntil");
    expect(await run(made, "clear a")).toBe(0);
    expect(made.out).toBe("session was not refused: a\n");
  });

  it("is not cleared of a session that does not exist", async () => {
    expect(await run(world(), "clear nobody")).toBe(2);
  });
});
