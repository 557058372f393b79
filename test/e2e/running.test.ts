import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import { finished } from "../../rig/result.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { until } from "../../rig/until.ts";
import { login } from "./support/login.ts";
import { publish, published } from "./support/published.ts";
import { treeOf } from "./support/tree.ts";

const ALONE = { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } };
/** Longer than any test may take: who waits for it is found out. */
const FOREVER = { env: { AGENTLB_DAEMON_START_TIMEOUT_MS: "600000" } };

/** Picks `count` times; who it was, in turn. */
async function picks(user: Sandbox, count: number): Promise<string> {
  let aliases = "";
  for (let pick = 0; pick < count; pick++) {
    aliases += (await user.run("compiled", ["pick"])).stdout.split("\t")[0];
  }
  return aliases;
}

describe("equal sessions take turns", () => {
  test("over many picks, each remembered by when and in which order it was", async () => {
    const user = sandbox(ALONE);
    for (const alias of ["a", "b", "c"]) user.addAlias(alias);
    publish(user, { a: {}, b: {}, c: {} });
    expect(await picks(user, 9)).toBe("abcabcabc");
    // What the supervisor knew before these picks does not count.
    publish(user, { a: { lastSelectedAt: "" }, b: { lastSelectedAt: "2020-01-01T00:00:00Z" }, c: {} });
    expect(await picks(user, 3)).toBe("abc");
  });

  test("while a supervisor writes status.json over and over, and after it was restarted", async () => {
    const user = sandbox({ env: { AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0" } });
    const script = { appServer: { limits: { result: { rateLimits: { primary: null, secondary: null } } } } };
    for (const alias of ["a", "b", "c"]) user.addAlias(alias, { authFile: login(alias), script });
    await user.run("compiled", ["supervisor", "start", "--background"]);
    const isKnown = (alias: string) => published(user)?.sessions[alias]?.lastProbeResult === "ok";
    await until(() => ["a", "b", "c"].every(isKnown), "all are known");
    expect(await picks(user, 6)).toBe("abcabc");
    const selected = (alias: string) => published(user).sessions[alias].lastSelectedAt;
    const remembered = (alias: string) =>
      JSON.parse(readFileSync(join(user.root, `state/sessions/${alias}.json`), "utf8")).last_selected_at;
    await until(
      () => ["a", "b", "c"].every((alias) => selected(alias) === remembered(alias)),
      "every pick is published",
    );
    const before = ["a", "b", "c"].map(selected);
    expect([...before].sort()).toEqual(before);
    await user.run("compiled", ["supervisor", "restart"]);
    await until(() => ["a", "b", "c"].every(isKnown), "all are known again");
    expect(["a", "b", "c"].map(selected)).toEqual(before);
    expect(await picks(user, 4)).toBe("abca");
  });

  test("also when twenty are picked at once: every pick is recorded", async () => {
    const user = sandbox(ALONE);
    for (const alias of ["a", "b", "c", "d"]) user.addAlias(alias);
    publish(user, { a: {}, b: {}, c: {}, d: {} });
    const results = await Promise.all(Array.from({ length: 20 }, () => user.run("compiled", ["pick"])));
    const winners = results.map(({ stdout }) => stdout.split("\t")[0]);
    const state = (alias: string) =>
      JSON.parse(readFileSync(join(user.root, `state/sessions/${alias}.json`), "utf8"));
    for (const alias of ["a", "b", "c", "d"]) {
      expect(winners.filter((winner) => winner === alias)).toHaveLength(5);
      expect(state(alias).recent_assignments).toHaveLength(5);
    }
    expect(JSON.parse(readFileSync(join(user.root, "state/global.json"), "utf8")).pick_seq).toBe(20);
    expect(readdirSync(join(user.root, "state")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

describe("nobody waits in vain", () => {
  test("not when there is no session at all", async () => {
    const user = sandbox(FOREVER);
    for (const args of [[], ["new"], ["pick"], ["rr"], ["last"]]) {
      expect(await user.run("compiled", args)).toMatchObject({
        code: 4,
        stdout: "",
        stderr: "no managed sessions found; create one with: agentlb new <alias>\n" +
          "agentlb: hint: to set up sessions: agentlb init\n",
      });
    }
  });

  test("not when every session has a reason that time does not cure", async () => {
    const user = sandbox(FOREVER);
    user.addAlias("a");
    user.addAlias("b", { authFile: login("b") });
    const refused = { error: { code: -32603, message: "request failed: 401 Unauthorized" } };
    user.fake.tell(user.homeOf("b"), { appServer: { limits: refused } });
    const { stdout, stderr } = await user.run("compiled", ["pick"]);
    expect(stdout).toBe(`a\t${user.homeOf("a")}\n`);
    expect(stderr).toContain(
      "no session is eligible (a: login required; b: token refused); using a (next in turn)",
    );
  });

  test("not when nothing reads limits", async () => {
    const user = sandbox({ env: { ...FOREVER.env, ...ALONE.env } });
    user.addAlias("a");
    const { code, stderr } = await user.run("compiled", ["pick"]);
    expect(code).toBe(0);
    expect(stderr).toContain("limits are not refreshed while AGENTLB_SUPERVISOR_DISABLED=1");
  });

  test("and for an answer only as long as AGENTLB_DAEMON_START_TIMEOUT_MS says", async () => {
    const user = sandbox();
    const home = user.addAlias("a", {
      authFile: login("a"),
      script: { appServer: { limits: { holdUntil: "go" } } },
    });
    await user.run("compiled", ["supervisor", "start", "--background"]);
    const soon = await user.run("compiled", ["pick"], { env: { AGENTLB_DAEMON_START_TIMEOUT_MS: "1" } });
    expect(soon.stderr).toContain("no session is eligible (a: missing ");
    const patient = user.start("compiled", ["pick"], FOREVER);
    const picked = finished(patient, 20_000);
    await until(() => user.fake.happened("holding", { home }).length > 0, "an app-server is being asked");
    writeFileSync(join(home, "go"), "");
    expect((await picked).stderr).toMatch(/^agentlb: using a \(score/);
  });
});

describe("a new session", () => {
  test("whose login fails is not there afterwards, so that the next try logs in", async () => {
    const user = sandbox(ALONE);
    user.fake.tellAll({ login: { exit: 3, stderr: "denied\n" } });
    const failed = await user.run("compiled", ["new", "a"]);
    expect(failed).toMatchObject({ code: 5, stdout: "" });
    expect(failed.stderr).toContain('login command failed: "codex login" (exit 3)\n');
    expect(readdirSync(join(user.root, "sessions"))).toEqual([]);
    expect(existsSync(join(user.root, "state/sessions/a.json"))).toBe(false);
    user.fake.tellAll({});
    expect((await user.run("compiled", ["new", "a", "--", "go"])).code).toBe(0);
    expect(user.fake.started(user.homeOf("a")).map(({ args }) => args.join(" "))).toEqual([
      "login",
      "login",
      "go",
    ]);
  });

  test("whose login died by a signal, or can't be started, is not there either", async () => {
    const user = sandbox(ALONE);
    user.fake.tellAll({ login: { signal: "SIGINT" } });
    expect((await user.run("compiled", ["new", "a"])).code).toBe(5);
    expect((await user.run("compiled", ["new", "a", "--login-cmd", "nowhere"])).code).toBe(5);
    expect(readdirSync(join(user.root, "sessions"))).toEqual([]);
  });

  test("that has a login already is not logged in to, and never logged out", async () => {
    const user = sandbox(ALONE);
    const text = login("a");
    const home = user.addAlias("a", { authFile: text });
    expect((await user.run("compiled", ["new", "a", "--", "go"])).code).toBe(0);
    expect(user.fake.started(home).map(({ args }) => args.join(" "))).toEqual(["go"]);
    expect(readFileSync(join(home, "auth.json"), "utf8")).toBe(text);
  });

  test("has a name that the whole pattern matches, and leads nowhere else whatever the pattern says", async () => {
    const user = sandbox(ALONE);
    await user.run("compiled", ["status"]);
    const config = join(user.root, "config.toml");
    for (const pattern of ["a", ".*", "[^x]+"]) {
      writeFileSync(config, `[sessions]\nalias_pattern = ${JSON.stringify(pattern)}\n`);
      const before = treeOf(user.dir);
      for (
        const alias of ["x/../../y a", "../a", "/a", "..", ".a", "a/b", "a\n", "-a", "a".repeat(65), "nul"]
      ) {
        const { code, stdout } = await user.run("compiled", ["new", "--cmd", "codex", alias]);
        expect({ code, stdout }, `${pattern} ${JSON.stringify(alias)}`).toEqual({ code: 2, stdout: "" });
      }
      expect(treeOf(user.dir)).toBe(before);
    }
    writeFileSync(config, '[sessions]\nalias_pattern = "a"\n');
    expect((await user.run("compiled", ["new", "ba"])).code).toBe(2);
    expect((await user.run("compiled", ["new", "a"])).code).toBe(0);
    writeFileSync(config, '[sessions]\nalias_pattern = "("\n');
    expect((await user.run("compiled", ["new", "b"])).stderr).toMatch(
      /^invalid alias pattern "\(": regex parse error: /,
    );
  });
});

describe("which session a word means", () => {
  test("a name with an @ is that of a session, if there is one, else an email", async () => {
    const user = sandbox(ALONE);
    user.addAlias("me@home", { authFile: login("x") });
    user.addAlias("work", { authFile: login("me") });
    writeFileSync(join(user.root, "config.toml"), '[sessions]\nalias_pattern = "[a-z@.]+"\n');
    const ran = async (target: string) => {
      expect((await user.run("compiled", ["new", target])).code).toBe(0);
      return user.fake.started().at(-1)?.home;
    };
    expect(await ran("me@home")).toBe(user.homeOf("me@home"));
    expect(await ran("ME@example.test")).toBe(user.homeOf("work"));
    expect(await user.run("compiled", ["new", "nobody@home"])).toMatchObject({
      code: 2,
      stderr: 'no session found for email "nobody@home"; create one with: agentlb new <alias>\n',
    });
    expect((await user.run("compiled", ["rm", "me@home"])).stdout).toBe("removed session: me@home\n");
    expect(existsSync(user.homeOf("work"))).toBe(true);
  });

  test("a session that is a link to a folder is one like the others", async () => {
    const user = sandbox(ALONE);
    user.addAlias("a");
    const elsewhere = join(user.home, "elsewhere");
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, user.homeOf("b"));
    publish(user, { a: {}, b: { used: [1, 1] } });
    expect((await user.run("compiled", ["pick"])).stdout).toBe(`b\t${user.homeOf("b")}\n`);
    for (const alias of ["a", "b"]) {
      await user.run("compiled", ["rr"]);
      expect(user.fake.started().at(-1)?.env.CODEX_HOME).toBe(user.homeOf(alias));
    }
    expect((await user.run("compiled", ["status"])).stdout).toContain("selected session: b");
  });

  test("a session that only status.json still knows is never picked; the best of those that exist is", async () => {
    const user = sandbox(ALONE);
    for (const alias of ["a", "b"]) user.addAlias(alias);
    publish(user, { ghost: { used: [0, 0] }, a: { used: [90, 90] }, b: { used: [10, 10] } });
    expect((await user.run("compiled", ["pick"])).stderr).toMatch(/^agentlb: using b \(score 90/);
  });
});
