import { mkdirSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TREE } from "../../rig/codex.ts";
import { sandbox } from "../../rig/in_test.ts";
import { commandOf, ways } from "../../rig/program.ts";
import type { Result } from "../../rig/result.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { fillTeam, makeSkill, runWords, shellPath, type Skill } from "./support/skill.ts";
import { plain } from "./support/story.ts";
import { treeOf } from "./support/tree.ts";

type Start = (
  user: Sandbox,
  skill: Skill,
) => { readonly words: (pool: string) => string[]; readonly path?: string };

const byShim = (shell: "bash" | "sh"): Start => (_, skill) => {
  for (const pool of ["cap", "clb"]) skill.put(`${pool}.bin`, "compiled");
  return { words: (pool) => [shellPath(shell), join(skill.scripts, pool)], path: skill.bin() };
};
const byRuntime = (runtime: "deno" | "node" | "bun"): Start => (_, skill) => {
  for (const pool of ["cap", "clb"]) skill.put(`${pool}.js`, "script");
  return { words: (pool) => [shellPath("sh"), join(skill.scripts, pool)], path: skill.bin(runtime) };
};

/** Every way in which callers and people start the pool programs. */
const STARTS: readonly (readonly [name: string, start: Start])[] = [
  ["the shim under bash", byShim("bash")],
  ["the shim under sh", byShim("sh")],
  ["a link to the shim", (user, skill) => {
    const { path = "" } = byShim("bash")(user, skill);
    mkdirSync(join(user.dir, "links"));
    for (const pool of ["cap", "clb"]) symlinkSync(join(skill.scripts, pool), join(user.dir, "links", pool));
    return { words: (pool) => [join(user.dir, "links", pool)], path };
  }],
  ["the compiled program beside the shim", (user, skill) => {
    byShim("bash")(user, skill);
    return { words: (pool) => [join(skill.scripts, `${pool}.bin`)] };
  }],
  ["the bundle on Deno", byRuntime("deno")],
  ["the bundle on Node", byRuntime("node")],
  ["the bundle on Bun", byRuntime("bun")],
  [
    "the sources on Deno",
    (_, skill) => ({ words: (pool) => [...commandOf("deno"), pool, "--from", skill.scripts] }),
  ],
  [
    "the sources on Bun",
    (_, skill) => ({ words: (pool) => [...commandOf("bun"), pool, "--from", skill.scripts] }),
  ],
];

describe("all commands, whoever starts them, say and leave the same bytes", () => {
  const told = new Map<string, string>();
  const chosen = STARTS.filter(([name]) =>
    ways.some((way) => name.toLowerCase().includes(way) || (way === "compiled" && /shim/.test(name)))
  );

  test.each(chosen)("%s", async (name, start) => {
    // As interpreters Bun and Deno keep caches wherever HOME says.
    const user = sandbox({ env: { BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0", TZ: "Europe/Berlin" } });
    const skill = makeSkill(user);
    const { words, path } = start(user, skill);
    const team = join(user.home, "team");
    const files = fillTeam(team, ["b", "a", "c"]);
    for (const source of ["s1", "s2", "s 3"]) mkdirSync(join(user.home, source));
    const parts: string[] = [];
    const run = async (
      pool: "cap" | "clb",
      line: string,
      env: Record<string, string> = {},
    ): Promise<Result> => {
      const result = await runWords(user, [...words(pool), ...line.split(" ").filter(Boolean)], {
        env: { ...(path === undefined ? {} : { PATH: path }), ...env },
      });
      parts.push(`$ ${pool} ${line}`, result.stdout, result.stderr, String(result.code));
      return result;
    };
    const configure = (pool: string, text: string) =>
      writeFileSync(join(skill.scripts, `${pool}_config.yaml`), text);
    const state = (value: unknown) => {
      mkdirSync(join(skill.dir, "share"), { recursive: true });
      writeFileSync(skill.stateFile, `${JSON.stringify(value)}\n`);
    };
    const WORKER = "--worker w-1 --base w";

    for (
      const line of [
        "",
        "-h",
        "pick -h",
        "pick-auth --help",
        "status -h",
        "where -h",
        "bogus",
        "pick",
        "pick --worker",
        "pick --x",
      ]
    ) {
      await run("cap", line);
    }
    await run("clb", "auth-current");
    await run("clb", "watch-team x");
    expect(await run("cap", `pick ${WORKER}`)).toMatchObject({ code: 1, stdout: "" });
    configure(
      "cap",
      `sources: ["../s1", ~/s2, '${user.home}/s 3', /no/such] # four\nauth_team_dir: ../team\nauth_team_glob: *\n`,
    );
    configure(
      "clb",
      `sources:\n  - ~/s1\n  - ${user.home}/./s2/\nauth_team_dir: "${user.home}/team" # here\nstate_file: share/clb.json\n`,
    );
    for (const pool of ["cap", "clb"] as const) {
      expect((await run(pool, "where")).code).toBe(0);
      await run(pool, "list");
      for (let n = 0; n < 4; n++) await run(pool, `pick ${WORKER}`);
      await run(pool, "pick --w=-x --b -5", {
        [`${pool.toUpperCase()}_STRATEGY`]: "hash",
        [`${pool.toUpperCase()}_DEBUG`]: "1",
      });
    }
    state({
      counter: "7",
      auth_counts: { [files[1]!]: 4, [files[0]!]: 1, [files[2]!]: "3" },
      other: [1.0, { "é": null }],
    });
    expect((await run("cap", `pick-auth ${WORKER}`)).stdout).toBe(`${files[0]}\n`);
    expect((await run("cap", `pick-auth ${WORKER}`, { CAP_DEBUG: "1" })).stdout).toMatch(/\/b\n$/);
    expect((await run("cap", "auth-current")).stdout).toBe(`${files[1]}\n`);
    expect((await run("cap", "auth-advance --team-dir ../team --glob [bc]")).stdout).toBe(`${files[2]}\n`);
    expect((await run("cap", "auth-advance")).stdout).toBe(`${files[0]}\n`);
    await run("cap", `pick-auth ${WORKER}`, { CAP_AUTH_STRATEGY: "round-robin" });
    await run("cap", `pick-auth ${WORKER}`, { CAP_AUTH_TEAM_GLOB: "../*" });
    await run("cap", `pick-auth ${WORKER}`, { CAP_AUTH_TEAM_DIR: "/no/such" });
    writeFileSync(files[0]!, "");
    await run("cap", "auth-current");
    unlinkSync(files[0]!);
    await run("cap", "auth-current");
    await run("clb", `pick-auth ${WORKER}`, { CLB_AUTH_TEAM_GLOB: "c" });
    await run("clb", "reset-state");
    writeFileSync(skill.stateFile, "{");
    expect((await run("cap", "auth-current")).stderr).toContain("going on from the generation before it");
    expect((await run("cap", "reset-state")).stdout).toBe(`${skill.stateFile}\n`);
    parts.push(treeOf(join(skill.dir, "share")));
    const text = plain(parts.join("\n"), user)
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/g, "<time>")
      .replace(/corrupt-\w+-\w{4}/g, "corrupt-<time>");
    expect(text).toContain('"agentlb": {');
    told.set(name, text);
  });

  test("which they did", () => {
    const [first, ...others] = told.values();
    expect(told.size).toBe(chosen.length);
    for (const other of others) expect(other).toBe(first);
    expect(TREE).toBeTruthy();
  });
});
