import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import { commandOf } from "../../rig/program.ts";
import { finished, killGroup } from "../../rig/result.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { appServersOf, daemonsOf } from "./support/daemons.ts";
import { login } from "./support/login.ts";
import { pause } from "./support/pause.ts";
import { publish, published } from "./support/published.ts";
import { tool } from "./support/shell.ts";
import { treeOf } from "./support/tree.ts";

const ALONE = { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } };

function remove(user: Sandbox, ...args: string[]) {
  return user.run("compiled", ["rm", ...args]);
}

describe("what is removed", () => {
  test("a target that is no alias removes nothing, wherever it leads", async () => {
    const user = sandbox(ALONE);
    for (const path of ["docs", "abs", ".agentlb/sessions/a/b", ".agentlb/sessions/.hidden"]) {
      mkdirSync(join(user.home, path), { recursive: true });
      writeFileSync(join(user.home, path, "precious"), path);
    }
    user.addAlias("-x");
    await user.run("compiled", ["status"]);
    const before = treeOf(user.dir);
    const targets = [
      "",
      ".",
      "..",
      "../..",
      "../../..",
      join(user.home, "abs"),
      "a/b",
      "a/",
      "./a",
      "a/../a",
      ".hidden",
    ];
    for (const target of [...targets, "-x", "a\n", "a\u0001", "con"]) {
      for (const args of [[target], ["--force", target]]) {
        expect(await remove(user, ...args), JSON.stringify(args)).toMatchObject({ code: 2, stdout: "" });
      }
    }
    expect(treeOf(user.dir)).toBe(before);
  });

  test("help for rm, config init and new is given and nothing is removed, overwritten or run", async () => {
    const user = sandbox(ALONE);
    user.addAlias("work");
    await user.run("compiled", ["status"]);
    writeFileSync(join(user.root, "config.toml"), "# mine\n");
    const before = treeOf(user.home);
    for (
      const args of [
        ["rm", "work"],
        ["config", "init"],
        ["config", "init", "--force"],
        ["new", "x"],
        ["new"],
        ["rr"],
      ]
    ) {
      for (const flag of ["--help", "-h"]) {
        const { code, stdout } = await user.run("compiled", [...args, flag]);
        expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("usage: agentlb") });
      }
    }
    expect(treeOf(user.home)).toBe(before);
    expect(user.fake.started()).toEqual([]);
  });

  test("of a linked session only the link goes, of a linked login only the link", async () => {
    const user = sandbox(ALONE);
    const elsewhere = join(user.home, "elsewhere");
    const pool = join(user.home, "pool");
    for (const folder of [elsewhere, pool]) mkdirSync(folder);
    writeFileSync(join(elsewhere, "precious"), "x");
    writeFileSync(join(pool, "work.json"), login("work"));
    const before = treeOf(elsewhere) + treeOf(pool);
    const home = user.addAlias("a");
    symlinkSync(join(pool, "work.json"), join(home, "auth.json"));
    symlinkSync(elsewhere, user.homeOf("linked"));
    symlinkSync(join(user.home, "nowhere"), user.homeOf("dangling"));
    for (const alias of ["a", "linked", "dangling"]) {
      expect((await remove(user, alias)).stdout).toBe(`removed session: ${alias}\n`);
    }
    expect(readdirSync(join(user.root, "sessions"))).toEqual([]);
    expect(treeOf(elsewhere) + treeOf(pool)).toBe(before);
  });

  test("an email names the session of its login; of two with the same login neither goes", async () => {
    const user = sandbox(ALONE);
    for (const alias of ["a", "b"]) user.addAlias(alias, { authFile: login("me") });
    user.addAlias("c", { authFile: login("you") });
    expect(await remove(user, "me@example.test")).toMatchObject({
      code: 2,
      stderr: 'multiple sessions match email "me@example.test": a, b; use alias explicitly\n',
    });
    expect((await remove(user, "YOU@example.test")).stdout).toBe("removed session: c\n");
    expect(readdirSync(join(user.root, "sessions")).sort()).toEqual(["a", "b"]);
  });

  test("all that was remembered of it goes too, and nothing of the others", async () => {
    const user = sandbox(ALONE);
    for (const alias of ["a", "b"]) user.addAlias(alias);
    for (let turn = 0; turn < 3; turn++) await user.run("compiled", ["rr"]);
    const others = readFileSync(join(user.root, "state/sessions/b.json"), "utf8");
    expect((await remove(user, "a")).code).toBe(0);
    expect(existsSync(join(user.root, "state/sessions/a.json"))).toBe(false);
    expect(readFileSync(join(user.root, "state/sessions/b.json"), "utf8")).toBe(others);
    expect((await user.run("compiled", ["last"])).stderr).toContain("no previous session recorded");
  });
});

describe("a session at work", () => {
  test("is not removed under the Codex that has it open, but by force", async () => {
    const user = sandbox(ALONE);
    const home = user.addAlias("a", { script: { run: { threads: ["t1"], holdUntil: "go" } } });
    const codex = user.start("compiled", ["rr"]);
    const end = finished(codex, 20_000);
    await until(() => user.fake.happened("holding").length === 1, "Codex runs");
    const pid = user.fake.started(home)[0]?.pid;
    const refused = await remove(user, "a");
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toBe(
      `agentlb: error: Cannot remove "a": in use by codex (pid ${pid})\n` +
        "agentlb: hint: end it first, or remove the home under it: agentlb rm a --force\n",
    );
    expect(existsSync(join(home, "config.toml"))).toBe(true);
    expect((await remove(user, "a", "--force")).stdout).toBe("removed session: a\n");
    expect(existsSync(home)).toBe(false);
    killGroup(codex.pid);
    await end;
  });

  test("others can be picked while one is being removed and the supervisor does not answer", async () => {
    const user = sandbox();
    for (const alias of ["a", "b"]) user.addAlias(alias, { authFile: login(alias) });
    await user.run("compiled", ["pick"]);
    const [daemon] = daemonsOf(user);
    const goOn = pause(daemon!);
    const removal = user.start("compiled", ["rm", "a"]);
    const removed = finished(removal, 20_000);
    await until(() => !existsSync(user.homeOf("a")), "the home is gone");
    expect((await user.run("compiled", ["pick"])).stdout).toBe(`b\t${user.homeOf("b")}\n`);
    expect(removal.exitCode).toBeNull();
    goOn();
    expect(await removed).toMatchObject({
      code: 0,
      stdout: "removed session: a\n",
      stderr: expect.stringMatching(
        /^agentlb: kept for 7 days in \S+; to bring it back: agentlb restore a\n$/,
      ),
    });
  });
});

describe("the entry in status.json goes", () => {
  test("while a supervisor lives: by the supervisor, which ends the app-server by closing its stdin", async () => {
    const user = sandbox({ env: { AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0" } });
    for (const alias of ["a", "b"]) user.addAlias(alias, { authFile: login(alias) });
    await user.run("compiled", ["new", "a"]);
    await until(() => published(user)?.sessions.a?.appServer.state === "running", "a has an app-server");
    const [daemon] = daemonsOf(user);
    expect((await remove(user, "a")).stdout).toBe("removed session: a\n");
    expect(Object.keys(published(user).sessions)).toEqual(["b"]);
    expect(daemonsOf(user)).toEqual([daemon]);
    await until(() => appServersOf(user).length === 0, "its app-server is gone");
    expect(user.fake.happened("signal")).toEqual([]);
    expect(user.fake.started().filter(({ args }) => args.includes("logout"))).toEqual([]);
    expect(existsSync(join(user.root, "state/sqlite/a"))).toBe(false);
  });

  test("while none lives: by the command, which starts one", async () => {
    const user = sandbox();
    for (const alias of ["a", "b"]) user.addAlias(alias, { authFile: login(alias) });
    publish(user, { a: {}, b: {} });
    expect((await remove(user, "a")).code).toBe(0);
    expect(Object.keys(published(user).sessions)).toEqual(["b"]);
    expect(daemonsOf(user)).toHaveLength(1);
  });

  test("while it is disabled: by the command, which starts none", async () => {
    const user = sandbox(ALONE);
    for (const alias of ["a", "b"]) user.addAlias(alias);
    publish(user, { a: {}, b: {} });
    expect((await remove(user, "a")).code).toBe(0);
    expect(Object.keys(published(user).sessions)).toEqual(["b"]);
    expect(daemonsOf(user)).toEqual([]);
  });
});

describeWith(["strace"], "killed at any of its steps", () => {
  test("a removal leaves the whole session or none, and the next one sweeps up", async () => {
    const user = sandbox(ALONE);
    const steps = "rename,renameat,renameat2,unlink,unlinkat,rmdir";
    const make = () => {
      const home = user.addAlias("a", { authFile: "login" });
      mkdirSync(join(home, "sessions/2026"), { recursive: true });
      for (const name of ["one", "two"]) writeFileSync(join(home, "sessions/2026", name), name);
      return treeOf(home);
    };
    const sessions = join(user.root, "sessions");
    const ends = new Set<string>();
    let step = 0;
    for (let isDone = false; !isDone;) {
      const whole = make();
      const kill = ["-f", "-qq", "-o", "/dev/null", "-e", `trace=${steps}`];
      const words = [
        ...kill,
        "-e",
        `inject=${steps}:signal=SIGKILL:when=${++step}`,
        ...commandOf("compiled"),
        "rm",
        "a",
      ];
      isDone = (await tool(user, "strace", words)).code === 0;
      if (existsSync(user.homeOf("a"))) expect(treeOf(user.homeOf("a")), `step ${step}`).toBe(whole);
      ends.add(existsSync(user.homeOf("a")) ? "whole" : "none");
      const status = await user.run("compiled", ["status", "--json"]);
      expect(status.stdout, `step ${step}`).not.toContain(".removing");
      rmSync(join(user.root, "state/global.json"), { force: true });
    }
    expect(step).toBeGreaterThan(4);
    expect([...ends].sort()).toEqual(["none", "whole"]);
    user.addAlias("b");
    expect((await remove(user, "b")).code).toBe(0);
    expect(readdirSync(sessions).filter((name) => !name.startsWith(".") || name.includes("removing")))
      .toEqual([]);
  });
});
