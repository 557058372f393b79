import { existsSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { commandOf } from "../../rig/program.ts";
import { finished } from "../../rig/result.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { appServersOf, daemonsOf } from "./support/daemons.ts";
import { login } from "./support/login.ts";
import { publish, published } from "./support/published.ts";
import { inShell } from "./support/shell.ts";
import { inAllWays } from "./support/story.ts";
import { openTerminal } from "./support/terminal.ts";
import { openToOthers } from "./support/tree.ts";

/** The supervisor stays out of it. */
const ALONE = { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } };
const COMMANDS = [
  "",
  "new",
  "rr",
  "last",
  "pick",
  "status",
  "login",
  "rm",
  "pause",
  "unpause",
  "supervisor",
  "supervisor start",
  "supervisor restart",
  "supervisor stop",
  "supervisor daemon",
  "config",
  "config init",
  "help",
];
const WORK_LOGIN = login("work");
const HOME_LOGIN = login("home");

inAllWays("help of every command is printed and nothing else is done", async ({ user, run }) => {
  for (const command of COMMANDS) {
    const help = await run([...command.split(" ").filter(Boolean), "--help"]);
    expect(help, command).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout, command).toMatch(
      command.startsWith("supervisor") ? /^agentlb supervisor\n/ : /^agentlb/,
    );
  }
  expect((await run(["-h"])).stdout).toContain("usage-aware session selection");
  expect(await run(["help", "rm"])).toMatchObject({ code: 0, stderr: "" });
  expect(await run(["supervisor"])).toMatchObject({ code: 0, stderr: "" });
  expect((await run(["--version"])).stdout).toMatch(/^agentlb \d+\.\d+\.\d+\n$/);
  expect(existsSync(user.root)).toBe(false);
});

inAllWays("what can't be meant is refused with exit code 2 and nothing on stdout", async ({ user, run }) => {
  const refused = async (args: readonly string[], stderr: string | RegExp) => {
    const result = await run(args);
    expect(result, args.join(" ")).toMatchObject({ code: 2, stdout: "" });
    if (typeof stderr === "string") expect(result.stderr).toBe(`${stderr}\n`);
    else expect(result.stderr, args.join(" ")).toMatch(stderr);
  };
  await refused(
    ["--nope"],
    /^agentlb: error: agentlb has no option '--nope'\nagentlb: hint: to give '--nope' .* after --\n$/,
  );
  await refused(
    ["bogus"],
    /^agentlb: error: There is no command 'bogus'\nagentlb: hint: see: agentlb --help\n$/,
  );
  await refused(
    ["supervisor", "bogus"],
    /^agentlb: error: There is no command 'supervisor bogus'\nagentlb: hint: .*\n$/,
  );
  await refused(
    ["RM", "a"],
    /^agentlb: error: There is no command 'RM'\nagentlb: hint: did you mean: agentlb rm\n$/,
  );
  await refused(
    ["rr", "--cm", "x"],
    /^agentlb: error: agentlb rr has no option '--cm'\nagentlb: hint: did you mean: --cmd\n$/,
  );
  await refused(
    ["--cmd"],
    /^agentlb: error: Option '--cmd' needs a value: --cmd <command>\nagentlb: hint: .*\n$/,
  );
  await refused(
    ["--cmd", "x", "rr", "--cmd=y"],
    /^agentlb: error: Option '--cmd' is given twice\nagentlb: hint: see: agentlb help rr\n$/,
  );
  await refused(
    ["status", "--", "x"],
    /^agentlb: error: Unexpected argument 'x' for agentlb status\nagentlb: hint: usage: .*\n$/,
  );
  await refused(["rm"], "usage: agentlb rm <alias-or-email>");
  await refused(["config"], "usage: agentlb config init");
  await refused(["supervisor", "start"], "usage: agentlb supervisor start --background");
  await refused(["status", "--print-command"], "--print-command is only supported for session run commands");
  expect(existsSync(user.root)).toBe(false);
});

inAllWays("a day with three sessions", async ({ user, run }) => {
  user.fake.tellAll({ login: { authFile: HOME_LOGIN } });
  expect((await run(["last"])).stderr).toBe(
    "no managed sessions found; create one with: agentlb new <alias>\n" +
      "agentlb: hint: to set up sessions: agentlb init\n",
  );
  expect(await run(["status"])).toMatchObject({ code: 0, stdout: "" });
  user.addAlias("a");
  user.addAlias("work", { authFile: WORK_LOGIN });
  expect(await run(["last"])).toMatchObject({ code: 4, stdout: "" });
  publish(user, { a: { used: [80, 10] }, work: { used: [20, 30] }, ghost: { used: [0, 0] } });
  expect((await run(["status"])).stdout).toMatch(/\nselected session: work\n$/);
  expect(JSON.parse((await run(["status", "--json"])).stdout).selected).toBe("work");
  expect((await run(["pick"])).stdout).toBe(`work\t${user.homeOf("work")}\n`);
  // What was printed a moment ago counts as a turn.
  expect(JSON.parse((await run(["pick", "--json"])).stdout)).toMatchObject({ alias: "work", score: 71 });
  expect((await run(["--print-command"])).stdout).toBe(`CODEX_HOME=${user.homeOf("work")} codex\n`);
  for (const alias of ["a", "work", "a"]) {
    await run(["rr"]);
    expect(user.fake.started().at(-1)?.home).toBe(user.homeOf(alias));
  }
  expect((await run(["last"])).code).toBe(0);
  expect(user.fake.started().at(-1)?.home).toBe(user.homeOf("a"));
  expect((await run(["new", "work@EXAMPLE.test"])).code).toBe(0);
  expect(user.fake.started().at(-1)?.home).toBe(user.homeOf("work"));
  expect((await run(["new", "nobody@example.test"])).code).toBe(2);
  expect((await run(["new", "fresh"])).code).toBe(0);
  expect(readFileSync(join(user.homeOf("fresh"), "auth.json"), "utf8")).toBe(HOME_LOGIN);
  expect(user.fake.started(user.homeOf("fresh")).map(({ args }) => args.join(" "))).toEqual(["login", ""]);
  expect((await run(["new", "../x"])).code).toBe(2);
  expect((await run(["rm", "a"])).stdout).toBe("removed session: a\n");
  expect((await run(["rm", "a"])).stderr).toBe('session "a" does not exist\n');
  expect(await run(["config", "init"])).toMatchObject({
    code: 0,
    stdout: `${join(user.root, "config.toml")}\n`,
    stderr: "",
  });
  expect((await run(["config", "init"])).code).toBe(1);
  expect((await run(["config", "init", "--force"])).code).toBe(0);
  expect(await run(["status"])).toMatchObject({ code: 0 });
}, ALONE);

inAllWays("a root that can't be used is an error with its reason, and nothing is written", async (stage) => {
  const { user, run, shell } = stage;
  const refused = { code: 1, stdout: "" };
  expect(await shell('HOME= "$@"', ["rr"])).toMatchObject({ ...refused, stderr: "HOME is not set\n" });
  for (const name of ["HOME", "AGENTLB_HOME"]) {
    const said = `agentlb: error: ${name} is not an absolute path: some/where\n`;
    expect(await shell(`${name}=some/where "$@"`, ["rr"])).toMatchObject({ ...refused, stderr: said });
  }
  const other = join(user.home, "other root");
  expect((await run(["config", "init"], { env: { AGENTLB_HOME: other } })).stdout).toBe(
    `${other}/config.toml\n`,
  );
  writeFileSync(join(user.home, "file"), "");
  expect(await run(["rr"], { env: { AGENTLB_HOME: join(user.home, "file") } })).toMatchObject({
    ...refused,
    stderr: `agentlb: error: Cannot use ${user.home}/file: it is not a folder\n`,
  });
  expect(existsSync(user.root)).toBe(false);
}, ALONE);

inAllWays("a wrong config.toml is an error that names the line", async ({ user, run }) => {
  const config = join(user.root, "config.toml");
  user.addAlias("a");
  const withConfig = async (text: string | Uint8Array, args: readonly string[]) => {
    writeFileSync(config, text);
    return await run(args);
  };
  for (const args of [["rr"], ["status"], ["pick"], ["new", "a"]]) {
    const { code, stdout, stderr } = await withConfig("[sessions]\nstale_sec = \n", args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`Cannot read ${config}: line 2, column`);
  }
  expect((await withConfig('[sessions]\nstale_sec = "x"\n', ["rr"])).stderr).toContain(
    `Cannot read ${config}: line 2: sessions.stale_sec must be a whole number`,
  );
  expect(await withConfig(Uint8Array.of(0x23, 0xff, 0x0a), ["rr"])).toMatchObject({
    code: 1,
    stderr: `agentlb: error: config is not valid UTF-8 (${config})\n`,
  });
  const warned = await withConfig("[sessions]\nstale_secs = 1\n", ["rr"]);
  expect(warned.code).toBe(0);
  expect(warned.stderr).toContain(`agentlb: warning: ${config}: line 2: sessions.stale_secs is not a key`);
  expect(user.fake.started()).toHaveLength(1);
}, ALONE);

inAllWays("words reach Codex byte for byte, wherever our own flags stand", async ({ user, run }) => {
  const home = user.addAlias("a", { authFile: HOME_LOGIN });
  const argsOf = async (args: readonly string[]) => {
    expect((await run(args)).code, args.join(" ")).toBe(0);
    return user.fake.started(home).at(-1)?.args;
  };
  expect(await argsOf(["--", "new", "a"])).toEqual(["new", "a"]);
  expect(await argsOf(["--", "--", "new", "a"])).toEqual(["--", "new", "a"]);
  expect(await argsOf(["rr", "--", "--", "new", "a"])).toEqual(["--", "new", "a"]);
  expect(await argsOf(["--"])).toEqual([]);
  expect(await argsOf(["--cmd", "codex 'x  y'", "rr", "--", "--help", "", "é\n", '"$HOME"'])).toEqual(
    ["x  y", "--help", "", "é\n", '"$HOME"'],
  );
  expect(await argsOf(["rr", "--cmd=codex z", "--"])).toEqual(["z"]);
  expect(await argsOf(["new", "--cmd", "codex n", "a", "--", "-h"])).toEqual(["n", "-h"]);
  for (const args of [["--print-command", "rr"], ["rr", "--print-command"]]) {
    expect((await run([...args, "--", "a b"])).stdout).toBe(`CODEX_HOME=${home} codex 'a b'\n`);
  }
  const echo = await run(["rr", "--cmd=cat"], { input: "through\0and through\n" });
  expect(echo.stdout).toBe("through\0and through\n");
}, ALONE);

inAllWays("a reader of stdout that has left is no reason to crash", async ({ shell }) => {
  const left = '{ until [ -e left ]; do sleep 0.01; done; "$@"; echo "$?" >&2; } | { exec <&-; : > left; }';
  expect(await shell(left, ["--help"])).toMatchObject({ stdout: "", stderr: "0\n" });
});

inAllWays("an argument that is not UTF-8 is refused and nothing is run", async ({ way, user, note }) => {
  user.addAlias("a");
  const script = 'exec "$@" "$(printf \'a\\377\')"';
  const { code, stdout, stderr } = await inShell(user, script, way, ["rr", "--"], ALONE);
  expect(stdout).toBe("");
  // Deno itself refuses it before any of our code runs.
  if (way === "deno") {
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("UTF-8") });
  } else {expect({ code, stderr }).toEqual({
      code: 2,
      stderr: "agentlb: error: An argument is not valid UTF-8\n",
    });}
  note("started", user.fake.started());
}, ALONE);

inAllWays("how Codex ends is how the program ends", async ({ user, run, shell }) => {
  const home = user.addAlias("a", { script: { run: { exit: 7, stdout: "out\n", stderr: "err\n" } } });
  const ended = await run(["rr", "--", "exec", "hi"]);
  expect(ended).toMatchObject({ code: 7, stdout: "out\n" });
  expect(ended.stderr).toMatch(/err\n$/);
  for (const [signal, code] of [["SIGTERM", 143], ["SIGINT", 130], ["SIGKILL", 137]] as const) {
    user.fake.tell(home, { run: { signal } });
    expect(await run(["rr"])).toMatchObject({ code: null, signal });
    expect((await shell('"$@"; echo "$?"', ["rr"])).stdout).toBe(`${code}\n`);
  }
  expect(await run(["rr", "--cmd", "./nowhere"])).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringContaining(
      'agentlb: error: Cannot start "./nowhere": no such program\nagentlb: hint: ',
    ),
  });
  expect(await run(["rr", "--cmd", "  "])).toMatchObject({ code: 1, stderr: "empty command\n" });
}, ALONE);

inAllWays("signals sent to the program reach Codex", async ({ way, user, note }) => {
  const names = ["SIGHUP", "SIGUSR1", "SIGUSR2", "SIGTERM"] as const;
  const home = user.addAlias("a", { script: { run: { ignore: names, holdUntil: "go", exit: 3 } } });
  const child = user.start(way, ["rr"], ALONE);
  const end = finished(child, 20_000);
  await until(() => user.fake.happened("holding").length === 1, "Codex runs");
  for (const name of names) {
    child.kill(name);
    await until(() => user.fake.happened("signal", { what: name }).length > 0, `Codex has ${name}`);
  }
  writeFileSync(join(home, "go"), "");
  expect(await end).toMatchObject({ code: 3 });
  note("signals", user.fake.happened("signal").map(({ what }) => what));
  expect(user.fake.happened("signal").map(({ what }) => what)).toEqual(names);
}, ALONE);

inAllWays("nobody else may look into what it makes, whatever the umask", async ({ user, shell }) => {
  user.fake.tellAll({ login: { authFile: WORK_LOGIN } });
  for (
    const args of [["new", "a"], ["rr"], ["rm", "a"], ["new", "a", "--print-command"], ["config", "init"]]
  ) {
    expect((await shell('umask 000; "$@"', args)).code, args.join(" ")).toBe(0);
  }
  expect(openToOthers(user.root)).toEqual([]);
}, ALONE);

inAllWays("with a supervisor", async ({ user, run, note }) => {
  const limits = (usedPercent: number) => ({
    result: {
      rateLimits: { limitId: "codex", primary: { usedPercent, windowDurationMins: 300 }, secondary: null },
    },
  });
  const env = { AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0" };
  user.addAlias("b", { authFile: WORK_LOGIN, script: { appServer: { limits: limits(10) } } });
  expect((await run(["pick"], { env })).stderr).toBe("agentlb: using b (score 90: 5h 90% left)\n");
  user.addAlias("a", { authFile: HOME_LOGIN, script: { appServer: { limits: limits(60) } } });
  await until(() => published(user).sessions.a?.lastProbeResult === "ok", "a is known too");
  const pid = daemonsOf(user);
  expect(pid).toHaveLength(1);
  expect((await run(["--", "hi"])).code).toBe(0);
  await until(
    () => published(user)?.sessions.b?.appServer.state === "running",
    "b has an app-server of its own",
  );
  await until(() => published(user).sessions.b.lastSelectedAt !== "", "its pick is published");
  expect((await run(["supervisor", "start", "--background"])).stdout).toBe(
    `supervisor is running (pid ${pid})\n`,
  );
  expect((await run(["rm", "a"])).stdout).toBe("removed session: a\n");
  expect(Object.keys(published(user).sessions)).toEqual(["b"]);
  expect(openToOthers(join(user.root, "state"))).toEqual([]);
  expect((await run(["supervisor", "restart"])).stdout).toMatch(
    /^stopping supervisor \(pid \d+\)\nsupervisor restarted \(pid \d+\)\n$/,
  );
  await until(() => published(user).sessions.b.codexVersion !== undefined, "it has asked for the version");
  expect((await run(["supervisor", "stop"])).stdout).toMatch(
    /^stopping supervisor \(pid \d+\)\nsupervisor stopped\n$/,
  );
  await until(() => daemonsOf(user).length === 0, "it is gone");
  await until(() => appServersOf(user).length === 0, "its app-servers are gone");
  note("app-servers were asked", [...new Set(user.fake.happened("request").map(({ what }) => what))]);
});

describeWith(["tmux"], "at a terminal", () => {
  inAllWays("Ctrl-C reaches Codex once, and the terminal is as before", async ({ way, user, note }) => {
    const home = user.addAlias("a", { script: { run: { ignore: ["SIGINT"], holdUntil: "go", exit: 5 } } });
    const terminal = openTerminal(user, ALONE.env);
    const words = [...commandOf(way), "rr"].map((word) => `'${word}'`).join(" ");
    terminal.type(`stty -g > before; ${words}; echo "end=$?"; stty -g > after; : > done`);
    await until(() => user.fake.happened("holding").length === 1, "Codex runs");
    terminal.press("C-c");
    await until(() => user.fake.happened("signal").length > 0, "Codex has it");
    writeFileSync(join(home, "go"), "");
    await until(() => existsSync(join(user.cwd, "done")), () => `the shell goes on:\n${terminal.screen()}`);
    expect(terminal.screen()).toContain("end=5\n");
    note("signals", user.fake.happened("signal").map(({ what }) => what));
    expect(user.fake.happened("signal")).toHaveLength(1);
    const stty = (name: string) => readFileSync(join(user.cwd, name), "utf8");
    expect(stty("after")).toBe(stty("before"));
    for (const name of ["before", "after", "done"]) unlinkSync(join(user.cwd, name));
  }, ALONE);
});
