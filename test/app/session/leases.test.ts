import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { choose, type ChooseOptions, type How } from "../../../lib/app/pick/choose.ts";
import { takeAway } from "../../../lib/app/moving/discard_home.ts";
import { recallLeases } from "../../../lib/app/session/leases.ts";
import { look } from "../../../lib/app/pick/survey.ts";
import { ensureLayout } from "../../../lib/app/session/sessions.ts";
import { defaultConfig } from "../../../lib/core/config/config.ts";
import { parseLeases, renderLeases } from "../../../lib/core/session/leases.ts";
import { identityOf, ownIdentity } from "../../../lib/io/process/process.ts";
import { until } from "../../../rig/until.ts";
import { START, type World, world } from "../world.ts";

const CONFIG = defaultConfig();

/** Two sessions, the first with a little more left. */
function user(left: readonly [number, number] = [53, 50]): World {
  const made = world();
  for (const alias of ["a", "b"]) made.session(alias);
  made.status({ a: { age: 1, used: 100 - left[0] }, b: { age: 1, used: 100 - left[1] } });
  ensureLayout(made.host(), made.layout);
  return made;
}

async function picked(user: World, picking?: ChooseOptions, how: How = "best"): Promise<string> {
  return (await choose(user.host(), user.layout, CONFIG, how, picking)).alias;
}

function kept(user: World) {
  return parseLeases(user.read("state", "leases.json"));
}

function busyness(user: World): readonly number[] {
  const { candidates } = look(user.layout, CONFIG, ["a", "b"], user.now);
  return candidates.map(({ leases }) => leases ?? 0);
}

describe("a pick", () => {
  it("for this process is a lease of it", async () => {
    const made = user();
    expect(await picked(made, { isRunHere: true })).toBe("a");
    expect(kept(made)).toEqual(
      new Map([["a", { leases: [{ ...ownIdentity(), atMs: START }], reservations: [] }]]),
    );
    expect([await picked(made, { isRunHere: true }), await picked(made, { isRunHere: true })].join("")).toBe(
      "ba",
    );
    expect(busyness(made)).toEqual([2, 1]);
  });

  it("for somebody else is a reservation, for a minute", async () => {
    const made = user();
    expect([await picked(made), await picked(made), await picked(made)].join("")).toBe("aba");
    expect(busyness(made)).toEqual([2, 1]);
    made.now += 59_000;
    expect(busyness(made)).toEqual([2, 1]);
    made.now += 1_001;
    expect(busyness(made)).toEqual([0, 0]);
    await picked(made);
    expect(kept(made)).toEqual(new Map([["a", { leases: [], reservations: [made.now] }]]));
  });

  it("is counted however it was made", async () => {
    const made = user();
    for (const how of ["turn", "last", { alias: "a" }] as const) {
      expect(await picked(made, { isRunHere: true }, how)).toBe("a");
    }
    expect(busyness(made)).toEqual([3, 0]);
  });

  it("that fails leaves none", async () => {
    const made = user();
    const check = () => {
      throw new Error("no such program");
    };
    await expect(picked(made, { isRunHere: true, check })).rejects.toThrow("no such program");
    expect(made.has("state", "leases.json")).toBe(false);
  });

  it("counts once: with its thread as soon as that is open", async () => {
    const made = user();
    await picked(made, { isRunHere: true }, { alias: "a" });
    await picked(made, {}, { alias: "a" });
    const activity = { activeTurns: 1, turns: 1, openThreads: 2 };
    const published = (more: object) => {
      made.status({ a: { age: 1, used: 50, activity: { ...activity, ...more } }, b: { age: 1, used: 50 } });
      const [first] = look(made.layout, CONFIG, ["a", "b"], made.now).candidates;
      return [first?.leases, first?.openSessions];
    };
    expect(published({})).toEqual([2, 4]);
    expect(published({ leased: [ownIdentity().pid] })).toEqual([1, 3]);
    expect(published({ leased: [ownIdentity().pid], redeemed: [START] })).toEqual([0, 2]);
  });
});

describe("a lease", () => {
  it("ends with its process, however that ends, and is gone from the file at the next pick", async () => {
    const made = user();
    const child = spawn("/bin/sleep", ["1000"], { stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    const lease = { ...identityOf(child.pid!)!, atMs: START };
    const leases = [lease, { ...ownIdentity(), atMs: START }];
    made.write(renderLeases(new Map([["a", { leases, reservations: [] }]])), "state", "leases.json");
    expect(busyness(made)).toEqual([2, 0]);
    child.kill("SIGKILL");
    await until(() => identityOf(child.pid!) === undefined, "it is gone, or a zombie");
    expect(busyness(made)).toEqual([1, 0]);
    expect(kept(made).get("a")?.leases).toHaveLength(2);
    await picked(made, {}, { alias: "b" });
    expect(kept(made).get("a")?.leases).toEqual([leases[1]]);
  });

  it("is not that of a later process with its number, nor of one before the machine was started", () => {
    const made = user();
    const self = { ...ownIdentity(), atMs: START };
    const leases = [{ ...self, startTime: `${self.startTime}1` }, { ...self, bootId: "another" }, self];
    made.write(renderLeases(new Map([["a", { leases, reservations: [] }]])), "state", "leases.json");
    expect(recallLeases(made.host(), made.layout).get("a")?.leases).toEqual([self]);
  });
});

describe("a session that is removed", () => {
  it("takes with it who had it: a later one of that name is another one", async () => {
    const made = user();
    await picked(made, {}, { alias: "a" });
    await picked(made, { isRunHere: true }, { alias: "b" });
    expect(await takeAway(made.host(), made.layout, "a", () => true)).toMatch(/^a-/);
    expect([...kept(made).keys()]).toEqual(["b"]);
  });
});

describe("a file of leases that makes no sense", () => {
  it.each(["", "{", "[]", "null", "\0\0"])(
    "is put aside, said in one line, and begun anew: %j",
    async (junk) => {
      const made = user();
      made.write(junk, "state", "leases.json");
      expect(busyness(made)).toEqual([0, 0]);
      expect(made.read("state", "leases.json")).toBe(junk);
      expect(await picked(made)).toBe("a");
      expect(made.err).toMatch(/^agentlb: warning: \S+leases\.json: .*; kept as \S+, starting it anew\n$/);
      const aside = readdirSync(made.path("state")).find((name) => name.startsWith("leases.json.corrupt-"));
      expect(made.read("state", aside!)).toBe(junk);
      expect(busyness(made)).toEqual([1, 0]);
    },
  );
});
