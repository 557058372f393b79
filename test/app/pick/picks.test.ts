import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { choose, type How } from "../../../lib/app/pick/choose.ts";
import { takeAway } from "../../../lib/app/moving/discard_home.ts";
import { ensureLayout } from "../../../lib/app/session/sessions.ts";
import { defaultConfig } from "../../../lib/core/config/config.ts";
import { formatTime, formatTimeMs } from "../../../lib/core/text/time.ts";
import { rewriteGlobalState, rewriteSessionState } from "../../core/session/predecessor.ts";
import { type World, world } from "../world.ts";
import { patience } from "../../../rig/patience.ts";

const CONFIG = defaultConfig();
const ALIASES = ["a", "b", "c", "d"];
const START_WITH = 3;

/** One thing that happens to a root. */
type Step =
  | { readonly do: "pick"; readonly how: How; readonly afterMs: number }
  | { readonly do: "make" | "remove" | "their pick"; readonly alias: string; readonly afterMs: number }
  | { readonly do: "their look" | "publish"; readonly seed: number };

const alias = fc.constantFrom(...ALIASES);
const afterMs = fc.constantFrom(0, 1, 700, 30_000);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("pick" as const),
      how: fc.oneof(fc.constantFrom<How>("best", "turn", "last"), alias.map((alias) => ({ alias }))),
      afterMs,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("make" as const, "remove" as const, "their pick" as const),
      alias,
      afterMs,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom("their look" as const, "publish" as const),
      seed: fc.nat(99),
    }),
  },
);

function made(): World {
  const user = world();
  for (const alias of ALIASES.slice(0, START_WITH)) user.session(alias);
  ensureLayout(user.host(), user.layout);
  return user;
}

async function played(user: World, step: Step): Promise<string> {
  if ("afterMs" in step) user.now += step.afterMs;
  switch (step.do) {
    case "pick":
      return await choose(user.host(), user.layout, CONFIG, step.how).then(
        ({ alias }) => alias,
        (error: Error) => error.message,
      );
    case "make":
      user.session(step.alias);
      return "";
    case "remove":
      await takeAway(user.host(), user.layout, step.alias, () => true);
      return "";
    case "their pick":
      return theirPick(user, step.alias);
    case "their look":
      if (user.has("state", "global.json")) {
        user.write(rewriteGlobalState(user.read("state", "global.json")), "state", "global.json");
      }
      return "";
    case "publish": {
      const entry = (index: number) => ({
        age: 1,
        used: 50 + 5 * ((step.seed >> index) & 1),
        ...((step.seed >> index) & 2 ? { lastSelectedAt: formatTime(user.now - 1000 * index) } : {}),
      });
      user.status(Object.fromEntries(ALIASES.map((alias, index) => [alias, entry(index)])));
      return "";
    }
  }
}

/** The predecessor runs a session: it writes the session's file and the global one as it knows them. */
function theirPick(user: World, alias: string): string {
  if (!user.has("sessions", alias)) return "";
  const path = ["state", "sessions", `${alias}.json`];
  const at = formatTime(user.now);
  const old = user.has(...path) ? user.json(...path) : { alias, created_at: at };
  user.write(rewriteSessionState(JSON.stringify({ ...old, last_used_at: at })), ...path);
  const global = user.has("state", "global.json")
    ? user.json("state", "global.json")
    : { round_robin_index: 0 };
  user.write(rewriteGlobalState(JSON.stringify({ ...global, last_alias: alias })), "state", "global.json");
  return "";
}

/** Makes the root one in which only the sessions' own files tell of picks. */
function forgetTable(user: World): void {
  if (!user.has("state", "global.json")) return;
  const { picks: _, ...rest } = user.json("state", "global.json");
  user.write(JSON.stringify(rest), "state", "global.json");
}

/** All that is remembered, but for the table. */
function stateOf(user: World): unknown[] {
  const { picks: _, ...global } = user.has("state", "global.json") ? user.json("state", "global.json") : {};
  const files = ALIASES.map((alias) => join(user.layout.sessionStates, `${alias}.json`));
  return [global, ...files.map((path) => existsSync(path) ? readFileSync(path, "utf8") : "")];
}

describe("last picks are told from one table", () => {
  it(
    "exactly as from the sessions' own files, whoever wrote in between",
    { timeout: patience(120_000) },
    async () => {
      const seen = new Set<string>();
      const play = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const [quick, slow] = [made(), made()];
        for (const each of [{ do: "publish", seed: 0 } as const, ...steps]) {
          forgetTable(slow);
          const told = [await played(quick, each), await played(slow, each)];
          expect(told[0]).toBe(told[1]);
          seen.add(told[0]!);
          expect(stateOf(quick)).toEqual(stateOf(slow));
        }
        for (const { layout } of [quick, slow]) rmSync(layout.root, { recursive: true });
      });
      await fc.assert(play, { seed: 20261120, numRuns: 40 });
      expect(ALIASES.filter((alias) => !seen.has(alias))).toEqual([]);
    },
  );

  it("unless somebody who knows nothing of it has picked since", async () => {
    const user = made();
    await played(user, { do: "pick", how: "turn", afterMs: 1 });
    user.now += 1;
    const theirs = { alias: "b", created_at: formatTime(user.now), pick_seq: 2 };
    user.write(
      JSON.stringify({ ...theirs, last_selected_at: formatTimeMs(user.now) }),
      ...["state", "sessions", "b.json"],
    );
    const global = user.json("state", "global.json");
    user.write(JSON.stringify({ ...global, last_alias: "b", pick_seq: 2 }), "state", "global.json");
    await played(user, { do: "pick", how: { alias: "c" }, afterMs: 1 });
    expect(user.json("state", "global.json").picks).toMatchObject({
      a: { seq: 1 },
      b: { seq: 2, at: user.now - 1 },
      c: { seq: 3 },
    });
  });

  it("so that a pick opens no session's file but its own", async () => {
    const user = made();
    await played(user, { do: "publish", seed: 0 });
    await played(user, { do: "pick", how: "turn", afterMs: 1 });
    expect(user.json("state", "global.json").picks).toEqual({
      a: { at: user.now, seq: 1 },
      b: { seq: 0 },
      c: { seq: 0 },
    });
    // What nobody opens nobody finds broken.
    for (const alias of ALIASES) user.write("{", "state", "sessions", `${alias}.json`);
    expect(await played(user, { do: "pick", how: "best", afterMs: 1 })).toBe("b");
    expect(user.err.match(/[abcd]\.json: invalid/g)).toEqual(["b.json: invalid"]);
  });
});
