import { describe, expect, it } from "vitest";
import { choose, type How } from "../../../lib/app/pick/choose.ts";
import { main } from "../../../lib/cli/main.ts";
import { defaultConfig } from "../../../lib/core/config/config.ts";
import { authFile, type World, world } from "../world.ts";

async function run(user: World, line: string): Promise<unknown> {
  [user.out, user.err] = ["", ""];
  return await main(user.host({ args: line.split(" ") }));
}

/** Three equal sessions. */
function user(): World {
  const made = world();
  for (const alias of ["a", "b", "c"]) made.session(alias);
  made.status({ a: { age: 1, used: 50 }, b: { age: 1, used: 50 }, c: { age: 1, used: 50 } });
  return made;
}

async function picked(user: World, how: How): Promise<string> {
  user.now += 1;
  return (await choose(user.host(), user.layout, defaultConfig(), how)).alias;
}

async function times(count: number, user: World, how: How): Promise<string> {
  let all = "";
  for (let n = 0; n < count; n++) all += await picked(user, how);
  return all;
}

describe("a session that is paused", () => {
  it("is left out of picks and turns until it is unpaused, and its name still runs it", async () => {
    const made = user();
    expect(await run(made, "pause b")).toBe(0);
    expect([made.out, made.err]).toEqual(["paused session: b\n", ""]);
    expect(made.json("state", "paused.json")).toEqual({ v: 1, aliases: ["b"] });
    expect(await times(4, made, "best")).toBe("acac");
    expect(await times(4, made, "turn")).toBe("acac");
    expect(await picked(made, { alias: "b" })).toBe("b");
    expect(await picked(made, "last")).toBe("b");
    expect(await run(made, "unpause b")).toBe(0);
    expect(made.out).toBe("unpaused session: b\n");
    expect(await times(3, made, "turn")).toBe("abc");
  });

  it("may be paused twice, and unpaused though it is not", async () => {
    const made = user();
    expect(await run(made, "unpause a")).toBe(0);
    expect(made.out).toBe("session is not paused: a\n");
    expect(made.has("state", "paused.json")).toBe(false);
    await run(made, "pause a");
    expect(await run(made, "pause a")).toBe(0);
    expect(made.out).toBe("session is paused already: a\n");
    expect(made.json("state", "paused.json").aliases).toEqual(["a"]);
  });

  it("may be named by its email, and must exist", async () => {
    const made = user();
    made.session("d", { "auth.json": authFile("me@x.org") });
    expect(await run(made, "pause me@x.org")).toBe(0);
    expect(made.out).toBe("paused session: d\n");
    for (const line of ["pause nobody", "unpause nobody", "pause ../..", "pause you@x.org"]) {
      expect(await run(made, line)).toBe(2);
      expect(made.out).toBe("");
    }
  });

  it("is taken when there is nothing else, and that is said", async () => {
    const made = user();
    for (const alias of ["a", "b", "c"]) await run(made, `pause ${alias}`);
    expect(await times(3, made, "best")).toBe("abc");
    expect(await times(3, made, "turn")).toBe("abc");
    await run(made, "pick");
    expect(made.err).toBe(
      "agentlb: no session is eligible (a: paused; b: paused; c: paused); using a (next in turn); " +
        "pick it again with: agentlb unpause a\n",
    );
  });

  it("is forgotten with its session: a later one of that name is another one", async () => {
    const made = user();
    await run(made, "pause b");
    await run(made, "rm b");
    made.session("b");
    expect(await times(3, made, "turn")).toBe("abc");
  });

  it("is one no more when the file makes no sense, which is put aside and said", async () => {
    const made = user();
    made.write('{"aliases":', "state", "paused.json");
    expect(await run(made, "status")).toBe(0);
    expect(made.err).not.toContain("paused.json");
    await picked(made, "turn");
    expect(made.err).toMatch(/warning: \S+paused\.json: .*; kept as \S+, nobody is paused any more\n$/);
  });
});
