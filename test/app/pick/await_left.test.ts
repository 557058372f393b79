import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import { START, type World, world } from "../world.ts";

const HOUR_MS = 3_600_000;
const at = (hours: number) => (START + hours * HOUR_MS) / 1000;
const limits = (short: number, week: number, resetShort = 2, resetWeek = 50) => ({
  age: 0,
  rateLimits: {
    limitId: "codex",
    primary: { usedPercent: short, windowDurationMins: 300, resetsAt: at(resetShort) },
    secondary: { usedPercent: week, windowDurationMins: 10_080, resetsAt: at(resetWeek) },
  },
});
/** Goes back to the beginning of a line and clears it. */
const CLEAR = "\r\x1b[K";
/** A setting with which the readings of these tests stay fresh for a day. */
const PATIENT = "[sessions]\nstale_sec = 86400\n";

function user(sessions: Parameters<World["status"]>[0] = {}): World {
  const made = world();
  for (const alias of Object.keys(sessions)) made.session(alias);
  made.status(sessions);
  made.write(PATIENT, "config.toml");
  return made;
}

async function run(made: World, line: string, given: Parameters<World["host"]>[0] = {}) {
  made.out = "";
  made.err = "";
  const code = await main(made.host({ ...given, args: line.split(" ") }));
  return { code, out: made.out, err: made.err, hours: (made.now - START) / HOUR_MS };
}

describe("guard looks once", () => {
  it("and answers yes with 0 when a session has something left, the one with most left first", async () => {
    const made = user({ a: limits(80, 10), b: limits(30, 60), c: limits(100, 0) });
    expect(await run(made, "guard")).toEqual({ code: 0, out: "b: 40% left\n", err: "", hours: 0 });
    expect(await run(made, "guard a")).toMatchObject({ code: 0, out: "a: 20% left\n" });
    expect(await run(made, "guard c")).toMatchObject({
      code: 4,
      out: expect.stringMatching(/^nothing left \(c: exhausted, resets in 2h\); until .*, in 2h\n$/),
    });
  });

  it("at the window that has least left", async () => {
    const made = user({ a: limits(80, 10), b: limits(30, 60) });
    for (const [left, code] of [["0", 0], ["40", 0], ["41", 4], ["100", 4]] as const) {
      expect((await run(made, `guard --left ${left}`)).code, left).toBe(code);
    }
    expect((await run(made, "guard --left 41")).out).toMatch(
      /^less than 41% left \(a: 20% left; b: 40% left\); until .*, in 2h\n$/,
    );
  });

  it("and takes nothing that costs money, unless it is named", async () => {
    const key = { age: 0, lastProbeResult: "API key: no limits" };
    const made = user({ key, spent: limits(100, 0) });
    expect((await run(made, "guard")).code).toBe(4);
    expect(await run(made, "guard key")).toMatchObject({ code: 0, out: "key: limits not known\n" });
    expect((await run(made, "guard key --left 10")).code).toBe(4);
  });

  it("and takes no session that is paused, dead or not known", async () => {
    const made = user({ a: limits(0, 0), dead: { age: 0, lastProbeResult: "login required" } });
    made.session("new");
    expect((await run(made, "pause a")).code).toBe(0);
    expect(await run(made, "guard")).toMatchObject({
      code: 4,
      out: "nothing left (a: paused; dead: login required; new: missing status)\n",
    });
    expect(await run(world(), "guard")).toMatchObject({
      code: 4,
      out: "no managed sessions found; create one with: agentlb new <alias>\n",
    });
  });

  it("and takes only sessions that the folder is bound to", async () => {
    const made = user({ a: limits(80, 10), b: limits(30, 60) });
    expect((await run(made, "bind a")).code).toBe(0);
    expect(await run(made, "guard")).toMatchObject({ code: 0, out: "a: 20% left\n" });
    expect((await run(made, "guard --left 30")).code).toBe(4);
    expect(await run(made, "guard b")).toMatchObject({ code: 1, out: "" });
    expect(await run(made, "guard --left 30 --unbound")).toMatchObject({ code: 0, out: "b: 40% left\n" });
    expect(await run(made, "wait --timeout 0s --left 30")).toMatchObject({ code: 6 });
  });

  it("and prints an object on demand", async () => {
    const made = user({ a: limits(80, 10), c: limits(100, 0) });
    expect(JSON.parse((await run(made, "guard --left 10 --json")).out)).toEqual({
      schema: "agentlb.guard/1",
      answer: "yes",
      canChange: true,
      leastPercent: 10,
      alias: "a",
      leftPercent: 20,
      backAt: "2026-11-20T14:00:00Z",
      sessions: [
        { alias: "a", isEnough: true, leftPercent: 20 },
        {
          alias: "c",
          isEnough: false,
          leftPercent: 0,
          reason: "exhausted, resets in 2h",
          backAt: "2026-11-20T14:00:00Z",
        },
      ],
    });
  });
});

describe("wait", () => {
  it("ends at once when a session has something left", async () => {
    const made = user({ a: limits(80, 10) });
    expect(await run(made, "wait")).toEqual({ code: 0, out: "a: 20% left\n", err: "", hours: 0 });
  });

  it("ends at the reset of the session that comes back first, to the second", async () => {
    // No multiple of the time between two looks.
    const made = user({ a: limits(100, 10, 3 + 7 / 3600), b: limits(100, 100, 1, 20) });
    const { code, out, err, hours } = await run(made, "wait");
    expect({ code, out, err }).toEqual({ code: 0, out: "a: 90% left\n", err: "" });
    expect(hours).toBeGreaterThanOrEqual(3 + 7 / 3600);
    expect(hours).toBeLessThan(3 + 8 / 3600);
    const named = user({ a: limits(100, 10, 3), b: limits(100, 100, 1, 20) });
    expect(await run(named, "wait b")).toMatchObject({ code: 0, out: "b: 100% left\n" });
    expect((named.now - START) / HOUR_MS).toBeCloseTo(20, 3);
  });

  it("ends when the supervisor reads more left before the reset", async () => {
    const made = user({ a: limits(100, 10, 3) });
    const slept = (ms: number) => {
      if (ms >= HOUR_MS) made.status({ a: limits(5, 10, 3) });
    };
    const { code, out, hours } = await run(made, "wait", { slept });
    expect({ code, out }).toEqual({ code: 0, out: "a: 90% left\n" });
    expect(hours).toBeLessThan(1.02);
  });

  it("for so much left ends at the reset of every window that has less", async () => {
    const made = user({ a: limits(80, 80, 2, 5) });
    expect((await run(made, "guard a --left 30")).out).toMatch(
      /^less than 30% left \(a: 20% left\); .*, in 5h\n$/,
    );
    expect(await run(made, "wait a --left 30")).toMatchObject({ code: 0, out: "a: 100% left\n" });
    expect((made.now - START) / HOUR_MS).toBeCloseTo(5, 3);
  });

  it("ends with 6 after its time", async () => {
    const made = user({ a: limits(100, 10, 3) });
    const { code, out, err, hours } = await run(made, "wait --timeout 1h30m");
    expect({ code, out }).toEqual({ code: 6, out: "" });
    expect(err).toMatch(/^agentlb: nothing left \(a: exhausted, resets in 1h 30m\); until .*, in 1h 30m\n$/);
    expect(hours).toBeCloseTo(1.5, 3);
    expect(JSON.parse((await run(made, "wait --timeout 0s --json")).out)).toMatchObject({
      schema: "agentlb.wait/1",
      answer: "timeout",
      canChange: true,
    });
  });

  it("ends with 4 when waiting can't help, also while it waits", async () => {
    const dead = { age: 0, lastProbeResult: "token refused" };
    expect(await run(user({ a: dead }), "wait")).toMatchObject({
      code: 4,
      err: "agentlb: nothing left (a: token refused)\n",
    });
    expect((await run(world(), "wait")).code).toBe(4);
    const paused = user({ a: limits(0, 0) });
    await run(paused, "pause a");
    expect(await run(paused, "wait")).toMatchObject({ code: 4, err: "agentlb: nothing left (a: paused)\n" });
    const made = user({ a: limits(100, 10, 3), b: dead });
    const slept = (ms: number) => {
      if (ms >= HOUR_MS) rmSync(made.path("sessions/a"), { recursive: true, force: true });
    };
    const { code, hours } = await run(made, "wait", { slept });
    expect(code).toBe(4);
    expect(hours).toBeLessThan(1.02);
  });

  it("shows a countdown on a terminal only", async () => {
    const made = user({ a: limits(100, 10, 0.01) });
    const { code, err, out } = await run(made, "wait", { isTerminal: true });
    expect({ code, out }).toEqual({ code: 0, out: "a: 90% left\n" });
    const lines = err.split(CLEAR);
    expect(lines[1]).toMatch(/^agentlb: waiting for a: until .*, in 36s$/);
    expect(lines.at(-2)).toMatch(/in [01]s$|exhausted/);
    expect(lines.at(-1)).toBe("");
    expect(lines.length).toBeGreaterThan(36);
    expect((await run(user({ a: limits(100, 10, 0.01) }), "wait")).err).toBe("");
  });

  it("draws the countdown on one line of the terminal, with reasons in plain words", async () => {
    const sessions = Object.fromEntries([..."abcdefg"].map((letter) => [letter.repeat(20), limits(100, 10)]));
    const made = user(sessions);
    made.status(
      Object.fromEntries(Object.keys(sessions).map((alias) => [alias, { lastProbeResult: "no network" }])),
    );
    const { err } = await run(made, "wait --timeout 3s", { isTerminal: true });
    const lines = err.split("\n")[0]!.split(CLEAR).filter((line) =>
      line !== "" && !line.includes("nothing left")
    );
    expect(lines[0]).toMatch(/^agentlb: waiting for a session: a{20}: no reading yet: no netwo…$/);
    expect(lines.filter((line) => line.length > 79)).toEqual([]);
    expect(err).toMatch(/nothing left \(a{20}: no reading yet: no network; /);
  });

  it("refuses what can't be meant", async () => {
    const made = user({ a: limits(0, 0) });
    for (
      const line of [
        "wait a --any",
        "wait --timeout 90",
        "wait --left x",
        "wait --left 101",
        "wait nobody",
        "guard --left -1",
      ]
    ) {
      expect((await run(made, line)).code, line).toBe(2);
    }
  });
});
