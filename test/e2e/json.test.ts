import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMMANDS } from "../../lib/cli/commands/all.ts";
import { allCommands } from "../../lib/cli/declaration/catalogue.ts";
import { eventLine, type Happening } from "../../lib/core/event/event.ts";
import { EVENT_KINDS } from "../../lib/core/event/kinds.ts";
import { EXIT } from "../../lib/core/text/failure.ts";
import { layoutOf } from "../../lib/core/system/layout.ts";
import { renderPromise } from "../../lib/core/thread/promise.ts";
import { sandbox } from "../../rig/in_test.ts";
import { patience } from "../../rig/patience.ts";
import { ways } from "../../rig/program.ts";
import { makeSandbox, type Sandbox } from "../../rig/sandbox.ts";
import { writeThread } from "../../rig/threads.ts";
import { checkedOutput, SCHEMAS } from "../schemas.ts";
import { login } from "./support/login.ts";
import { at, publish } from "./support/published.ts";

// What every command prints with --json, by the real program, against the schemas that it is shipped with.

const WAY = ways.includes("compiled") ? "compiled" : ways[0]!;
const ALL = await allCommands(COMMANDS);
const WITH_JSON = ALL.filter(({ options }) => Object.hasOwn(options, "json")).map(({ name }) => name);
/** They print pages of help, or run for ever. */
const WITHOUT_JSON = [
  "shell",
  "exec",
  "backup",
  "supervisor",
  "supervisor daemon",
  "config",
  "skill",
  "completion",
  "complete",
  "help",
];
/** Its JSON is the log's own lines. */
const LINES_OF_LOG = "supervisor logs";
/** What Codex calls the end of a turn that a used-up limit ended, in a thread that can be gone on with. */
const T = Date.parse("2026-11-20T12:00:00Z");
const LATER = Math.floor(Date.now() / 1000) + 6 * 3600;
const ACCOUNT = "00112233445566aa";

let user: Sandbox;
/** The commands whose output was checked, and the schemas that it had. */
const seen = { commands: new Set<string>(), schemas: new Set<string>() };

/** Runs a command line with --json and returns its checked output. */
async function run(line: string, code = 0, way = WAY, where: Sandbox = user) {
  const args = line.split(" ").filter((word) => word !== "");
  const end = args.indexOf("--");
  const words = end < 0 ? [...args, "--json"] : args.toSpliced(end, 0, "--json");
  const result = await where.run(way, words, { timeoutMs: 120_000 });
  expect(result.code, `${line}\n${result.stdout}${result.stderr}`).toBe(code);
  const output = checkedOutput(result.stdout);
  seen.schemas.add(output.schema);
  if (output.schema !== "agentlb.error/1") seen.commands.add(commandOf(args));
  return output;
}

/** The longest name of a command that a command line begins with. */
function commandOf(args: readonly string[]): string {
  const line = args.join(" ");
  const names = ALL.map(({ name }) => name).filter((name) =>
    name !== "" && `${line} `.startsWith(`${name} `)
  );
  return names.sort((a, b) => b.length - a.length)[0] ?? "";
}

function window(usedPercent: number, windowDurationMins: number, resetsAt = LATER) {
  return { usedPercent, windowDurationMins, resetsAt };
}

/** Three sessions of which everything is known that can be, and one that is no more than a name. */
function publishAll(more: Parameters<typeof publish>[1] = {}): void {
  publish(user, {
    personal: {
      used: [70, 40],
      account: ACCOUNT,
      accountSince: at(86_400),
      codexVersion: "0.99.0",
      lacks: ["turns"],
      nextTryAt: at(-60),
      activity: {
        activeTurns: 1,
        turns: 1,
        openThreads: 1,
        lastActivityAt: at(5),
        leased: [4_000_000],
        redeemed: [1],
      },
      allowance: {
        plan: "pro",
        others: [{ limitId: "x", limitName: "Other", primary: window(40, 300), secondary: null }],
        credits: { hasCredits: true, unlimited: false, balance: "12.50" },
        spendLimit: { used: "75", limit: "100", remainingPercent: 25, resetsAt: LATER },
        spendControlReached: false,
        ordinaryUsageAllowed: true,
        resetCredits: 1,
        reachedType: "workspace_owner_credits_depleted",
      },
      cost: { turnHours: 2, shortPercent: 20, longPercent: 4 },
    },
    spare: {
      rateLimits: { limitId: "codex", primary: window(100, 300), secondary: window(20, 10_080) },
      exhaustedUntil: at(-7200),
      refusedAt: at(60),
    },
    work: { used: [20, 30] },
    ...more,
  });
}

beforeAll(() => {
  user = makeSandbox({ env: { AGENTLB_SUPERVISOR_DISABLED: "1" }, leaveMs: 20_000 });
  for (const alias of ["personal", "spare", "work"]) user.addAlias(alias, { authFile: login(alias) });
  user.fake.tellAll({ login: { authFile: login("work") } });
  publishAll();
});
afterAll(() => user.close(), patience(60_000));

describe("every command prints with --json what its schema says:", () => {
  test("status, also without a status.json that can be read", async () => {
    expect(await run("status")).toMatchObject({ selected: "work", supervisor: { running: false } });
    await run("status --policy balanced");
    await run("list");
    const path = join(user.root, "status.json");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, "{");
    expect(await run("status")).toMatchObject({ selected: null, problem: expect.any(String) });
    writeFileSync(path, text);
  });

  test("pick, by merit and when everything is used up", async () => {
    expect(await run("pick")).toMatchObject({
      alias: "work",
      reason: "most left",
      home: user.homeOf("work"),
    });
    expect(await run("pick --policy drain")).toMatchObject({ policy: "drain" });
    const used = { rateLimits: { limitId: "codex", primary: window(100, 300), secondary: null } };
    publishAll({ personal: used, work: used });
    expect(await run("pick")).toMatchObject({ reason: "back first", comesBackAt: expect.any(String) });
    publishAll();
    expect(await run("pick --no-exhausted --prefer work")).toMatchObject({ alias: "work" });
  });

  test("what runs Codex, with --print-command", async () => {
    for (const line of ["", "new", "rr", "last", "new fresh"]) {
      const output = await run(`${line} --print-command -- exec hi`);
      expect(output).toMatchObject({
        schema: "agentlb.command/1",
        argv: ["codex", "exec", "hi"],
        shell: "sh",
      });
    }
    expect(await run("--print-command --shell fish")).toMatchObject({
      text: expect.stringMatching(/^env |^CODEX/),
    });
    expect(user.fake.started()).toEqual([]);
    await run("rm fresh");
  });

  test("share, its end, and both as a dry run", async () => {
    expect(await run("share", 1)).toMatchObject({ schema: "agentlb.error/1", code: "failed" });
    mkdirSync(join(user.home, ".codex"));
    writeFileSync(join(user.home, ".codex/AGENTS.md"), "");
    writeFileSync(join(user.home, ".codex/config.toml"), 'model = "gpt-a"\nlog_dir = "/x"\n');
    expect(await run("share --dry-run")).toMatchObject({ schema: "agentlb.share/1", isDryRun: true });
    expect(await run("share work")).toMatchObject({
      sessions: [{
        alias: "work",
        links: expect.arrayContaining([expect.objectContaining({ name: "AGENTS.md", state: "made" })]),
        settings: { state: "made", leftOut: ["log_dir"] },
      }],
    });
    expect(await run("share --undo --dry-run work")).toMatchObject({ schema: "agentlb.unshare/1" });
    expect(await run("share --undo")).toMatchObject({
      sessions: expect.arrayContaining([expect.objectContaining({ alias: "work", removed: ["AGENTS.md"] })]),
    });
  });

  test("why and forecast", async () => {
    await run("why");
    await run("why work --policy adaptive");
    const folder = join(user.root, "state/history");
    mkdirSync(folder, { recursive: true });
    const lines = Array.from({ length: 40 }, (_, hour) => ({
      n: 0,
      account: ACCOUNT,
      at: Math.floor((Date.now() - (40 - hour) * 3_600_000) / 1000),
      alias: "personal",
      short: [2 * hour, 0, 300],
      long: [hour, 0, 10_080],
      turns: 1,
    }));
    const months = new Map<string, string>();
    for (const line of lines) {
      const month = new Date(line.at * 1000).toISOString().slice(0, 7);
      months.set(month, `${months.get(month) ?? ""}${JSON.stringify(line)}\n`);
    }
    for (const [month, text] of months) writeFileSync(join(folder, `${month}.log`), text);
    const { accounts } = await run("forecast") as unknown as {
      accounts: { windows: { dryInMs?: unknown }[] }[];
    };
    expect(accounts.flatMap(({ windows }) => windows).filter(({ dryInMs }) => dryInMs)).not.toEqual([]);
  });

  test("threads, and the promises to go on with them", async () => {
    const home = user.homeOf("spare");
    const limit = { turns: ["limit"], resets: LATER, workspace: "spare", user: "user-spare" } as const;
    writeThread(home, { at: T, name: "mine", cwd: user.cwd });
    writeThread(home, { at: T + 1000, isArchived: true });
    writeThread(join(user.home, ".codex"), { at: T + 2000, turns: ["killed"], isOld: true });
    const { id } = writeThread(home, { at: T + 3000, cwd: user.cwd, source: "exec", ...limit });
    expect(await run("threads --all")).toMatchObject({ more: 0, threads: { length: 4 } });
    expect(await run("threads --cwd")).toMatchObject({ threads: { length: 2 } });
    const { promises } = layoutOf(user.root);
    mkdirSync(promises, { recursive: true, mode: 0o700 });
    for (
      const [thread, untilMs] of [[id, LATER * 1000], [
        "00000000-0000-7000-8000-000000000000",
        undefined,
      ]] as const
    ) {
      const by = { pid: 4_000_000, startTime: "1", bootId: "gone" };
      const about = { thread, alias: "spare", home, cwd: user.cwd, firstWords: "do it", by, since: T };
      const text = renderPromise({
        ...about,
        boundary: T,
        step: "waiting",
        untilMs,
        isSeenUsedUp: false,
        tries: 1,
      });
      writeFileSync(join(promises, `${thread}.json`), text);
    }
    expect(await run("waiting")).toMatchObject({ promises: { length: 2 } });
    expect(await run(`waiting --forget ${id}`)).toMatchObject({
      promises: { length: 1 },
      forgotten: { thread: id, changed: true },
    });
    expect(await run(`waiting --forget ${id}`)).toMatchObject({ forgotten: { changed: false } });
  });

  test("continue: that it went on, why it did not, and until when not", async () => {
    const home = user.homeOf("work");
    const cwd = join(user.home, "elsewhere");
    mkdirSync(cwd);
    const account = { workspace: "work", user: "user-work" };
    const ended = writeThread(home, { at: T + 10_000, cwd, source: "exec", turns: ["limit"], ...account });
    expect(await run(`continue ${ended.id}`)).toMatchObject({ result: "went on", codexEnd: 0, exitCode: 0 });
    const done = writeThread(home, { at: T + 11_000, cwd, source: "exec", ...account });
    expect(await run(`continue ${done.id}`)).toMatchObject({ result: "done", exitCode: 0 });
    const cut = writeThread(home, { at: T + 12_000, cwd, source: "exec", turns: ["killed"], ...account });
    expect(await run(`continue ${cut.id}`, 1)).toMatchObject({
      result: "asked",
      doubt: "killed",
      exitCode: 1,
    });
    const used = { rateLimits: { limitId: "codex", primary: window(100, 300), secondary: null } };
    publishAll({ work: used });
    const later = writeThread(home, { at: T + 13_000, cwd, source: "exec", turns: ["limit"], ...account });
    expect(await run(`continue ${later.id}`, 4)).toMatchObject({
      result: "used up",
      comesBackAt: expect.any(String),
    });
    publishAll();
  });

  test("wait and guard: yes, no, and time out", async () => {
    expect(await run("wait work")).toMatchObject({ answer: "yes", alias: "work", canChange: true });
    expect(await run("wait spare --left 10 --timeout 1s", EXIT.timedOut)).toMatchObject({
      answer: "timeout",
    });
    expect(await run("guard --left 99", EXIT.nothingToPick)).toMatchObject({
      answer: "no",
      leastPercent: 99,
    });
    expect(await run("guard")).toMatchObject({ answer: "yes" });
  });

  test("pause, unpause and clear", async () => {
    expect(await run("pause personal")).toMatchObject({ alias: "personal", paused: true, changed: true });
    expect(await run("pause personal")).toMatchObject({ paused: true, changed: false });
    expect(await run("wait personal", EXIT.nothingToPick)).toMatchObject({ answer: "no", canChange: false });
    expect(await run("unpause personal@example.test")).toMatchObject({
      alias: "personal",
      paused: false,
      changed: true,
    });
    expect(await run("clear spare")).toMatchObject({ alias: "spare", changed: true });
    expect(await run("clear spare")).toMatchObject({ changed: false });
  });

  test("bind, and what it changes elsewhere", async () => {
    expect(await run("bind")).toMatchObject({ here: null, bindings: [] });
    expect(await run("bind work spare")).toMatchObject({
      bound: { folder: user.cwd, sessions: ["work", "spare"] },
      here: { folder: user.cwd },
      bindings: [{ inConfig: false }],
    });
    expect(await run("why")).toMatchObject({ bound: { sessions: ["work", "spare"] } });
    expect(await run("bind --remove")).toMatchObject({
      unbound: { folder: user.cwd },
      here: null,
      bindings: [],
    });
  });

  test("simulate, with made-up work and with that of the past", async () => {
    expect(await run("simulate --scenario light")).toMatchObject({ seeds: [1], scenarios: { length: 1 } });
    expect(await run("simulate --history")).toMatchObject({
      seeds: [],
      scenarios: [{ trials: [{ seed: null }] }],
    });
  });

  test("doctor", async () => {
    const { faults, findings } = await run("doctor") as unknown as { faults: number; findings: unknown[] };
    expect([faults, findings.length > 0]).toEqual([0, true]);
    writeFileSync(join(user.root, "config.toml"), "[sessions]\nodd = 1\n", { mode: 0o600 });
    expect(await run("doctor", 1)).toMatchObject({ faults: 1 });
    const made = await run("doctor report.txt --fix --bundle", 1);
    expect(made).toMatchObject({ repairs: [], bundle: join(user.cwd, "report.txt") });
    writeFileSync(join(user.root, "supervisor.pid"), "4000000\n");
    expect(await run("doctor --fix", 1)).toMatchObject({ repairs: [{ isDone: true }] });
  });

  test("backup create, list and restore", async () => {
    const { name } = await run("backup create --with-credentials") as unknown as { name: string };
    expect(await run("backup list")).toMatchObject({
      backups: [{ name, problem: null, logins: { length: 3 } }],
    });
    expect(await run(`backup restore ${name}`)).toMatchObject({ before: null, files: [] });
    writeFileSync(join(user.root, "state/paused.json"), "{}");
    expect(await run(`backup restore ${name}`)).toMatchObject({ before: expect.any(String) });
    writeFileSync(join(user.root, "backups", name, "manifest.json"), "{");
    expect(await run("backup list")).toMatchObject({ backups: [{ createdAt: null }, {}] });
  });

  test("config init", async () => {
    const path = join(user.root, "config.toml");
    expect(await run("config init --force")).toMatchObject({ path });
    expect(await run("config init", 1)).toMatchObject({ code: "failed", hint: expect.any(String) });
  });

  test("supervisor", async () => {
    expect(await run("supervisor status")).toMatchObject({ running: false, where: "nowhere" });
    expect(await run("supervisor start --background")).toMatchObject({ verb: "start", done: true });
    const { pid } = await run("supervisor status");
    expect(await run("supervisor restart")).toMatchObject({
      verb: "restart",
      done: true,
      pid: expect.any(Number),
    });
    const again = await run("supervisor status");
    expect(again).toMatchObject({ running: true, where: "here" });
    expect(again.pid).not.toBe(pid);
    const stopped = await run("supervisor stop");
    expect(stopped).toMatchObject({ verb: "stop", done: true });
    expect(stopped).not.toHaveProperty("pid");
  });

  test("skill install and remove, also when nothing is done", async () => {
    // It puts the program in place, so not from the sources.
    const to = join(user.home, "skills");
    const folder = join(to, "codex-account-pool");
    expect(await run(`skill install cap --to ${to} --dry-run`, 0, "compiled")).toMatchObject({
      folder,
      dryRun: true,
      changed: true,
    });
    expect(await run(`skill install cap --to ${to}`, 0, "compiled")).toMatchObject({
      dryRun: false,
      changed: true,
    });
    expect(await run(`skill install cap --to ${to}`, 0, "compiled")).toMatchObject({ changed: false });
    writeFileSync(join(folder, "SKILL.md"), "mine\n");
    expect(await run(`skill remove cap --to ${to}`, 0, "compiled")).toMatchObject({
      verb: "remove",
      changed: true,
    });
    expect(await run(`skill remove clb --to ${to}`, 0, "compiled")).toMatchObject({
      skill: "clb",
      changed: false,
    });
  });

  test("statusline, also with nothing to say", async () => {
    expect(await run("statusline")).toMatchObject({ sessions: 3, isHere: false });
    const none = sandbox();
    expect(await run("statusline", 0, WAY, none)).toEqual({
      schema: "agentlb.statusline/1",
      withRoom: 0,
      sessions: 0,
    });
  });

  test("events, a line each", async () => {
    const about = { alias: "work", account: ACCOUNT };
    const happenings: readonly Happening[] = [
      { kind: "limit-near", ...about, window: "short", leftPercent: 5, resetsAt: at(-60) },
      { kind: "exhausted", ...about, reason: "exhausted", comesBackAt: at(-60), onCredits: true },
      { kind: "reset", ...about },
      { kind: "login-dead", ...about, reason: "token refused" },
      { kind: "crash-loop", ...about, nextTryAt: at(-60) },
      { kind: "rotated", team: "/team", from: "a.json", to: "b.json" },
      { kind: "went-on", alias: "work", thread: "1" },
    ];
    expect(happenings.map(({ kind }) => kind)).toEqual(EVENT_KINDS);
    const { events } = layoutOf(user.root);
    mkdirSync(dirname(events), { recursive: true });
    for (const happening of happenings) {
      writeFileSync(events, eventLine(happening, T), { mode: 0o600 });
      const output = await run("events");
      expect(output).toEqual({ schema: "agentlb.event/1", at: "2026-11-20T12:00:00.000Z", ...happening });
    }
    rmSync(events);
  });

  test("init, whose logins keep their words from stdout", async () => {
    user.fake.tellAll({ login: { authFile: login("work"), stdout: "Open this page\n" } });
    const { sessions } = await run("init personal fresh") as unknown as { readonly sessions: unknown[] };
    expect(sessions).toContainEqual({
      alias: "fresh",
      home: user.homeOf("fresh"),
      result: "loggedIn",
      email: "work@example.test",
      plan: "pro",
      sameAccountAs: expect.arrayContaining(["work"]),
    });
    await run("rm fresh");
  });

  test("login, whose command keeps its words from stdout", async () => {
    user.fake.tellAll({ login: { authFile: login("work"), stdout: "Open this page\n" } });
    expect(await run("login work")).toMatchObject({
      alias: "work",
      changed: true,
      email: "work@example.test",
    });
    user.fake.tellAll({ login: { authFile: login("other") } });
    expect(await run("login work@example.test --force")).toMatchObject({
      alias: "work",
      email: "other@example.test",
    });
    writeFileSync(join(user.homeOf("spare"), "config.toml"), OWN_PROVIDER);
    expect(await run("login spare")).toMatchObject({ alias: "spare", changed: false, provider: "mine" });
  });

  test("rm", async () => {
    expect(await run("rm spare")).toMatchObject({ alias: "spare", home: user.homeOf("spare") });
  });

  test("path, rename, restore and purge", async () => {
    expect(await run("path work")).toMatchObject({ alias: "work", home: user.homeOf("work") });
    await run("rename work office");
    expect(existsSync(user.homeOf("office"))).toBe(true);
    await run("rm office");
    const { sessions } = await run("restore") as unknown as { readonly sessions: readonly unknown[] };
    expect(sessions.length).toBeGreaterThan(0);
    await run("restore office --as work");
    expect(existsSync(user.homeOf("work"))).toBe(true);
    await run("purge --yes");
    expect(await run("restore")).toMatchObject({ sessions: [] });
  });

  test("config show, get, set and path", async () => {
    await run("config show");
    await run("config set sessions.busy_penalty 7");
    expect(await run("config get sessions.busy_penalty")).toMatchObject({ value: 7, from: "file" });
    await run("config path");
    rmSync(layoutOf(user.root).config);
  });

  test("these are all commands, and all schemas but that of failures", () => {
    expect([...seen.commands].sort()).toEqual(WITH_JSON.filter((name) => name !== LINES_OF_LOG).sort());
    expect([...new Set([...seen.schemas, "agentlb.error/1"])].sort()).toEqual([...SCHEMAS].sort());
  });
}, patience(120_000));

/** A session whose Codex needs no login. */
const OWN_PROVIDER = `model_provider = "mine"

[model_providers.mine]
name = "mine"
base_url = "http://127.0.0.1:9/v1"
`;

test("every other command has no --json, for it reports and changes nothing by itself", () => {
  expect(ALL.map(({ name }) => name).filter((name) => !WITH_JSON.includes(name))).toEqual(WITHOUT_JSON);
});

test.each(ALL.map(({ name }) => name))("a failure of `agentlb %s` is an object, too", async (name) => {
  const made = sandbox({ env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
  for (const args of [[...name.split(" "), "--nope", "--json"], ["--json", ...name.split(" "), "--nope"]]) {
    const { code, stdout, stderr } = await made.run(WAY, args.filter((word) => word !== ""));
    expect(code).toBe(EXIT.usage);
    const { message, hint, ...rest } = checkedOutput(stdout);
    expect(rest).toEqual({ schema: "agentlb.error/1", code: "usage", exitCode: EXIT.usage });
    expect(stderr).toBe(
      `agentlb: error: ${message}\n${hint === undefined ? "" : `agentlb: hint: ${hint}\n`}`,
    );
  }
});

test.each(ways)("the same objects however the program is started: by %s", async (way) => {
  const made = sandbox({ env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
  const of = (line: string, code?: number) => run(line, code, way, made);
  expect(await of("pick", EXIT.nothingToPick)).toMatchObject({
    code: "nothingToPick",
    exitCode: EXIT.nothingToPick,
  });
  made.addAlias("work", { authFile: login("work") });
  publish(made, { work: {} });
  expect(await of("status")).toMatchObject({ selected: "work", sessions: [{ email: "work@example.test" }] });
  expect(await of("pick")).toMatchObject({ alias: "work" });
  expect(await of("--print-command")).toMatchObject({ argv: ["codex"], home: made.homeOf("work") });
  expect(await of("rr", EXIT.usage)).toMatchObject({ code: "usage" });
  expect(await of("rm gone", EXIT.usage)).toMatchObject({ message: 'session "gone" does not exist' });
  made.fake.tellAll({ login: { exit: 3, stdout: "no\n" } });
  expect(await of("login work", EXIT.loginFailed)).toMatchObject({ code: "loginFailed" });
  expect(await of("rm work --force")).toMatchObject({ alias: "work" });
});

describe("the check catches a planted", () => {
  const good = {
    schema: "agentlb.rm/1",
    alias: "work",
    home: "/home/me/.agentlb/sessions/work",
    trash: "/t",
  };
  const text = (value: unknown) => `${JSON.stringify(value)}\n`;

  test("key too many, at the top and within", async () => {
    expect(checkedOutput(text(good))).toEqual(good);
    expect(() => checkedOutput(text({ ...good, more: 1 }))).toThrow("must NOT have additional properties");
    const made = sandbox({ env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
    made.addAlias("work");
    const status = JSON.parse((await made.run(WAY, ["status", "--json"])).stdout);
    expect(checkedOutput(text(status))).toEqual(status);
    status.sessions[0].left.more = 1;
    expect(() => checkedOutput(text(status))).toThrow("must NOT have additional properties");
  });

  test("key too few, another type, another word, and an unknown schema", () => {
    const { home: _home, ...less } = good;
    expect(() => checkedOutput(text(less))).toThrow("must have required property 'home'");
    expect(() => checkedOutput(text({ ...good, alias: null }))).toThrow("must be string");
    const failure = { schema: "agentlb.error/1", code: "odd", exitCode: 1, message: "no" };
    expect(() => checkedOutput(text(failure))).toThrow("must be equal to one of the allowed values");
    expect(() => checkedOutput(text({ ...good, schema: "agentlb.odd/1" }))).toThrow("there is no schema");
  });

  test("second object, and words beside it", () => {
    for (const out of [text(good) + text(good), `words\n${text(good)}`, `${text(good)}words\n`, ""]) {
      expect(() => checkedOutput(out)).toThrow();
    }
  });
});
