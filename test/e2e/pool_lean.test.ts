import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { emptySession, emptyStatus, renderStatus } from "../../lib/core/session/status.ts";
import { formatTime } from "../../lib/core/text/time.ts";
import { sandbox } from "../../rig/in_test.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { type Loads, loadsOf } from "./support/loads.ts";
import { fillTeam, makeSkill } from "./support/skill.ts";

const BUILTINS = ["node:fs", "node:path", "node:process", "node:url"];
/** What is agentlb's, or is for other commands of the pool programs: twf starts a pick for every worker, twice. */
const ELSEWHERE = new RegExp(
  "^lib/(" + [
    "app/(?!pool/|codex/account_file\\.ts)",
    "app/pool/(reset|limits/|watch/)",
    "cli/(?!pool/|start\\.ts)",
    "core/(config|pick|quota|session|simulation|skill|supervisor)/",
    "core/codex/(auth_file|no_auth_file)",
    "core/shell/quote",
    "core/pool/(screen/|watch/|rollout|status_text|usage)",
    "io/(yaml|formats|pattern|width|rpc|tmux|journal|files/(append|ends|lines|tail|trees|watch))",
  ].join("|") + ")",
);

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

/** What readings bring in: what reads them, and what they mean for one account; all else of it only decides. */
const JUDGING = {
  balanced: {
    from: ["lib/app/pool/pick/standings.ts", "lib/app/session/readings_file.ts"],
    // Whom to pick is decided by counts: only whether an account has anything left is asked.
    never:
      /^lib\/core\/(config|pick\/(?!exhaustion)|shell\/quote|simulation|skill|supervisor|quota\/(forecast|history|ledger))/,
  },
  limits: {
    from: [
      "lib/app/pool/pick/by_limits.ts",
      "lib/app/pool/pick/standings.ts",
      "lib/app/session/readings_file.ts",
    ],
    never:
      /^lib\/core\/(pick\/(report|trials|why)|simulation|skill|supervisor|quota\/(forecast|history|ledger))/,
  },
};

function leaveReadings(user: Sandbox): void {
  const sessions = new Map([["k", { ...emptySession(), lastRateLimitUpdateAt: formatTime(Date.now()) }]]);
  mkdirSync(user.root, { mode: 0o700 });
  writeFileSync(join(user.root, "readings.json"), renderStatus({ ...emptyStatus(), sessions }));
}

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
  expect(loaded.files.filter((file) => file.includes("rotation"))).toEqual([]);
});

test.each(["balanced", "limits"] as const)("readings bring in only what %s needs of them", (strategy) => {
  const { user, loads } = stage(`auth_strategy: ${strategy}`);
  const without = loads("pick-auth", ...WORKER);
  expect(surplusOf(without)).toEqual([]);
  leaveReadings(user);
  const loaded = loads("pick-auth", ...WORKER);
  expect(loaded.stdout).toMatch(/^\/.*\n$/);
  expect([loaded.libraries, loaded.builtins]).toEqual([without.libraries, without.builtins]);
  const more = loaded.files.filter((file) => !without.files.includes(file));
  expect(more.filter((file) => !file.startsWith("lib/core/"))).toEqual(JUDGING[strategy].from);
  expect(more.filter((file) => JUDGING[strategy].never.test(file))).toEqual([]);
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
