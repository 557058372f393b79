import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { until } from "../../rig/until.ts";
import { appServersOf, daemonsOf } from "./support/daemons.ts";
import { login } from "./support/login.ts";
import { publish, published } from "./support/published.ts";

const ALONE = { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } };
/** Every change is published at once, and an answer is waited for a second. */
const PROMPT = { env: { AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0", AGENTLB_PROBE_LIFETIME_SEC: "1" } };

function entry(user: Sandbox, alias: string) {
  return published(user)?.sessions?.[alias];
}

async function start(user: Sandbox): Promise<number> {
  expect((await user.run("compiled", ["supervisor", "start", "--background"])).code).toBe(0);
  return daemonsOf(user)[0]!;
}

/** What the supervisor wrote down under this name. */
// deno-lint-ignore no-explicit-any
function notes(user: Sandbox, what: string): any[] {
  const log = join(user.root, "supervisor.log");
  const lines = existsSync(log) ? readFileSync(log, "utf8").split("\n").filter((line) => line !== "") : [];
  return lines.map((line) => JSON.parse(line)).filter((note) => note.what === what);
}

describe("readings", () => {
  test("are asked for with stdin open until the answer is there", async () => {
    const user = sandbox(PROMPT);
    const home = user.addAlias("a", {
      authFile: login("a"),
      script: { appServer: { limits: { delayMs: 200 } } },
    });
    await start(user);
    await until(() => entry(user, "a")?.lastProbeResult === "ok", "there is an answer");
    expect(entry(user, "a").rateLimits.primary.usedPercent).toBe(25);
    await until(() => user.fake.happened("exit").length === 1, "the app-server has ended");
    const steps = user.fake.records().filter((record) => record.home === home).map((record) =>
      record.event === "started"
        ? "started"
        : [record.event, "what" in record ? record.what : ""].join(" ").trim()
    );
    expect(steps).toEqual([
      "started",
      "request initialize",
      "request account/read",
      "request account/rateLimits/read",
      "eof",
      "exit 0",
    ]);
  });

  test("are taken of two at a time, and one that does not answer holds up nobody", async () => {
    const user = sandbox({ env: { AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0" } });
    for (const alias of ["a", "b"]) {
      user.addAlias(alias, {
        authFile: login(alias),
        script: { appServer: { limits: { holdUntil: "go" } } },
      });
    }
    user.addAlias("c", { authFile: login("c") });
    await start(user);
    await until(() => user.fake.happened("holding").length === 2, "two are being asked at once");
    writeFileSync(join(user.homeOf("b"), "go"), "");
    await until(() => entry(user, "c")?.lastProbeResult === "ok", "the third has its answer");
    expect(entry(user, "a").lastProbeResult).toBe("");
    writeFileSync(join(user.homeOf("a"), "go"), "");
    await until(() => entry(user, "a").lastProbeResult === "ok", "and then the first");
  });

  test("that are sparse change only what they say, and those of other limits nothing", async () => {
    const user = sandbox(PROMPT);
    const home = user.addAlias("a", { authFile: login("a") });
    // From its first look on, so that no answer of a probe can be taken for the child's.
    writeFileSync(join(user.root, "config.toml"), '[supervisor]\nmanaged = "all"\n');
    await user.run("compiled", ["new", "a"]);
    const used = () => [
      entry(user, "a")?.rateLimits.primary?.usedPercent,
      entry(user, "a")?.rateLimits.secondary?.usedPercent,
    ];
    await until(
      () => entry(user, "a")?.appServer.state === "running" && used().join() === "25,40",
      "it has answered",
    );
    const update = (rateLimits: unknown) =>
      JSON.stringify({ method: "account/rateLimits/updated", params: { rateLimits } });
    user.fake.say(home, [
      update({ limitId: "codex", primary: { usedPercent: 31 }, secondary: null }),
      update({ limitId: "codex_other", primary: { usedPercent: 99 } }),
      update({ secondary: { usedPercent: 41 } }),
    ]);
    await until(() => used()[1] === 41, "the updates are published");
    expect(entry(user, "a").rateLimits).toMatchObject({
      limitId: "codex",
      primary: { usedPercent: 31, windowDurationMins: 300 },
      secondary: { usedPercent: 41, windowDurationMins: 10_080 },
    });
  });

  test("that there are none of are explained in the status", async () => {
    const user = sandbox(PROMPT);
    const refuse = (code: number, message: string) => ({
      appServer: { limits: { error: { code, message } } },
    });
    user.addAlias("a");
    user.addAlias("b", { authFile: '{"OPENAI_API_KEY":"sk-x"}' });
    user.addAlias("c", { authFile: login("c"), script: refuse(-32603, "failed: 401 Unauthorized") });
    user.addAlias("d", { authFile: login("d"), script: refuse(-32603, "failed: 503 Service Unavailable") });
    user.addAlias("e", { authFile: login("e"), script: { appServer: { limits: { hang: true } } } });
    await start(user);
    const results = () => ["a", "b", "c", "d", "e"].map((alias) => entry(user, alias)?.lastProbeResult);
    await until(() => !results().includes("") && !results().includes(undefined), "all were tried");
    expect(results()).toEqual([
      "login required",
      "API key: no limits",
      "token refused",
      "usage service answers 503",
      "no answer in 1 s",
    ]);
    const { stdout } = await user.run("compiled", ["pick"]);
    expect(stdout).toBe(`b\t${user.homeOf("b")}\n`);
  });
});

describe("an app-server", () => {
  test("stays only where somebody is at work", async () => {
    const user = sandbox(PROMPT);
    for (const alias of ["a", "b", "c"]) user.addAlias(alias, { authFile: login(alias) });
    await user.run("compiled", ["new", "b"]);
    await until(
      () => ["a", "b", "c"].every((alias) => entry(user, alias)?.lastProbeResult === "ok"),
      "all are known",
    );
    await until(
      () => user.fake.happened("exit", { what: "0" }).length >= 3,
      "the probes of a and c, and the run, have ended",
    );
    await until(() => appServersOf(user).length === 1, "one app-server is left");
    expect(entry(user, "b").appServer).toMatchObject({ state: "running", pid: appServersOf(user)[0] });
    for (const alias of ["a", "c"]) {
      expect(entry(user, alias).appServer).toMatchObject({ state: "stopped", pid: 0 });
    }
  });

  test("that closes its stdout and stays costs no CPU time", async () => {
    const user = sandbox({ ...PROMPT, codex: "none" });
    const program = join(user.bin, "codex");
    writeFileSync(program, `#!/bin/sh\nexec >&-\n: > '${user.dir}/asked'\nwhile read -r _; do :; done\n`);
    chmodSync(program, 0o755);
    user.addAlias("a", { authFile: login("a") });
    const pid = await start(user);
    const ticks = () => {
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      return Number(fields[11]) + Number(fields[12]);
    };
    const sleeps = () =>
      Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
    await until(() => existsSync(join(user.dir, "asked")), "it runs");
    const before = { ticks: ticks(), sleeps: sleeps() };
    await until(() => entry(user, "a")?.lastProbeResult === "no answer in 1 s", "it was given up");
    // A loop uses most of that second, a hundred ticks; one that sleeps a moment each time wakes up hundreds of times.
    expect(ticks() - before.ticks).toBeLessThan(30);
    expect(sleeps() - before.sleeps).toBeLessThan(100);
  });

  test("that hangs is closed, and another one takes its place", async () => {
    const user = sandbox(PROMPT);
    const home = user.addAlias("a", {
      authFile: login("a"),
      script: { appServer: { limits: { hang: true } } },
    });
    writeFileSync(join(user.root, "config.toml"), '[supervisor]\nmanaged = "all"\n');
    await start(user);
    await until(() => entry(user, "a")?.lastProbeResult === "no answer in 1 s", "the time limit is over");
    user.fake.tell(home, {});
    await until(() => entry(user, "a").lastProbeResult === "ok", "another one answers");
    expect(entry(user, "a")).toMatchObject({
      health: "healthy",
      appServer: { state: "running", restartCount: 0 },
    });
    expect(user.fake.happened("signal")).toEqual([]);
  });

  test("that crashes at every start is started ever later, then not for a while; a new supervisor tries again", async () => {
    const env = { ...PROMPT.env, AGENTLB_MAX_RESTARTS_5M: "2", AGENTLB_DAEMON_START_TIMEOUT_MS: "500" };
    const user = sandbox({ env });
    const home = user.addAlias("a", {
      authFile: login("a"),
      script: { appServer: { crash: { at: "start", exit: 1 } } },
    });
    await user.run("compiled", ["new", "a"]);
    await until(() => entry(user, "a")?.health === "unhealthy", "it is a crash loop");
    const crashes = notes(user, "app-server crashed");
    expect(crashes.map(({ inARow }) => inARow)).toEqual([1, 2, 3]);
    const [first, second, third] = crashes.map(({ nextTryInMs }) => nextTryInMs);
    expect([first >= 500 && first <= 1000, second >= 1000 && second <= 2000, third > 290_000]).toEqual([
      true,
      true,
      true,
    ]);
    expect((await user.run("compiled", ["status"])).stdout).toMatch(/unhealthy, next try \d\d:\d\d:\d\dZ/);
    user.fake.tell(home, {});
    await user.run("compiled", ["supervisor", "restart"]);
    await until(() => entry(user, "a").lastProbeResult === "ok", "it runs again");
    expect(entry(user, "a")).toMatchObject({ health: "healthy", appServer: { restartCount: 0 } });
  });

  test("is the program itself, not the script by which npm starts it", async () => {
    const user = sandbox({ ...PROMPT, codex: "none" });
    const script = join(user.dir, "lib/@openai/codex/bin/codex.js");
    const native = join(user.dir, "lib/@openai/codex/vendor/some-triple/bin/codex");
    for (const path of [script, native]) mkdirSync(dirname(path), { recursive: true });
    writeFileSync(script, "#!/bin/sh\nexit 9\n");
    writeFileSync(native, readFileSync(user.fake.program));
    for (const path of [script, native]) chmodSync(path, 0o755);
    symlinkSync(script, join(user.bin, "codex"));
    user.addAlias("a", { authFile: login("a") });
    await start(user);
    await until(() => entry(user, "a")?.lastProbeResult === "ok", "it answers");
  });
});

describe("what was known before a supervisor starts", () => {
  test("of sessions that are gone is dropped, and old crashes count no more", async () => {
    const user = sandbox(PROMPT);
    user.addAlias("a", { authFile: login("a") });
    const old = { health: "unhealthy", appServer: { state: "running", pid: 4_190_000, restartCount: 11 } };
    publish(user, { ghost: {}, a: old });
    await start(user);
    await until(() => published(user).sessions.ghost === undefined, "the ghost is gone");
    expect(entry(user, "a")).toMatchObject({ health: "healthy", appServer: { pid: 0, restartCount: 0 } });
  });

  test("and can't be read is put aside; the same for a file that breaks while it runs", async () => {
    const user = sandbox(PROMPT);
    user.addAlias("a", { authFile: login("a") });
    const status = join(user.root, "status.json");
    const broken = `{"version":1,"sessions":{"a":`;
    writeFileSync(status, broken);
    const pid = await start(user);
    await until(() => entry(user, "a")?.lastProbeResult === "ok", "there is a new one");
    const aside = readdirSync(user.root).filter((name) => name.startsWith("status.json.corrupt-"));
    expect(aside.map((name) => readFileSync(join(user.root, name), "utf8"))).toEqual([broken]);
    expect(notes(user, "put status.json aside")).toMatchObject([{ as: join(user.root, aside[0]!) }]);
    writeFileSync(status, "[1]");
    const env = { AGENTLB_DAEMON_START_TIMEOUT_MS: "100" };
    expect((await user.run("compiled", ["pick"], { env })).code).toBe(0);
    await until(() => entry(user, "a")?.lastSelectedAt, "it was written anew");
    expect(daemonsOf(user)).toEqual([pid]);
  });
});

describe("a broken file", () => {
  const JUNK = ["", "{", "[]", "null", '{"round_robin_index":-1}', "\u0000\u0000"];

  test("of the global state is put aside, that is said, and picks go on where they were", async () => {
    const user = sandbox(ALONE);
    for (const alias of ["a", "b", "c"]) user.addAlias(alias);
    const state = join(user.root, "state");
    const turn = async () => {
      const { code, stdout, stderr } = await user.run("compiled", ["rr", "--print-command"]);
      expect(code).toBe(0);
      return { alias: /sessions\/(\w+) /.exec(stdout)?.[1], stderr };
    };
    for (const alias of ["a", "b"]) expect((await turn()).alias).toBe(alias);
    const turns: (string | undefined)[] = [];
    for (const junk of JUNK) {
      writeFileSync(join(state, "global.json"), junk);
      const { alias, stderr } = await turn();
      turns.push(alias);
      expect(stderr).toMatch(
        /^agentlb: warning: \S+\/state\/global\.json: invalid global state: .*; kept as \S+\.corrupt-\S+, using/,
      );
      expect((await user.run("compiled", ["last", "--print-command"])).stdout).toContain(
        `/sessions/${alias} `,
      );
    }
    expect(turns).toHaveLength(6);
    const kept = readdirSync(state).filter((name) => name.startsWith("global.json.corrupt-"));
    expect(kept).toHaveLength(5);
    for (const name of kept) expect(JUNK).toContain(readFileSync(join(state, name), "utf8"));
  });

  test("of one session's state is put aside, that is said, and it is begun anew", async () => {
    const user = sandbox(ALONE);
    for (const alias of ["a", "b"]) user.addAlias(alias);
    publish(user, { a: {}, b: {} });
    await user.run("compiled", ["status"]);
    const path = join(user.root, "state/sessions/a.json");
    for (const junk of JUNK) {
      writeFileSync(path, junk);
      const { code, stderr } = await user.run("compiled", ["new", "a", "--cmd", "true"]);
      expect(code).toBe(0);
      expect(stderr).toContain(`agentlb: warning: ${path}: invalid session state: `);
      expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
        alias: "a",
        recent_assignments: [expect.any(Number)],
      });
    }
    expect(await user.run("compiled", ["pick"])).toMatchObject({
      code: 0,
      stdout: `b\t${user.homeOf("b")}\n`,
    });
  });

  test("of the status is said by status, and picks go on in turn", async () => {
    const user = sandbox(ALONE);
    user.addAlias("a");
    writeFileSync(join(user.root, "status.json"), "{");
    const status = await user.run("compiled", ["status"]);
    expect(status).toMatchObject({ code: 0, stdout: expect.stringMatching(/┆ a +┆.* missing status /) });
    expect(status.stderr).toMatch(/^session selection report: unavailable \(invalid status json: /);
    const { stdout } = await user.run("compiled", ["status", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      problem: expect.stringMatching(/^invalid status json/),
      sessions: [{ alias: "a" }],
    });
    expect(await user.run("compiled", ["pick"])).toMatchObject({
      code: 0,
      stdout: `a\t${user.homeOf("a")}\n`,
    });
  });
});

describe("a disk that takes nothing", () => {
  test("does not end the supervisor, which goes on as soon as it can", async () => {
    const user = sandbox(PROMPT);
    for (const alias of ["a", "b"]) user.addAlias(alias, { authFile: login(alias) });
    const pid = await start(user);
    await until(
      () => ["a", "b"].every((alias) => entry(user, alias)?.lastProbeResult === "ok"),
      "it has written",
    );
    const status = join(user.root, "status.json");
    const isInTheWay = () => {
      rmSync(status, { force: true });
      try {
        mkdirSync(status);
        return true;
      } catch {
        return false; // written once more in between
      }
    };
    await until(isInTheWay, "nothing can be written");
    await user.run("compiled", ["new", "a", "--cmd", "true"]);
    await until(() => notes(user, "cannot write status.json").length > 0, "it has noted it");
    rmdirSync(status);
    rmSync(user.homeOf("b"), { recursive: true });
    await until(() => entry(user, "a")?.lastSelectedAt, "it writes again");
    expect(Object.keys(published(user).sessions)).toEqual(["a"]);
    expect(daemonsOf(user)).toEqual([pid]);
  });

  test.runIf(process.platform === "linux" && process.getuid?.() === 0)(
    "because it is full makes a clear error and leaves the old data as it was",
    async () => {
      const user = sandbox(PROMPT);
      mkdirSync(user.root);
      mount("-t", "tmpfs", "-o", "size=256k,mode=0700", "tmpfs", user.root);
      onTestFinished(() => void spawnSync("umount", ["-l", user.root]));
      user.addAlias("a", { authFile: login("a") });
      expect((await user.run("compiled", ["pick"])).code).toBe(0);
      const [pid] = daemonsOf(user);
      await until(() => entry(user, "a")?.lastSelectedAt, "the pick is published");
      const files = ["status.json", "state/global.json", "state/sessions/a.json"].map((name) =>
        join(user.root, name)
      );
      const before = files.map((path) => readFileSync(path, "utf8"));
      const filler = join(user.root, "filler");
      expect(() => {
        for (;;) writeFileSync(filler, Buffer.alloc(4096), { flag: "a" });
      }).toThrow("ENOSPC");
      for (const args of [["pick"], ["rr"], ["new", "b"], ["config", "init"]]) {
        const { code, stdout, stderr } = await user.run("compiled", args);
        expect({ code, stdout }, args.join(" ")).toEqual({ code: 1, stdout: "" });
        expect(stderr).toMatch(
          /^agentlb: error: Cannot write \S+\/\.agentlb\/\S+: .*no space left on device/i,
        );
      }
      expect(files.map((path) => readFileSync(path, "utf8"))).toEqual(before);
      const litter = readdirSync(user.root, { recursive: true, encoding: "utf8" }).filter((name) =>
        name.endsWith(".tmp")
      );
      expect(litter).toEqual([]);
      expect(readdirSync(join(user.root, "sessions"))).toEqual(["a"]);
      rmSync(filler);
      expect((await user.run("compiled", ["pick"])).code).toBe(0);
      expect(daemonsOf(user)).toEqual([pid]);
      await user.run("compiled", ["supervisor", "stop"]);
      mount("-o", "remount,ro", user.root);
      expect((await user.run("compiled", ["rr"], ALONE)).stderr).toMatch(
        /^agentlb: error: .*read-only file system/i,
      );
    },
  );
});

function mount(...words: string[]): void {
  const { status, stderr } = spawnSync("mount", words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`mount ${words.join(" ")}: ${stderr}`);
}
