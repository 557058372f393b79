import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { pageText } from "../../lib/core/skill/page.ts";
import { SKILLS } from "../../lib/core/skill/skill.ts";
import { TREE } from "../../rig/codex.ts";
import { sandbox } from "../../rig/in_test.ts";
import type { Result } from "../../rig/result.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { binWith, copySkill, makeProject, type Runtime, SKILL, skillBy } from "./support/installed.ts";
import { fillTeam, type Pool, runWords, shellPath } from "./support/skill.ts";

// A caller, as it stands beside the skill, with nothing on PATH but what one kind of machine has.

// Each test starts many programs, on a machine that may be at work with other things.
vi.setConfig({ testTimeout: 180_000 });

interface Machine {
  readonly name: string;
  readonly runtimes: readonly Runtime[];
  /** Puts both skills where the caller looks. */
  put(user: Sandbox, skills: string): Promise<void>;
}

const copied = (_: Sandbox, skills: string) => {
  for (const pool of ["cap", "clb"] as const) copySkill(skills, pool);
  return Promise.resolve();
};
const installed = (way: "compiled" | Runtime, more = "") => async (user: Sandbox, skills: string) => {
  for (const pool of ["cap", "clb"]) {
    const { code, stderr } = await skillBy(user, way, `install ${pool}${more}`, {
      cwd: join(skills, "../.."),
    });
    if (code !== 0) throw new Error(stderr);
  }
};

const MACHINES: readonly Machine[] = [
  { name: "the compiled program, copied", runtimes: [], put: installed("compiled") },
  { name: "the compiled program, linked", runtimes: [], put: installed("compiled", " --link") },
  ...(["node", "deno", "bun"] as const).map((runtime): Machine => (
    { name: `the folder that was built, with ${runtime}`, runtimes: [runtime], put: copied }
  )),
  // Of a link one tells a script the name that it has, the other where it leads.
  ...(["node", "bun"] as const).map((runtime): Machine => (
    { name: `what ${runtime} linked`, runtimes: [runtime], put: installed(runtime, " --link") }
  )),
];

async function stage(machine: Machine) {
  // As interpreters Bun and Deno keep caches wherever HOME says.
  const user = sandbox({ env: { BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0", TZ: "Europe/Berlin" } });
  const project = makeProject(user);
  await machine.put(user, project.skills);
  const path = binWith(user, ...machine.runtimes);
  const team = join(user.home, "team");
  fillTeam(team, ["b.json", "a.json", "c.json", "README"]);
  for (const source of ["s1", "s2"]) {
    mkdirSync(join(user.home, source));
    writeFileSync(join(user.home, source, "config.toml"), `# ${source}\n`);
  }
  const call = (words: readonly string[], env: Record<string, string> = {}): Promise<Result> =>
    runWords(user, [shellPath("bash"), project.caller, ...words], {
      env: { PATH: path, CAP_SOURCES: "~/s1,~/s2", CLB_SOURCES: "~/s1,~/s2", ...env },
      cwd: project.dir,
    });
  return { user, project, path, team, call };
}

describe("a caller gets the same answers from", () => {
  const told = new Map<string, string>();

  test.each(MACHINES)("$name", async (machine) => {
    const { user, project, team, call } = await stage(machine);
    const parts: string[] = [];
    const answers = async (words: readonly string[], env?: Record<string, string>) => {
      const { code, stdout, stderr } = await call(words, env);
      const said = [words.join(" "), String(code), stdout, stderr].join("\n").replaceAll(user.dir, "/user");
      parts.push(said);
      return { code, stdout, stderr };
    };
    const worker = (n: number) => `dev-20261120-12000${n}-77`;
    const homes: string[] = [];
    for (const [pool, n] of [["cap", 1], ["cap", 2], ["cap", 3], ["clb", 4], ["clb", 5]] as const) {
      const { code, stdout, stderr } = await answers([pool, worker(n), "dev", team], {
        STRATEGY: "team_cycle",
      });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      if (pool === "clb") parts.pop(); // by chance among equals
      homes.push(stdout.split("\n")[0]!);
      const home = join(user.home, ".codex-workers", worker(n));
      expect(statSync(join(home, "auth.json")).mode & 0o777).toBe(0o600);
      expect(readFileSync(join(home, "config.toml"), "utf8")).toMatch(/^# s[12]\n$/);
      expect(readFileSync(join(home, "auth.json"), "utf8")).toContain('"tokens"');
    }
    expect(homes).toEqual(["s1", "s2", "s1", "s1", "s2"].map((source) => `home ${user.home}/${source}`));
    const cap = join(project.skills, SKILL.cap, "scripts/cap");
    const next = await runWords(user, [
      shellPath("bash"),
      cap,
      "auth-advance",
      "--team-dir",
      team,
      "--glob",
      "*.json",
    ], {
      env: { PATH: binWith(user, ...machine.runtimes) },
    });
    expect(next).toMatchObject({ code: 0, stdout: `${team}/b.json\n`, stderr: "" });
    expect((await answers(["cap", worker(6), "dev", team])).stdout).toContain(`auth ${team}/b.json\n`);
    // What it says goes to the user, and its exit code ends the start.
    expect(await answers(["cap", worker(7), "dev", join(user.home, "no team")])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("auth_team_dir not found"),
    });
    expect(await answers(["cap", "--stopped-last", "dev"])).toMatchObject({ code: 0, stdout: "reset\n" });
    expect((await answers(["cap", worker(8), "dev"])).stdout).toBe(`home ${user.home}/s1\n`);
    const state = readFileSync(join(project.skills, SKILL.cap, "share/state.json"), "utf8");
    expect(JSON.parse(state)).toMatchObject({ counter: 1, auth_current: `${team}/b.json` });
    told.set(machine.name, parts.join("\n---\n"));
    expect(told.get(machine.name)).toBe([...told.values()][0]);
  });

  test("wherever it is told to look", async () => {
    const { user, call, project, path } = await stage(MACHINES.find(({ name }) => name.includes("copied"))!);
    rmSync(join(project.skills, SKILL.cap), { recursive: true });
    expect(await call(["cap", "w", "dev"])).toMatchObject({ code: 3 });
    await skillBy(user, "compiled", `install cap --to ${join(user.home, ".codex/skills")} --link`);
    expect(await call(["cap", "w", "dev"])).toMatchObject({ code: 0, stdout: `home ${user.home}/s1\n` });
    const deps = join(project.skills, "ai-team-workflow/deps");
    await skillBy(user, "compiled", `install cap --to ${deps} --link`);
    const named = { TWF_ACCOUNT_POOL_CMD: join(deps, SKILL.cap, "scripts/cap") };
    expect(await call(["cap", "w", "dev"], named)).toMatchObject({
      code: 0,
      stdout: `home ${user.home}/s1\n`,
    });
    expect(readdirSync(join(deps, SKILL.cap, "share"))).toContain("state.json");
    expect(readdirSync(path)).not.toContain("agentlb");
  });
});

test("the folders that are built hold the texts and the program, and nothing else", () => {
  for (const { folder, flavour } of Object.values(SKILLS)) {
    const { name, configName } = flavour;
    const built = (path: string) => join(TREE, "dist/skills", folder, path);
    const text = (path: string) => readFileSync(built(path), "utf8");
    expect(readdirSync(built("."), { recursive: true }).sort()).toEqual([
      "SKILL.md",
      "scripts",
      `scripts/${name}`,
      `scripts/${name}.js`,
      `scripts/${configName}`,
      "scripts/package.json",
    ].sort());
    expect(text("SKILL.md")).toBe(pageText(SKILLS[name]));
    expect(text(`scripts/${name}`)).toBe(readFileSync(join(TREE, "scripts", name), "utf8"));
    expect(text(`scripts/${name}.js`) === readFileSync(join(TREE, "dist/js", `${name}.js`), "utf8")).toBe(
      true,
    );
    const runnable = (path: string) => (statSync(built(path)).mode & 0o111) === 0o111;
    expect([`scripts/${name}`, `scripts/${name}.js`, "SKILL.md"].map(runnable)).toEqual([true, true, false]);
  }
});

test.each(["cap", "clb"] as const)(
  "where nothing can run %s it says so in one line, exit code 127",
  async (pool: Pool) => {
    const { project, call } = await stage({ name: "", runtimes: [], put: copied });
    const program = join(project.skills, SKILL[pool], "scripts", `${pool}.js`);
    expect(await call([pool, "w", "dev"])).toEqual({
      code: 127,
      signal: null,
      stdout: "",
      stderr: `${pool}: ${program} needs deno, bun or node on PATH\n`,
    });
    rmSync(program);
    const { code, stdout, stderr } = await call([pool, "w", "dev"]);
    expect({ code, stdout }).toEqual({ code: 127, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^${pool}: no program found: install agentlb, .*\n$`));
  },
);
