import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import { commandOf } from "../../rig/program.ts";
import { killGroup } from "../../rig/result.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { describeWith } from "../../rig/tools.ts";
import { MOMENT } from "../../rig/printed.ts";
import { until } from "../../rig/until.ts";
import { daemonsOf } from "./support/daemons.ts";
import { login } from "./support/login.ts";
import { published } from "./support/published.ts";
import { startShell, tool } from "./support/shell.ts";

const PROMPT = { env: { AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0" } };
/** A PATH on which there is no codex. */
const POOR = "/usr/bin:/bin";
const MINUTE = 60_000;

const isRoot = process.getuid?.() === 0;
const NAMESPACES = isRoot ? ["unshare", "mount"] : ["unshare", "mount", "the right to use them"];

function ownRecord(user: Sandbox) {
  const path = join(user.root, "state/supervisor.json");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

/** As if the supervisor had been in trouble for so much longer. */
function age(user: Sandbox, ms: number): void {
  const record = ownRecord(user);
  record.trouble.sinceMs -= ms;
  writeFileSync(join(user.root, "state/supervisor.json"), JSON.stringify(record));
}

describe("a supervisor that was started without a codex", () => {
  async function started() {
    const user = sandbox(PROMPT);
    user.addAlias("a", { authFile: login("a") });
    await user.run("compiled", ["supervisor", "start", "--background"], { env: { PATH: POOR } });
    await until(() => ownRecord(user)?.trouble?.kind === "codex", "it knows what it lacks");
    const [pid] = daemonsOf(user);
    return { user, pid: pid! };
  }

  test("is left alone for a minute, then replaced by a caller that has one, and reads", async () => {
    const { user, pid } = await started();
    expect((await user.run("compiled", ["pick"])).stderr).not.toContain("replacing");
    expect(daemonsOf(user)).toEqual([pid]);
    age(user, MINUTE);
    expect((await user.run("compiled", ["pick"], { env: { PATH: POOR } })).stderr).not.toContain("replacing");
    expect(daemonsOf(user)).toEqual([pid]);
    const { stderr } = await user.run("compiled", ["pick"]);
    expect(stderr).toContain(
      `agentlb: replacing the supervisor (pid ${pid}): it has had no codex that starts for a minute, and here there is one\n`,
    );
    await until(() => published(user)?.sessions.a?.lastProbeResult === "ok", "a is read");
    expect(daemonsOf(user)).toHaveLength(1);
    expect(ownRecord(user)).toMatchObject({ origin: { cwd: user.cwd, isReplacement: true } });
    expect(ownRecord(user).trouble).toBeUndefined();
  });

  test("is named by doctor, with what to do", async () => {
    const { user } = await started();
    const { code, stdout } = await user.run("compiled", ["doctor", "--json"]);
    const checks = JSON.parse(stdout).findings.map(({ check }: { check: string }) => check);
    expect(code).toBe(1);
    expect(checks).toEqual(expect.arrayContaining(["supervisor-failing", "supervisor-poorer"]));
  });
});

test("a caller that finds no supervisor, or one in trouble, leaves what it has, without the password of a proxy", async () => {
  const user = sandbox();
  user.addAlias("a", { authFile: login("a") });
  const proxied = { env: { http_proxy: "http://me:CANARY@127.0.0.1:9" } };
  await user.run("compiled", ["pick"], proxied);
  const path = join(user.root, "state/caller.json");
  const text = readFileSync(path, "utf8");
  expect(JSON.parse(text)).toMatchObject({
    codex: join(user.bin, "codex"),
    path: user.env.PATH,
    proxies: { http_proxy: "http://***@127.0.0.1:9" },
  });
  await until(() => ownRecord(user) !== undefined, "its own record");
  expect(JSON.stringify(ownRecord(user))).not.toContain("CANARY");
  const { ino } = statSync(path);
  await user.run("compiled", ["pick"]);
  expect(statSync(path).ino, "a supervisor without trouble needs nothing").toBe(ino);
  await user.run("compiled", ["supervisor", "stop"]);
  await user.run("compiled", ["pick"], proxied);
  expect(statSync(path).ino, "it is what it was").toBe(ino);
  await user.run("compiled", ["supervisor", "stop"]);
  await user.run("compiled", ["pick"]);
  expect(statSync(path).ino).not.toBe(ino);
});

test("supervisor status tells since when, from where and with which codex it runs", async () => {
  const user = sandbox();
  const status = async () => (await user.run("compiled", ["supervisor", "status"])).stdout;
  expect(await status()).toBe("supervisor is not running\n");
  await user.run("compiled", ["supervisor", "start", "--background"]);
  const [pid] = daemonsOf(user);
  await until(() => ownRecord(user) !== undefined, "its own record");
  expect(await status()).toMatch(
    new RegExp(
      `^supervisor is running \\(pid ${pid}\\)\nsince +${MOMENT} \\(\\S+\\)\nfrom +${user.cwd}, by \\S+\n` +
        `codex +${join(user.bin, "codex")}\nversion +\\S+\n$`,
    ),
  );
  const { stdout } = await user.run("compiled", ["supervisor", "status", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    schema: "agentlb.supervisor/1",
    running: true,
    where: "here",
    pid,
    from: { cwd: user.cwd },
    codex: join(user.bin, "codex"),
  });
});

describeWith(NAMESPACES, "a supervisor in another container", () => {
  test("is not said to be stopped, is said once by picks, and can't be started a second time", async () => {
    const user = sandbox();
    user.addAlias("a", { authFile: login("a") });
    await user.run("compiled", ["status"]);
    const words = [...commandOf("compiled"), "supervisor", "daemon"];
    const inside = startShell(
      user,
      'unshare -pf --kill-child --mount-proc sh -c \'"$@"; true\' sh "$@"',
      words,
    );
    onTestFinished(() => killGroup(inside.pid!));
    const lock = join(user.root, "locks/supervisor.lock");
    await until(() => existsSync(lock) && readFileSync(lock, "utf8") !== "", "it runs");
    const elsewhere =
      "the supervisor of this folder runs elsewhere: in another container or on another machine";
    const pick = async () => (await user.run("compiled", ["pick"])).stderr;
    expect(await pick()).toContain(`agentlb: ${elsewhere}; what it publishes is used\n`);
    expect(await pick()).not.toContain("elsewhere");
    expect((await user.run("compiled", ["status"])).stderr).toBe(`agentlb: ${elsewhere}\n`);
    const { stdout } = await user.run("compiled", ["status", "--json"]);
    expect(JSON.parse(stdout).supervisor).toEqual({ running: true });
    expect((await user.run("compiled", ["supervisor", "status"])).stdout).toContain(elsewhere);
    for (const verb of ["start --background", "restart", "stop"]) {
      expect(await user.run("compiled", ["supervisor", ...verb.split(" ")])).toMatchObject({
        code: 1,
        stdout: `${elsewhere}; ${verb.split(" ")[0]} it there\n`,
      });
    }
  });
});

describeWith(NAMESPACES, "a folder that can't be written", () => {
  test("is one in which status, why and forecast work, and doctor says so", async () => {
    const user = sandbox();
    user.addAlias("a", { authFile: login("a") });
    await user.run("compiled", ["status"]);
    const script = 'mount --bind "$ROOT" "$ROOT" && mount -o remount,ro,bind "$ROOT" && exec "$@"';
    const run = (...args: string[]) =>
      tool(user, "unshare", [
        "-m",
        "env",
        `ROOT=${user.root}`,
        "sh",
        "-c",
        script,
        "sh",
        ...commandOf("compiled"),
        ...args,
      ]);
    for (const command of ["status", "why", "forecast"]) {
      expect(await run(command), command).toMatchObject({ code: 0 });
    }
    const { stdout } = await run("doctor");
    expect(stdout).toContain(`fault  ${user.root} can't be written\n`);
  });
});

describeWith(NAMESPACES, "without HOME", () => {
  test("the folder is below the home that passwd has", async () => {
    const user = sandbox();
    user.addAlias("a", { authFile: login("a") });
    const passwd = join(user.dir, "passwd");
    writeFileSync(passwd, `root:x:0:0::${user.home}:/bin/sh\n`);
    const script = 'mount --bind "$PASSWD" /etc/passwd && unset HOME && exec "$@"';
    const { stdout } = await tool(user, "unshare", [
      "-m",
      "env",
      `PASSWD=${passwd}`,
      "sh",
      "-c",
      script,
      "sh",
      ...commandOf("compiled"),
      "status",
      "--json",
    ]);
    expect(JSON.parse(stdout).sessions).toMatchObject([{ alias: "a", home: user.homeOf("a") }]);
  });
});

describeWith(["strace"], "a file system without locks", () => {
  test.each(
    (["ENOSYS", "ENOLCK"] as const).flatMap((errno) =>
      (["compiled", "node", "deno", "bun"] as const).map((way) => [errno, way] as const)
    ),
  )("is named at once, with the way out: %s, %s", async (errno, way) => {
    const user = sandbox({ env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
    user.addAlias("a", { authFile: login("a") });
    const inject = [
      "-f",
      "-qq",
      "-e",
      "trace=flock",
      "-e",
      `inject=flock:error=${errno}`,
      "-o",
      join(user.dir, "trace"),
    ];
    const { code, stderr } = await tool(user, "strace", [
      ...inject,
      ...commandOf(way),
      "rr",
      "--print-command",
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Cannot lock \S+\/state\.lock: this file system has no locks/);
    expect(stderr).toContain("agentlb: hint: use a folder on a local disk");
    // A lock that somebody holds is tried again and again, for 10 s.
    expect(readFileSync(join(user.dir, "trace"), "utf8").match(/flock\(/g)).toHaveLength(1);
  });
});

test("a broken status.json is named by a pick where no supervisor will write it anew", async () => {
  const user = sandbox({ env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
  user.addAlias("a", { authFile: login("a") });
  writeFileSync(join(user.root, "status.json"), "{");
  const { code, stderr } = await user.run("compiled", ["pick"]);
  expect(code).toBe(0);
  expect(stderr).toContain(`agentlb: warning: Cannot read ${user.root}/status.json: invalid status json: `);
});
