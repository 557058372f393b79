import { appendFileSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import { completed, event, meta, started, threadId, told } from "../../../rig/rollouts.ts";
import { authFile, START, type World, world } from "../world.ts";

const RESET = (START + 2 * 3_600_000) / 1000;
const FULL = told(START, { primary: { used: 100, minutes: 300, resets: RESET } });

/** Writes a rollout of a session, as a Codex does that runs now, and returns the id of its thread. */
function rollout(user: World, alias: string, lines: readonly string[], at = START): string {
  const id = threadId(at, `7fc2-8354-${Math.floor(Math.random() * 1e12).toString(16).padStart(12, "0")}`);
  const path = rolloutPath(user, alias, id);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, lines.map((line) => `${line.replace('"id":"x"', `"id":"${id}"`)}\n`).join(""));
  utimesSync(path, at / 1000, at / 1000);
  return id;
}

function rolloutPath(user: World, alias: string, id: string): string {
  return join(user.layout.sessions, alias, "sessions/2026/11/20", `rollout-2026-11-20T12-00-00-${id}.jsonl`);
}

const metaIn = (cwd: string, more: Readonly<Record<string, unknown>> = {}) => {
  const line = JSON.parse(meta(START, "acct-1"));
  return JSON.stringify({ ...line, payload: { ...line.payload, cwd, ...more } });
};

/** Runs a session in which Codex leaves these rollouts, each refused because a limit is used up; what is said after it. */
async function saidAfter(
  user: World,
  codex: () => void,
  args: readonly string[] = ["new", "a"],
): Promise<string> {
  const become = () => (codex(), user.err = "", { code: 1 });
  expect(await main(user.host({ args, become }))).toBe(1);
  return user.err;
}

const limited = (cwd: string, at = START, more = {}) => [
  metaIn(cwd, more),
  started(at),
  FULL,
  completed(at, "usage_limit_exceeded"),
];

function user() {
  const made = world();
  made.session("a", { "auth.json": authFile("me@example.com"), "config.toml": "" });
  return { ...made, made, cwd: made.host().cwd };
}

describe("after a run that a used-up limit ended", () => {
  it("is said whose limit it is, until when, and what goes on", async () => {
    const { made, cwd } = user();
    expect(await saidAfter(made, () => rollout(made, "a", limited(cwd)))).toMatch(
      /^agentlb: the 5h limit of a \(me@example\.com\) is used up: resets (\d+ Nov )?\d\d:\d\d, in 2h; then: agentlb continue --last; to wait for it: agentlb continue --last --wait\n$/,
    );
  });

  it("a day is named when the reset is not today, and an unknown reset is called so", async () => {
    const { made, cwd } = user();
    const line = (resets: number | undefined) => [
      ...limited(cwd).slice(0, 2),
      told(START, { primary: { used: 100, minutes: 10_080, ...(resets === undefined ? {} : { resets }) } }),
      completed(START, "usage_limit_exceeded"),
    ];
    expect(await saidAfter(made, () => rollout(made, "a", line((START + 50 * 3_600_000) / 1000)))).toMatch(
      /^agentlb: the weekly limit of .* is used up: resets 2\d Nov \d\d:\d\d, in 2d 2h; /,
    );
    const other = user();
    const unknown = [...limited(other.cwd).slice(0, 2), completed(START, "usage_limit_exceeded")];
    expect(await saidAfter(other.made, () => rollout(other.made, "a", unknown))).toMatch(
      /^agentlb: the limit of .* is used up: reset time unknown; to go on: /,
    );
  });

  it("each thread is named when there are several, and one of another folder too", async () => {
    const { made, cwd } = user();
    let ids: string[] = [];
    const said = await saidAfter(made, () => {
      ids = [rollout(made, "a", limited(cwd, START + 5)), rollout(made, "a", limited(cwd, START + 9))];
    });
    expect(said).toMatch(
      new RegExp(
        `; to go on: agentlb continue ${ids[1]} and agentlb continue ${
          ids[0]
        }; to wait for one, add --wait\n$`,
      ),
    );
    const other = user();
    const away = await saidAfter(other.made, () => ids = [rollout(other.made, "a", limited("/elsewhere"))]);
    expect(away).toMatch(
      new RegExp(`; then: agentlb continue ${ids[0]}; to wait for it: agentlb continue ${ids[0]} --wait\n$`),
    );
  });

  it("the threads of other folders are left out when one is of this folder: another Codex has run them", async () => {
    const { made, cwd } = user();
    const said = await saidAfter(made, () => {
      rollout(made, "a", limited("/elsewhere", START + 9));
      rollout(made, "a", limited(cwd));
    });
    expect(said).toMatch(
      /; then: agentlb continue --last; to wait for it: agentlb continue --last --wait\n$/,
    );
  });
});

describe("nothing is said", () => {
  const silent = (codex: (made: World, cwd: string) => void, args?: readonly string[]) => async () => {
    const { made, cwd } = user();
    expect(await saidAfter(made, () => codex(made, cwd), args)).toBe("");
  };

  it(
    "when no turn was refused",
    silent((made, cwd) => {
      rollout(made, "a", [metaIn(cwd), started(START), FULL, completed(START)]);
      rollout(made, "a", [metaIn(cwd), started(START), completed(START, "server_overloaded")]);
      rollout(made, "a", [metaIn(cwd), started(START)]);
    }),
  );

  it(
    "when a later turn of the thread went well",
    silent((made, cwd) => {
      rollout(made, "a", [...limited(cwd), started(START + 1), completed(START + 2)]);
    }),
  );

  it(
    "of a turn that was refused before the run",
    silent((made, cwd) => {
      rollout(made, "a", limited(cwd, START - 1));
      rollout(made, "a", [...limited(cwd, START - 1), event(START, { type: "thread_rolled_back" })]);
    }),
  );

  it(
    "of a thread that another thread started",
    silent((made, cwd) => {
      rollout(made, "a", limited(cwd, START, { source: { subagent: "review" } }));
    }),
  );

  it(
    "of another session's threads",
    silent((made, cwd) => {
      rollout(made, "b", limited(cwd));
    }),
  );

  it("when that is off, by option or by setting", async () => {
    const off = ["new", "a", "--on-limit", "off"];
    await silent((made, cwd) => rollout(made, "a", limited(cwd)), off)();
    const { made, cwd } = user();
    made.write('[runner]\non_limit = "off"\n', "config.toml");
    expect(await saidAfter(made, () => rollout(made, "a", limited(cwd)))).toBe("");
    const said = await saidAfter(made, () => {}, ["new", "a", "--on-limit", "tell"]);
    expect(said).toContain("is used up");
  });

  it("of control characters that a login carries", async () => {
    const { made, cwd } = user();
    made.session("a", { "auth.json": authFile("me\u001b[31m@example.com") });
    const said = await saidAfter(made, () => rollout(made, "a", limited(cwd)));
    expect(said).toContain("is used up");
    expect(said).not.toContain("\u001b");
  });
});

it("a late Ctrl-C ends neither the look nor the exit, but does end a wait", async () => {
  for (
    const [what, wanted] of [["tell", ["Codex", "outlives", "ends", "may die"]], ["wait", [
      "Codex",
      "outlives",
      "may die",
    ]]] as const
  ) {
    const { made, cwd } = user();
    const order: string[] = [];
    const become = () => (rollout(made, "a", limited(cwd)), order.push("Codex"), { code: 1 });
    const host = {
      ...made.host({ args: ["new", "a", "--on-limit", what], become }),
      endAs: () => void order.push("ends"),
      outliveKeys: () => (order.push("outlives"), () => void order.push("may die")),
    };
    await main(host);
    expect(order).toEqual(wanted);
  }
});

describe("with --on-limit wait", () => {
  const runs = async (env: Record<string, string> = {}) => {
    const { made, cwd } = user();
    let id = "";
    let at = 0;
    const become = () => {
      if (made.launches.length === 1) {
        id = rollout(made, "a", limited(cwd, START, { source: "exec", cli_version: "0.171.0" }));
        return { code: 1 };
      }
      at = made.now;
      const path = rolloutPath(made, "a", id);
      appendFileSync(path, `${started(made.now)}\n${completed(made.now + 1)}\n`);
      return { code: 0 };
    };
    const code = await main(
      made.host({ args: ["new", "a", "--on-limit", "wait", "--", "exec", "hi"], become, env }),
    );
    return { made, code, id, hours: (at - START) / 3_600_000 };
  };

  it("the thread goes on once after the reset, and Codex's last end is the program's", async () => {
    const { made, code, id, hours } = await runs();
    expect(made.err).toContain("is used up: resets");
    expect(made.launches.map(({ args }) => args.join(" "))).toEqual([
      "exec hi",
      expect.stringMatching(new RegExp(`^exec resume .*${id} continue$`)),
    ]);
    expect(hours).toBeGreaterThanOrEqual(2);
    expect(hours).toBeLessThan(2.02);
    expect(code).toBe(0);
  });

  it("nothing goes on where that is switched off, and no command for it is named", async () => {
    const { made, code } = await runs({ AGENTLB_NO_CONTINUE: "1" });
    expect(made.err).toMatch(/is used up: resets [^;]*, in 2h\n$/);
    expect(made.launches).toHaveLength(1);
    expect(code).toBe(1);
  });
});

it("a command that is not Codex is run as with off, unless the option says otherwise", async () => {
  const { made } = user();
  const runBy = async (...more: readonly string[]) => {
    const ran: string[] = [];
    const by = (what: string) => () => (ran.push(what), Promise.resolve({ code: 0 }));
    const args = ["new", "a", ...more];
    await main({
      ...made.host({ args, env: { PATH: `${made.bin}:/usr/bin:/bin` } }),
      become: by("become"),
      attend: by("attend"),
    });
    return ran;
  };
  expect(await runBy("--cmd", "sh -i")).toEqual(["become"]);
  expect(await runBy("--cmd", "sh -i", "--on-limit", "tell")).toEqual(["attend"]);
  expect(await runBy()).toEqual(["attend"]);
  expect(await runBy("--cmd", "env codex")).toEqual(["attend"]);
  expect(await runBy("--on-limit", "off")).toEqual(["become"]);
});

it("an exec that ended as it should is not looked at", async () => {
  const { made, cwd } = user();
  const become = () => (rollout(made, "a", limited(cwd)), made.err = "", { code: 0 });
  expect(await main(made.host({ args: ["new", "a", "--", "exec", "hi"], become }))).toBe(0);
  expect(made.err).toBe("");
  expect(await main(made.host({ args: ["new", "a"], become }))).toBe(0);
  expect(made.err).toContain("is used up");
});

it("how Codex ended is how the program ends, told or not", async () => {
  const { made, cwd } = user();
  const become = () => (rollout(made, "a", limited(cwd)), { signal: "SIGKILL" as const });
  expect(await main(made.host({ args: ["new", "a"], become }))).toBe("SIGKILL");
});

it("--on-limit is refused where nothing runs, and with a word that it does not know", async () => {
  const { made } = user();
  for (
    const args of [["rr", "--on-limit", "off", "--print-command"], ["rr", "--on-limit", "loud"], [
      "status",
      "--on-limit",
      "off",
    ]]
  ) {
    expect(await main(made.host({ args })), args.join(" ")).toBe(2);
  }
});
