import { mkdirSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { choose } from "../../../lib/app/pick/choose.ts";
import { ensureLayout } from "../../../lib/app/session/sessions.ts";
import { defaultConfig } from "../../../lib/core/config/config.ts";
import { main } from "../../../lib/cli/main.ts";
import { type World, world } from "../world.ts";

async function turn(user: World): Promise<string> {
  ensureLayout(user.host(), user.layout);
  return (await choose(user.host(), user.layout, defaultConfig(), "turn")).alias;
}

const JUNK = ["", "{", "[]", `{"round_robin_index":-1}`, `{"last_alias":"a"}`, "\0\0\0\0", "null"];

describe("a global state that makes no sense", () => {
  it.each(JUNK)("is put aside, said in one line, and the one before serves: %j", async (junk) => {
    const user = world();
    for (const alias of ["a", "b", "c"]) user.session(alias);
    expect(await turn(user) + await turn(user)).toBe("ab");
    user.write(junk, "state", "global.json");
    // The one before was written when "a" was picked.
    expect(await turn(user)).toBe("b");
    expect(user.err).toMatch(
      /^agentlb: warning: .*global\.json: invalid global state.*using the one before\n$/,
    );
    const aside = readdirSync(user.path("state")).find((name) => name.startsWith("global.json.corrupt-"));
    expect(user.read("state", aside!)).toBe(junk);
    expect(user.json("state", "global.json")).toMatchObject({
      round_robin_index: 2,
      last_alias: "b",
      pick_seq: 3,
      picks: { a: { seq: 1 }, b: { seq: 3 }, c: { seq: 0 } },
    });
  });

  it("does not bring back what the one before did not know yet of last picks", async () => {
    const user = world();
    for (const alias of ["a", "b", "c"]) user.session(alias);
    expect(await turn(user) + await turn(user)).toBe("ab");
    user.write("{", "state", "global.json");
    await choose(user.host(), user.layout, defaultConfig(), { alias: "c" });
    expect(user.json("state", "global.json").picks).toMatchObject({
      a: { seq: 1 },
      b: { seq: 2 },
      c: { seq: 3 },
    });
  });

  it("is rebuilt from the sessions when the one before is no better", async () => {
    const user = world();
    for (const alias of ["a", "b", "c"]) user.session(alias);
    await turn(user);
    await turn(user);
    for (const name of ["global.json", "global.json.prev"]) user.write("{", "state", name);
    expect(await turn(user)).toBe("c");
    expect(user.json("state", "global.json")).toMatchObject({ last_alias: "c", pick_seq: 3 });
    expect(user.err).toContain("rebuilt from the sessions' own");
  });

  it("that can't be read at all is an error, and nothing is reset", async () => {
    const user = world();
    user.session("a");
    mkdirSync(user.path("state", "global.json"), { recursive: true });
    expect(await main(user.host({ args: ["rr"] }))).toBe(1);
    expect(user.err).toMatch(/^agentlb: error: Cannot read .*global\.json: it is a folder, not a file$/m);
    expect(readdirSync(user.path("state")).sort()).toEqual(["global.json", "sessions"]);
  });
});

describe("a session's state that makes no sense", () => {
  it("is put aside and begun anew, and the numbers of the picks go on", async () => {
    const user = world();
    for (const alias of ["a", "b"]) user.session(alias);
    await turn(user);
    await turn(user);
    user.write("{}", "state", "sessions", "a.json");
    expect(await turn(user)).toBe("a");
    expect(user.err).toMatch(/^agentlb: warning: .*a\.json: invalid session state.*starting it anew\n$/);
    expect(user.json("state", "sessions", "a.json")).toMatchObject({ alias: "a", pick_seq: 3 });
  });

  it("is left alone by status, which only looks", async () => {
    const user = world();
    user.session("a");
    user.write("{", "state", "sessions", "a.json");
    user.write("{", "state", "global.json");
    user.status({ a: { age: 1, used: 1 } });
    expect(await main(user.host({ args: ["status"] }))).toBe(0);
    expect(user.read("state", "sessions", "a.json") + user.read("state", "global.json")).toBe("{{");
  });
});

describe("what another program left in the state", () => {
  it("stays: unknown keys are written back", async () => {
    const user = world();
    user.session("a");
    user.write(`{"round_robin_index":0,"theirs":{"x":[1]}}`, "state", "global.json");
    user.write(`{"alias":"a","created_at":"2026-01-01T00:00:00Z","mine":1}`, "state", "sessions", "a.json");
    await turn(user);
    expect(user.json("state", "global.json")).toMatchObject({ theirs: { x: [1] }, last_alias: "a" });
    expect(user.json("state", "sessions", "a.json")).toMatchObject({
      mine: 1,
      created_at: "2026-01-01T00:00:00Z",
    });
  });

  it("does not turn the numbers of the picks back when keys of ours were dropped", async () => {
    const user = world();
    for (const alias of ["a", "b"]) user.session(alias);
    await turn(user);
    await turn(user);
    user.write(`{"round_robin_index":0}`, "state", "global.json");
    await turn(user);
    expect(user.json("state", "global.json").pick_seq).toBe(3);
  });
});
