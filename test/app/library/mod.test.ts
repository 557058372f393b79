import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import {
  codexEnvironment,
  Failure,
  parseStatus,
  pickAuth,
  pickSession,
  pickSource,
  readLimits,
  readReport,
} from "../../../mod.ts";
import { authFile, type World, world } from "../world.ts";

/** A user whose clock is the real one, and two sessions of which "b" has more left. */
function two(): World {
  const user = world();
  user.now = Date.now();
  for (const alias of ["a", "b"]) user.session(alias);
  user.status({ a: { age: 1, used: 50 }, b: { age: 1, used: 20 } });
  return user;
}

async function wrong(work: Promise<unknown>): Promise<Failure> {
  const thrown = await work.then(() => undefined, (error: unknown) => error);
  expect(thrown).toBeInstanceOf(Failure);
  return thrown as Failure;
}

describe("another program", () => {
  it("picks a session as the command does, and it is recorded as picked", async () => {
    const user = two();
    const { env } = user.host();
    expect(await pickSession({ env })).toEqual({
      alias: "b",
      home: user.path("sessions", "b"),
      reason: "most left",
      score: 80,
      terms: { usage: 80, busy: 0, restarts: 0, staleness: 0 },
      refused: [],
    });
    expect(user.json("state", "global.json").last_alias).toBe("b");
    expect(await pickSession({ env, how: "last" })).toMatchObject({
      alias: "b",
      reason: "last",
      score: undefined,
    });
    const inTurn = { alias: "a", reason: "next in turn", terms: undefined, refused: [] };
    expect(await pickSession({ env, how: "turn" })).toMatchObject(inTurn);
  });

  it("picks only what the working folder is bound to", async () => {
    const user = two();
    const { env } = user.host();
    const bind = (alias: string) =>
      user.write(JSON.stringify({ v: 1, folders: { [process.cwd()]: [alias] } }), "state", "bindings.json");
    await pickSession({ env }); // makes the folders
    bind("a");
    expect(await pickSession({ env })).toMatchObject({ alias: "a", reason: "most left" });
    expect(await pickSession({ env, unbound: true })).toMatchObject({ alias: "b" });
    expect(await wrong(pickSession({ env, prefer: "b" }))).toMatchObject({ code: "failed" });
    bind("c");
    expect(await wrong(pickSession({ env }))).toMatchObject({
      code: "nothingToPick",
      message: `Cannot pick a session: ${process.cwd()} is bound to c (no such session)`,
    });
  });

  it("learns why nobody won, and that there is nobody at all", async () => {
    const user = world();
    const { env } = user.host();
    expect(await wrong(pickSession({ env }))).toMatchObject({ code: "nothingToPick" });
    user.session("a");
    expect(await pickSession({ env })).toMatchObject({
      alias: "a",
      reason: "next in turn",
      score: undefined,
      refused: [{ alias: "a", reason: "missing status" }],
    });
  });

  it("sees all sessions as `status --json` shows them", async () => {
    const user = two();
    const { env } = user.host();
    user.session("c", { "auth.json": authFile("c@example.test") });
    expect(await main(user.host({ args: ["status", "--json"] }))).toBe(0);
    const { schema, selected, ...rest } = JSON.parse(user.out);
    expect([schema, selected]).toEqual(["agentlb.status/1", "b"]);
    const report = await readReport({ env });
    expect(report).toEqual({ selected, ...rest });
    expect(report.sessions.map(({ email, eligible, reason }) => [email, eligible, reason])).toEqual([
      [undefined, true, "eligible"],
      [undefined, true, "eligible"],
      ["c@example.test", false, "missing status"],
    ]);
    const shown = parseStatus(readFileSync(user.layout.status, "utf8")).sessions.get("b");
    expect(report.sessions[1]?.status).toEqual(shown);
  });

  it("looks without a trace: where there is nothing, nothing is made", async () => {
    const user = world();
    expect(await main(user.host({ args: ["status", "--json"] }))).toBe(0);
    expect(JSON.parse(user.out)).toMatchObject({ selected: null, sessions: [] });
    rmSync(user.layout.root, { recursive: true });
    const report = await readReport({ env: user.host().env });
    expect(report).toMatchObject({ selected: undefined, sessions: [], supervisor: { running: false } });
    expect(report.problem).toContain("there is no ");
    expect(existsSync(user.layout.root)).toBe(false);
  });

  it("gets an environment that has no login but that of the home", async () => {
    const user = world();
    const env = {
      HOME: "/home/x",
      CODEX_HOME: "/elsewhere",
      OPENAI_API_KEY: "made-up",
      CODEX_API_KEY: "made-up",
    };
    const given = { ...user.host().env, ...env, HOME: user.host().env.HOME };
    expect(await codexEnvironment("/some/home", { env: given })).toEqual({
      ...user.host().env,
      CODEX_HOME: "/some/home",
    });
    user.write('[runner]\npass_env = ["OPENAI_API_KEY"]\n', "config.toml");
    expect(await codexEnvironment("/some/home", { env: given })).toMatchObject({ OPENAI_API_KEY: "made-up" });
  });

  it("hears, line by line, what the command would say on stderr", async () => {
    const user = two();
    user.write("[sessions]\nnonsense = 1\nmore = 2\n", "config.toml");
    const lines: string[] = [];
    await pickSession({ env: user.host().env, say: (line) => lines.push(line) });
    expect(lines.map((line) => /nonsense|more/.exec(line)?.[0])).toEqual(["nonsense", "more"]);
  });

  it("starts no app-server without a codex", async () => {
    const user = two();
    const env = { ...user.host().env, PATH: "/nowhere" };
    expect((await wrong(readLimits(user.path("sessions", "a"), { env }))).message).toContain(
      "codex not found",
    );
  });
});

describe("a pool", () => {
  function pool(config = "") {
    const user = world();
    const home = user.host().env.HOME!;
    const skill = join(home, "skill");
    const put = (path: string, text: string) => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    };
    const settings = `sources: ["~/one", "~/two"]\nauth_team_dir: ~/team\n${config}`;
    for (const name of ["one", "two"]) mkdirSync(join(home, name));
    put(join(skill, "scripts", "cap_config.yaml"), settings);
    for (const name of ["a.json", "b.json"]) put(join(home, "team", name), authFile(name));
    const state = () => JSON.parse(readFileSync(join(skill, "share", "state.json"), "utf8"));
    return { user, home, skill, put, state, options: { skill, env: user.host().env } };
  }

  it("gives sources in turn, and counts them where the skill does", async () => {
    const { home, options, state } = pool();
    const picks = [];
    for (const worker of ["w1", "w2", "w3"]) picks.push(await pickSource(worker, options));
    expect(picks).toEqual([join(home, "one"), join(home, "two"), join(home, "one")]);
    expect(state().counter).toBe(3);
  });

  it("with `hash` gives each worker its own", async () => {
    const { options } = pool("strategy: hash\n");
    expect(await pickSource("w1", options)).toBe(await pickSource(" w1 ", options));
    expect(await wrong(pickSource(" ", options))).toMatchObject({ code: "usage" });
  });

  it("gives auth files evenly, or the one that the team is on", async () => {
    const balanced = pool();
    const picks = [await pickAuth(balanced.options), await pickAuth(balanced.options)];
    expect(picks.sort()).toEqual(["a.json", "b.json"].map((name) => join(balanced.home, "team", name)));
    const cycle = pool("auth_strategy: team_cycle\n");
    expect(await pickAuth(cycle.options)).toBe(await pickAuth(cycle.options));
  });

  it("is the user's own without a skill, in either flavour", async () => {
    const { home, put, user } = pool();
    put(join(home, ".config", "agentlb", "clb_config.yaml"), 'sources: ["~/two"]\n');
    const options = { flavour: "clb", env: user.host().env } as const;
    expect(await pickSource("w", options)).toBe(join(home, "two"));
    expect(existsSync(join(home, ".local", "state", "agentlb", "clb.json"))).toBe(true);
  });

  it("must be there: a mistyped skill is no reason to pick from elsewhere", async () => {
    const { home, skill, options } = pool();
    const skills = join(home, "skil");
    expect((await wrong(pickSource("w", { ...options, skill: skills }))).message).toBe(
      `Cannot find a pool in ${skills}: there is no ${skills}/scripts`,
    );
    expect(existsSync(skills)).toBe(false);
    expect(existsSync(join(skill, "share"))).toBe(false);
  });

  it("says what is missing", async () => {
    const { home, options } = pool();
    const lines: string[] = [];
    const env = { ...options.env, CAP_SOURCES: `${home}/one,${home}/gone` };
    await pickSource("w", { ...options, env, say: (line) => lines.push(line) });
    expect(lines).toEqual([`⚠️ source not found: ${home}/gone`]);
  });
});
