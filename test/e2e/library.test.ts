import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, type TestContext } from "vitest";
import { startBackend } from "../../rig/backend.ts";
import { TREE } from "../../rig/codex.ts";
import { commandOf } from "../../rig/program.ts";
import { makeSandbox, type Sandbox } from "../../rig/sandbox.ts";
import { until } from "../../rig/until.ts";
import { codexIn, refreshTokenIn } from "./real_world.ts";
import { daemonsOf } from "./support/daemons.ts";
import { examplesIn, importing } from "./support/examples.ts";
import { publish } from "./support/published.ts";
import { addSession } from "./support/session.ts";
import { fillTeam, makeSkill, runWords } from "./support/skill.ts";
import { patience } from "../../rig/patience.ts";

// The library as other programs use it: every example of its documentation, and what only a whole program shows.

const EXAMPLES = [...examplesIn("mod.ts"), ...examplesIn("docs/library.md")];

const [NODE, DENO, BUN] = [commandOf("node")[0], commandOf("deno")[0], commandOf("bun")[0]];
const CONFIG = [`--config=${join(TREE, "deno.json")}`, "--node-modules-dir=manual"];

/** How a runtime runs a file, or words, that import the library. */
const RUNTIMES = {
  node: {
    command: [NODE],
    words: [NODE, "--input-type=module", "-e"],
    extension: "mjs",
    library: "dist/js/mod.js",
  },
  deno: {
    command: [DENO, "run", "-A", "--no-prompt", ...CONFIG],
    words: [DENO, "eval", ...CONFIG],
    extension: "ts",
    library: "mod.ts",
  },
  bun: { command: [BUN], words: [BUN, "-e"], extension: "ts", library: "mod.ts" },
} as const;
const NAMES = Object.keys(RUNTIMES) as (keyof typeof RUNTIMES)[];

/** What the two sessions with a login have used of five hours and of the week. */
const USED = { work: [20, 30], personal: [70, 40] } as const;

/** The user of the examples: three sessions, a pool, and a service that knows their accounts. */
async function stage({ onTestFinished }: Pick<TestContext, "onTestFinished">, codex: "fake" | "real") {
  const service = await startBackend({
    accounts: { work: { usage: { primary: { usedPercent: 20 }, secondary: { usedPercent: 30 } } } },
  });
  const user = makeSandbox({ codex, env: { AGENTLB_SUPERVISOR_DISABLED: "1" }, leaveMs: 20_000 });
  onTestFinished(async () => {
    try {
      await user.close();
    } finally {
      await service.close();
    }
  });
  for (const [alias, used] of Object.entries(USED)) {
    if (codex === "real") user.addAlias(alias, { backend: service, account: alias });
    else addSession(user, alias, used, { run: { stdout: "hello\n" } });
  }
  user.addAlias("idle");
  publish(user, { work: { used: USED.work, ageSec: 0 }, personal: { used: USED.personal, ageSec: 0 } });
  const skill = makeSkill(user, ".codex/skills/codex-account-pool");
  for (const source of ["source-a", "source-b"]) mkdirSync(join(user.home, source));
  fillTeam(join(user.home, "team"), ["one.json", "two.json"]);
  writeFileSync(
    join(skill.scripts, "cap_config.yaml"),
    "sources: [~/source-a, ~/source-b]\nauth_team_dir: ~/team\n",
  );
  return { user, service };
}

/** Runs code that imports the library as `agentlb`. */
function runCode(
  user: Sandbox,
  runtime: keyof typeof RUNTIMES,
  code: string,
  env: Readonly<Record<string, string>> = {},
) {
  const { command, extension, library } = RUNTIMES[runtime];
  const path = join(user.dir, `program.${extension}`);
  writeFileSync(path, importing(code, join(TREE, library)));
  return runWords(user, [...command, path], { env });
}

test("the documentation shows every function at work", () => {
  expect(EXAMPLES.length).toBeGreaterThan(5);
  const all = EXAMPLES.map(({ code }) => code).join();
  const names = ["pickSession", "codexEnvironment", "readReport", "parseStatus", "pickSource", "pickAuth"];
  for (const name of [...names, "openAppServer", "readLimits", "Failure"]) {
    expect(all).toMatch(new RegExp(`import \\{[^}]*\\b${name}\\b[^}]*\\} from "agentlb"`));
  }
});

describe.each(NAMES)("on %s", { timeout: patience(60_000) }, (runtime) => {
  test.for(EXAMPLES)("the example at $name prints what it says", async ({ code, prints }, context) => {
    // What asks an app-server asks a real one.
    const { user } = await stage(context, /openAppServer|readLimits/.test(code) ? "real" : "fake");
    const { stdout, stderr, code: exit } = await runCode(user, runtime, code);
    expect({ stdout: stdout.trimEnd().split("\n"), stderr, exit }).toEqual({
      stdout: prints,
      stderr: "",
      exit: 0,
    });
  });

  test("a program that is given as words starts a supervisor, and not itself once more", async (context) => {
    const { user } = await stage(context, "fake");
    const code = `
      import { appendFileSync } from "node:fs";
      import { pickSession, readReport } from "agentlb";
      appendFileSync("runs", "x");
      const { alias } = await pickSession({ say: console.error });
      console.log(alias, (await readReport()).supervisor.running);
    `;
    const { words, library } = RUNTIMES[runtime];
    const env = { AGENTLB_SUPERVISOR_DISABLED: "", AGENTLB_DAEMON_START_TIMEOUT_MS: "20000" };
    const ran = await runWords(user, [...words, importing(code, join(TREE, library))], { env });
    expect(ran).toMatchObject({ stdout: "work true\n", stderr: "", code: 0 });
    expect(daemonsOf(user)).toHaveLength(1);
    expect(readFileSync(join(user.cwd, "runs"), "utf8")).toBe("x");
  });
});

describe("with the real Codex", { timeout: patience(60_000) }, () => {
  const LIMITS = `
    import { readLimits } from "agentlb";
    await readLimits(process.env.ASKED).then(
      (limits) => console.log(limits.size),
      (error) => console.log(error.name, error.message),
    );
  `;
  const ask = (user: Sandbox, home: string) => runCode(user, "node", LIMITS, { ASKED: home });

  test("no app-server is started where a login is due for renewal", async (context) => {
    const { user, service } = await stage(context, "real");
    const home = user.addAlias("due", { backend: service, account: "due", ttlSec: 590 });
    const { stdout } = await ask(user, home);
    expect(stdout).toBe(
      `Failure Cannot start an app-server in ${home}: its login is due for renewal, or can't be read\n`,
    );
    expect(service.rows).toEqual([]);
  });

  test.for([
    ["asked for limits", "await readLimits(process.env.ASKED);"],
    ["ended at once", "await (await openAppServer(process.env.ASKED)).close();"],
  ])("a login that the service refuses, and Codex renews behind our back, is kept: %s", async (
    [, code],
    context,
  ) => {
    const { user, service } = await stage(context, "real");
    service.set("work", { tokenRejected: true, refresh: { delayMs: 3000 } });
    const home = user.homeOf("work");
    const auth = join(home, "auth.json");
    const before = refreshTokenIn(auth);
    const imports = 'import { openAppServer, readLimits } from "agentlb";';
    const { stderr } = await runCode(user, "node", `${imports}\n${code}`, { ASKED: home });
    expect(/^Failure: .*$/m.exec(stderr)?.[0]).toBe(
      code?.includes("readLimits") ? `Failure: Cannot read the limits of ${home}: token refused` : undefined,
    );
    // One that throws ends Node, and the app-server when it has its answer.
    await until(() => codexIn(home).length === 0, "the app-server is gone");
    expect(refreshTokenIn(auth)).not.toBe(before);
    expect(service.isSpent(refreshTokenIn(auth))).toBe(false);
    expect(service.find({ path: "/oauth/token" }).map(({ status }) => status)).toEqual([200]);
    expect((await ask(user, home)).stdout).toBe("1\n");
  });
});

test("beside no agentlb the library picks all the same, and says what is missing", async (context) => {
  const { user } = await stage(context, "fake");
  const library = join(user.dir, "mod.mjs");
  copyFileSync(join(TREE, RUNTIMES.node.library), library);
  const code = `
    import { pickSession } from "agentlb";
    console.log((await pickSession({ say: (line) => console.log(line) })).alias);
  `;
  const path = join(user.dir, "program.mjs");
  writeFileSync(path, importing(code, library));
  const env = { AGENTLB_SUPERVISOR_DISABLED: "" };
  const ran = await runWords(user, [...RUNTIMES.node.command, path], { env });
  expect(ran).toMatchObject({
    stdout: "agentlb: warning: Cannot start the supervisor: there is no agentlb beside this program; " +
      "start it with: agentlb supervisor start --background\nwork\n",
    stderr: "",
  });
});
