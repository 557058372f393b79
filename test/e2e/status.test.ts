import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import { daemonsOf } from "./support/daemons.ts";
import { login } from "./support/login.ts";
import { publish } from "./support/published.ts";
import { treeOf } from "./support/tree.ts";

/** Short paths make a table that can be read. */
function shown(text: string, root: string): string {
  return text.replaceAll(root, "<root>").replace(/┆ \d\ds /g, "┆ 15s ");
}

describe("status", () => {
  test("is one table of all sessions, as wide as it is, with who would be picked", async () => {
    const user = sandbox();
    const run = (...args: string[]) => user.run("compiled", args, { env: { COLUMNS: "20" } });
    expect(await run("status")).toMatchObject({ code: 0, stdout: "" });
    publish(user, {});
    expect((await run("status")).stdout.split("\n")).toEqual([
      "╭─────┬───────┬───────┬──────┬──────┬──────┬───────┬─────────┬───────┬─────────┬────────┬────────┬────────╮",
      "│ SEL ┆ ALIAS ┆ EMAIL ┆ PATH ┆ PRIM ┆ WEEK ┆ USAGE ┆ REFRESH ┆ SCORE ┆ RESTART ┆ ACTIVE ┆ HEALTH ┆ REASON │",
      "╞═════╪═══════╪═══════╪══════╪══════╪══════╪═══════╪═════════╪═══════╪═════════╪════════╪════════╪════════╡",
      "╰─────┴───────┴───────┴──────┴──────┴──────┴───────┴─────────┴───────┴─────────┴────────┴────────┴────────╯",
      "selected session: <none>",
      "",
    ]);
    for (const alias of ["a", "b", "new"]) mkdirSync(user.homeOf(alias));
    writeFileSync(join(user.homeOf("b"), "auth.json"), login("b"));
    const windowless = { limitId: "codex", primary: null, secondary: null };
    publish(user, {
      a: { used: [15, 40], activity: { activeTurns: 2 } },
      b: { rateLimits: windowless, appServer: { restartCount: 3 }, ageSec: 12 * 3600 },
      ghost: { used: [0, 0], health: "odd\u001b[31m", ageSec: 3 * 60 + 10 },
    });
    const table = shown((await run("status")).stdout, user.root);
    expect(table.replace(/─+/g, "─").replace(/╌+/g, "╌").replace(/═+/g, "═").replace(/ +/g, " ").split("\n"))
      .toEqual([
        "╭─┬─┬─┬─┬─┬─┬─┬─┬─┬─┬─┬─┬─╮",
        "│ SEL ┆ ALIAS ┆ EMAIL ┆ PATH ┆ PRIM ┆ WEEK ┆ USAGE ┆ REFRESH ┆ SCORE ┆ RESTART ┆ ACTIVE ┆ HEALTH ┆ REASON │",
        "╞═╪═╪═╪═╪═╪═╪═╪═╪═╪═╪═╪═╪═╡",
        "│ * ┆ a ┆ - ┆ <root>/sessions/a ┆ 85% ┆ 60% ┆ 75% ┆ 15s ┆ 65 ┆ 0 ┆ 2 ┆ healthy ┆ eligible │",
        "├╌┼╌┼╌┼╌┼╌┼╌┼╌┼╌┼╌┼╌┼╌┼╌┼╌┤",
        "│ ┆ b ┆ b@example.test ┆ <root>/sessions/b ┆ - ┆ - ┆ 30% ┆ 12h ┆ - ┆ 3 ┆ 0 ┆ healthy ┆ stale (43200s>420s) │"
          .replace("43200", /\((\d+)s>/.exec(table)?.[1] ?? ""),
        "├╌┼╌┼╌┼╌┼╌┼╌┼╌┼╌┼╌┼╌┼╌┼╌┼╌┤",
        "│ ┆ ghost ┆ - ┆ <root>/sessions/ghost ┆ 100% ┆ 100% ┆ 0% ┆ 3m ┆ - ┆ 0 ┆ 0 ┆ odd\\u{1b}[31m ┆ no such session │",
        "├╌┼╌┼╌┼╌┼╌┼╌┼╌┼╌┼╌┼╌┼╌┼╌┼╌┤",
        "│ ┆ new ┆ - ┆ <root>/sessions/new ┆ - ┆ - ┆ - ┆ - ┆ - ┆ - ┆ - ┆ unknown ┆ missing status │",
        "╰─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─╯",
        "selected session: a",
        "",
      ]);
  });

  test("starts nothing, changes nothing, and says when nobody keeps it fresh", async () => {
    const user = sandbox();
    user.addAlias("a", { authFile: login("a") });
    publish(user, { a: {} });
    await user.run("compiled", ["status"]);
    const before = treeOf(user.home);
    for (const args of [["status"], ["status", "--json"]]) {
      const { code, stderr } = await user.run("compiled", args);
      expect(code).toBe(0);
      expect(stderr).toBe(
        "agentlb: the supervisor is not running; start it with: agentlb supervisor start --background\n",
      );
    }
    expect(treeOf(user.home)).toBe(before);
    expect(daemonsOf(user)).toEqual([]);
    expect(existsSync(join(user.root, "supervisor.log"))).toBe(false);
    await user.run("compiled", ["pick"]);
    expect((await user.run("compiled", ["status"])).stderr).toBe("");
  });

  test("has a form for machines that says the same and more", async () => {
    const user = sandbox();
    user.addAlias("a", { authFile: login("a") });
    // A pick counts as a turn for a minute, and this one waits for a first reading.
    await user.run("compiled", ["pick"]);
    const { stdout, stderr } = await user.run("compiled", ["status", "--json"]);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({
      schema: "agentlb.status/1",
      supervisor: { running: true, pid: daemonsOf(user)[0] },
      selected: "a",
      sessions: [{
        alias: "a",
        home: user.homeOf("a"),
        email: "a@example.test",
        plan: "pro",
        eligible: true,
        score: 64,
        terms: { usage: 69, busy: 5, restarts: 0, staleness: 0 },
        status: { rateLimits: { primary: { usedPercent: 25 } } },
      }],
    });
  });
});
