import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import { PLACEHOLDERS } from "../../../lib/core/pick/report/statusline.ts";
import type { SessionStatus } from "../../../lib/core/session/status.ts";
import { START, type World, world } from "../world.ts";

const HOUR = 3_600_000;

/** The windows with so much used; the short one resets in an hour and a second, the week in three days. */
function used(short: number, week: number): Partial<SessionStatus> & { readonly age: number } {
  return {
    age: 1,
    lastProbeResult: "ok",
    rateLimits: {
      limitId: "codex",
      primary: { usedPercent: short, windowDurationMins: 300, resetsAt: (START + HOUR) / 1000 },
      secondary: { usedPercent: week, windowDurationMins: 10_080, resetsAt: (START + 72 * HOUR) / 1000 },
    },
  };
}

function made(sessions: Parameters<World["status"]>[0]): World {
  const user = world();
  for (const alias of Object.keys(sessions)) user.session(alias);
  user.status(sessions);
  return user;
}

interface Where {
  readonly pane?: string;
  readonly env?: Record<string, string | undefined>;
}

async function line(
  user: World,
  options: readonly string[] = [],
  { pane, env }: Where = {},
): Promise<string> {
  [user.out, user.err] = ["", ""];
  const home = pane === undefined ? {} : { CODEX_HOME: pane };
  const code = await main(user.host({ args: ["statusline", ...options], env: { ...home, ...env } }));
  expect({ code, err: user.err }).toEqual({ code: 0, err: "" });
  return user.out;
}

describe("the line of a prompt", () => {
  it("shows the session of this pane, else the one that would be picked, marked", async () => {
    const user = made({ work: used(70, 20), home: used(10, 30) });
    expect(await line(user, [], { pane: user.path("sessions", "work") })).toBe(
      "work 30%/80% resets 1h (2/2)\n",
    );
    expect(await line(user)).toBe(">home 90%/70% resets 3d (2/2)\n");
    expect(await line(user, [], { pane: "/elsewhere" })).toMatch(/^>home /);
    expect(await line(user, [], { pane: "" })).toMatch(/^>home /);
    expect(await line(user, [], { pane: user.path("sessions") })).toMatch(/^>home /);
  });

  it("finds the session of this pane behind links, and a home that is one", async () => {
    const user = made({ work: used(70, 20), home: used(10, 30) });
    const own = join(user.host().cwd, "codex");
    mkdirSync(own);
    symlinkSync(own, user.path("sessions", "linked"));
    symlinkSync(user.layout.root, join(user.host().cwd, "root"));
    expect(await line(user, ["--format", "{alias}"], { pane: own })).toBe("linked\n");
    const pane = join(user.host().cwd, "root/sessions/work");
    expect(await line(user, ["--format", "{mark}{alias}"], { pane })).toBe("work\n");
    expect(await line(user, ["--format", "{alias}"], { pane: `${user.path("sessions", "work")}/` })).toBe(
      "work\n",
    );
  });

  it("says why where a session may not be picked, and what comes back first where none may", async () => {
    const user = made({ work: used(100, 20), key: { age: 1, lastProbeResult: "API key: no limits" } });
    const pane = (alias: string) => ({ pane: user.path("sessions", alias) });
    expect(await line(user, [], pane("work"))).toBe("work exhausted, resets in 1h (1/2)\n");
    expect(await line(user, [], pane("key"))).toBe("key (1/2)\n");
    user.status({ work: used(100, 20), key: { age: 1, lastProbeResult: "login required" } });
    expect(await line(user, [], pane("key"))).toBe("key login required (0/2)\n");
    expect(await line(user)).toBe(">work exhausted, resets in 1h (0/2)\n");
    user.status({ work: { ...used(30, 20), age: 1000 }, key: { age: 1, lastProbeResult: "login required" } });
    expect(await line(user, [], pane("work"))).toBe("work 70%/80% stale (1000s>420s) (0/2)\n");
  });

  it("has every placeholder, and braces", async () => {
    const user = made({ work: used(70, 20), home: used(10, 30) });
    const format = Object.keys(PLACEHOLDERS).map((name) => `${name}={${name}}`).join(" ");
    expect(
      await line(user, ["--format", `${format} {{alias}} {{{alias}}} } {`], {
        pane: user.path("sessions", "work"),
      }),
    ).toBe(
      "alias=work mark= left=30% short=30% week=80% resets=1h reason=eligible pick=home room=2/2 {alias} {work} } {\n",
    );
    const none = made({ work: { age: 1 } });
    expect(await line(none, ["--format", "{left} {short} {week} {resets}"])).toBe("- - - -\n");
  });

  it.each(["{elsewhere}", "{}", "{alias }", "{constructor}", "{{{x}}}"])(
    "refuses an unknown placeholder, with those that are known: %s",
    async (format) => {
      const user = world();
      expect(await main(user.host({ args: ["statusline", "--format", format] }))).toBe(2);
      expect(user.out).toBe("");
      expect(user.err).toContain("unknown placeholder {");
      expect(user.err).toContain("{alias}, {mark}, {left}");
    },
  );

  it("is empty when there is nothing to say, whatever is wrong", async () => {
    expect(await line(world())).toBe("\n");
    expect(await line(world(), [], { env: { HOME: undefined } })).toBe("\n");
    expect(await line(world(), [], { env: { AGENTLB_HOME: "nowhere" } })).toBe("\n");
    const file = world();
    writeFileSync(file.layout.root, "");
    expect(await line(file)).toBe("\n");
    expect(JSON.parse(await line(world(), ["--json"]))).toEqual({
      schema: "agentlb.statusline/1",
      withRoom: 0,
      sessions: 0,
    });
  });

  it("does without broken files and settings", async () => {
    const user = made({ work: used(70, 20) });
    user.write("[sessions\n", "config.toml");
    user.write("{", "state", "leases.json");
    user.write("{", "state", "global.json");
    expect(await line(user)).toBe(">work 30%/80% resets 1h (1/1)\n");
    user.write("{", "status.json");
    expect(await line(user)).toBe(">work missing status (0/1)\n");
    user.write("[session]\nx = 1\n", "config.toml");
    expect(await line(user)).toBe(">work missing status (0/1)\n");
  });

  it("keeps to the sessions that the folder is bound to", async () => {
    const user = made({ work: used(70, 20), home: used(10, 30) });
    user.write(`[bind]\n${JSON.stringify(user.host().cwd)} = ["work"]\n`, "config.toml");
    expect(await line(user)).toBe(">work 30%/80% resets 1h (1/1)\n");
    expect(await line(user, ["--format", "{alias} {pick}"], { pane: user.path("sessions", "home") })).toBe(
      "home work\n",
    );
  });

  it("is an object with --json", async () => {
    const user = made({ work: used(70, 20), home: used(10, 30) });
    expect(JSON.parse(await line(user, ["--json"], { pane: user.path("sessions", "work") }))).toEqual({
      schema: "agentlb.statusline/1",
      alias: "work",
      isHere: true,
      eligible: true,
      reason: "eligible",
      leftPercent: 30,
      short: { percent: 30, resetsAt: "2026-11-20T13:00:00Z" },
      long: { percent: 80, resetsAt: "2026-11-23T12:00:00Z" },
      resetsAt: "2026-11-20T13:00:00Z",
      pick: "home",
      withRoom: 2,
      sessions: 2,
    });
  });

  it("makes no file", async () => {
    const user = made({ work: used(70, 20) });
    const files = () => readdirSync(user.layout.root, { recursive: true, encoding: "utf8" }).sort();
    const before = files();
    await line(user);
    expect(files()).toEqual(before);
  });
});
