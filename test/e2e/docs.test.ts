import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TREE } from "../../rig/codex.ts";
import { sandbox } from "../../rig/in_test.ts";
import { commandOf } from "../../rig/program.ts";
import { MOMENT } from "../../rig/printed.ts";
import { makeSandbox, type Sandbox } from "../../rig/sandbox.ts";
import { writeThread } from "../../rig/threads.ts";
import {
  type CommandBlock,
  commandBlocks,
  inlineCommands,
  pagesOfTree,
  type ShownCommand,
} from "../pages.ts";
import { login } from "./support/login.ts";
import { publish } from "./support/published.ts";
import { makeRelease } from "./support/release.ts";
import { addSession } from "./support/session.ts";
import { fillTeam, runWords } from "./support/skill.ts";
import { patience } from "../../rig/patience.ts";
import { textOf } from "../../scripts/screens/ansi.ts";

// Every command that a page shows in a block, run as it stands there, by a user who has what the pages speak of.

/** The commands of pages that are not run here, each with its reason. */
const NOT_RUN: readonly (readonly [command: RegExp, why: string])[] = [
  [
    /^npm ci( && npm \S+( \S+)?)?$/,
    "installs from the registry; CI begins with it, test/e2e/demo.test.ts runs the demo",
  ],
  [
    /^npm (run|test) ?/,
    "builds, tests or measures this tree for minutes; test/docs.test.ts knows the scripts",
  ],
  [/^npx /, "formats, starts or tests this tree itself, from the folder that it is in"],
  [/^deno run /, "needs Deno on PATH, or an address: test/e2e/entries.test.ts starts each program so"],
  [/^cap status ~\/team$/, "needs the screen of the real Codex: test/e2e/pool_status.test.ts"],
  [/^cap watch-team ~\/team$/, "runs until it is ended: test/e2e/pool_watch.test.ts"],
];

/** What the sessions of the pages have used of five hours and of the week. */
const USED = { personal: [70, 40], spare: [100, 20], work: [20, 30] } as const;
const AGES = { personal: 12, spare: 5, work: 3 } as const;
/** In how many seconds their five hours end. */
const RESETS = { personal: 7199, spare: 7800, work: 15_120 } as const;

const PAGES = [...pagesOfTree()].map(([path, text]) => ({ path, text, blocks: commandBlocks(path, text) }));

/** The user of a page: three sessions with a thread, a pool, a release to install from, and all programs on PATH. */
async function userOf(): Promise<Sandbox> {
  const user = makeSandbox({ env: { AGENTLB_SUPERVISOR_DISABLED: "1" }, leaveMs: 20_000 });
  for (const [alias, used] of Object.entries(USED)) addSession(user, alias, used);
  publish(
    user,
    Object.fromEntries(
      Object.entries(USED).map(([alias, used]) => {
        const ageSec = AGES[alias as keyof typeof AGES];
        return [alias, { used, ageSec, rateLimits: limitsOf(used, RESETS[alias as keyof typeof RESETS]) }];
      }),
    ),
  );
  const limits = { result: { rateLimits: limitsOf([20, 30], 86_400) } };
  user.fake.tellAll({ appServer: { limits }, login: { authFile: login("work") } });
  for (const name of ["agentlb", "cap", "clb"]) symlinkSync(commandOf("compiled")[0], join(user.bin, name));
  symlinkSync(commandOf("node")[0], join(user.bin, "node"));
  mkdirSync(join(user.home, ".codex"), { mode: 0o700 });
  const id = "01a22d35-83bd-7b42-9904-7b0266a0ff1d";
  const begun = { id, at: Date.now() - 3_600_000, cwd: user.cwd, name: "my work" };
  writeThread(user.homeOf("work"), begun);
  fillTeam(join(user.home, "team"), ["a.json", "b.json"]);
  const settings = join(user.home, ".config/agentlb");
  mkdirSync(settings, { recursive: true });
  for (const name of ["cap", "clb"]) {
    writeFileSync(join(settings, `${name}_config.yaml`), "auth_team_dir: ~/team\n");
  }
  const dist = join(user.cwd, "dist");
  mkdirSync(dist);
  for (const name of ["agentlb", "skills"]) symlinkSync(join(TREE, "dist", name), join(dist, name));
  symlinkSync(join(TREE, "install.sh"), join(user.cwd, "install.sh"));
  makeRelease(dist);
  const installed = await runWords(user, ["sh", "install.sh", "--base", "dist/release"]);
  expect(installed).toMatchObject({ code: 0 });
  return user;
}

function limitsOf([short, week]: readonly [number, number], resetInSec: number) {
  const resetsAt = Math.ceil(Date.now() / 1000) + resetInSec;
  return {
    limitId: "codex",
    primary: { usedPercent: short, windowDurationMins: 300, resetsAt },
    secondary: { usedPercent: week, windowDurationMins: 10_080, resetsAt: resetsAt + 86_400 },
  };
}

const reasonOf = ({ text }: ShownCommand) => NOT_RUN.find(([command]) => command.test(text))?.[1];
const isRun = (command: ShownCommand) => reasonOf(command) === undefined;

/** A line as it means, wherever the user's home is and whatever the time. */
function plain(user: Sandbox, line: string): string {
  return line.replaceAll(user.home, "/home/me").replace(/\b\d+s\b/g, "3s").replace(/\b2h \d+m\b/g, "2h 10m")
    .replace(/([─═╌])+/g, "$1").replace(/\s+/g, " ").trim();
}

/** A line of a screen whatever the time: of the clock, and until a reset. */
function timeless(line: string): string {
  return line.replace(new RegExp(`\\b${MOMENT}\\b`, "g"), "15:10")
    .replace(/\b(\d+d \d+h|\d+h \d+m|\d+[dhm])\b/g, "2h");
}

describe.each(PAGES.filter(({ blocks }) => blocks.some(({ commands }) => commands.some(isRun))))(
  "$path, read from top to bottom,",
  ({ blocks }) => {
    let user: Sandbox;
    beforeAll(async () => void (user = await userOf()), patience(60_000));
    afterAll(() => user.close(), patience(60_000));

    test.each(blocks.filter(({ commands }) => commands.some(isRun)))(
      "does what $name shows",
      async (block) => {
        await runBlock(user, block);
      },
      60_000,
    );
  },
);

async function runBlock(user: Sandbox, { name, commands, isOnTerminal }: CommandBlock): Promise<void> {
  for (const { text, code, says } of commands.filter(isRun)) {
    const words = ["sh", "-c", isOnTerminal ? `${text} --color always` : text];
    const ran = await runWords(user, words, { env: { SHELL: "/bin/sh", COLUMNS: "80" } });
    const output = isOnTerminal ? textOf(`${ran.stdout}${ran.stderr}`) : `${ran.stdout}${ran.stderr}`;
    // A table begins with the names of its columns, in their places.
    if (isOnTerminal) expect(output.split("\n"), output).toContain(says[0]);
    expect(ran.code, `${name}: ${text}\n${output}`).toBe(code);
    const means = (line: string) => isOnTerminal ? timeless(plain(user, line)) : plain(user, line);
    expect(output.split("\n").map(means)).toEqual(expect.arrayContaining(says.map(means)));
  }
}

test("the pages speak of commands and options that there are", async () => {
  const user = sandbox();
  for (const name of ["agentlb", "cap", "clb"]) symlinkSync(commandOf("compiled")[0], join(user.bin, name));
  const spoken = new Set(PAGES.flatMap(({ text }) => inlineCommands(text)));
  expect(spoken.size).toBeGreaterThan(40);
  for (const command of spoken) {
    // Behind `agentlb cap` and `agentlb clb` are other programs.
    const isOwn = /^agentlb (?!cap\b|clb\b)/.test(command);
    const asked = isOwn ? command.replace(" ", " --help ") : `${command} --help`;
    const { code, stderr } = await runWords(user, ["sh", "-c", asked]);
    expect([command, code, stderr]).toEqual([command, 0, ""]);
  }
}, patience(60_000));

test("what is not run is little, each with a reason that some page needs", () => {
  const all = PAGES.flatMap(({ blocks }) => blocks.flatMap(({ commands }) => commands));
  expect(NOT_RUN.length).toBeLessThanOrEqual(10);
  for (const [command, why] of NOT_RUN) {
    expect(all.filter(({ text }) => command.test(text)), String(command)).not.toEqual([]);
    expect(why.length).toBeGreaterThan(20);
  }
  const run = all.filter(isRun);
  console.log(`${run.length} commands of ${PAGES.length} pages are run, ${all.length - run.length} are not`);
  expect(run.length).toBeGreaterThan(50);
});

test("no command of ours hides in a block of another kind", () => {
  for (const { path, text } of PAGES) {
    for (const [, language, body = ""] of text.matchAll(/^ *```(\w*)[^\n]*\n([^]*?)^ *```$/gm)) {
      if (language === "sh" || language === "console") continue;
      expect(body.match(/^\s*(agentlb|cap|clb|npm|sh install\.sh) .*$/gm) ?? [], path).toEqual([]);
    }
  }
});
