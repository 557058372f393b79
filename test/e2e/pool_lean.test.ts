import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sandbox } from "../rig/in_test.ts";
import { type Loads, loadsOf } from "./support/loads.ts";
import { fillTeam, makeSkill } from "./support/skill.ts";

/** Most files of ours that a pick may load: twf starts one for every worker, twice. */
const MOST_FILES = 47;
const BUILTINS = ["node:fs", "node:path", "node:process", "node:url"];
/** What is agentlb's, or is for other commands of the pool programs. */
const ELSEWHERE =
  /^lib\/(app\/(?!pool\/)|cli\/(?!pool\/|start\.ts)|io\/(yaml|formats|pattern|width|rpc|watch|tmux)|app\/pool\/(status|watch|reset|scrape|round))/;

function stage(config = "") {
  const user = sandbox();
  const skill = makeSkill(user);
  const team = join(user.home, "team");
  fillTeam(team, ["a", "b"]);
  for (const name of ["s1", "s2"]) mkdirSync(join(user.home, name));
  writeFileSync(
    join(skill.scripts, "cap_config.yaml"),
    `auth_team_dir: ${team}\n${config || `sources: ${user.home}/s1, ${user.home}/s2`}\n`,
  );
  return { user, loads: (...words: string[]) => loadsOf(user, ["cap", "--from", skill.scripts, ...words]) };
}

const WORKER = ["--worker", "w", "--base", "b"];

function surplusOf({ files, libraries, builtins }: Loads): string[] {
  return [
    ...files.filter((file) => ELSEWHERE.test(file)),
    ...libraries,
    ...builtins.filter((name) => !BUILTINS.includes(name)),
  ];
}

test.each([["pick"], ["pick-auth"]])("%s loads nothing that it does not need", (command) => {
  const { loads } = stage();
  const loaded = loads(command, ...WORKER);
  expect(loaded.stdout).toMatch(/^\/.*\n$/);
  expect(surplusOf(loaded)).toEqual([]);
  expect(loaded.files.length).toBeLessThanOrEqual(MOST_FILES);
  expect(loaded.files.filter((file) => file.includes("rotation"))).toEqual([]);
});

test("only lines that no line reader holds bring in YAML", () => {
  const { user, loads } = stage("sources:\n  - ~/s1\n");
  const loaded = loads("pick", ...WORKER);
  expect(loaded.stdout).toBe(`${user.home}/s1\n`);
  expect(surplusOf(loaded)).toEqual(["lib/io/yaml.ts"]);
});

test("one import too many is seen", () => {
  const { loads } = stage();
  expect(surplusOf(loads("reset-state"))).toEqual(["lib/app/pool/reset.ts"]);
});
