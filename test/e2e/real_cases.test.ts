import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { TREE } from "../../rig/codex.ts";
import { patience } from "../../rig/patience.ts";
import { commandOf } from "../../rig/program.ts";
import { type World, world } from "./real_world.ts";

// Answers of the service, and programs in the place of Codex, as people had them.
const CASES = join(TREE, "test/testdata/cases");
const file = (name: string) => readFileSync(join(CASES, name), "utf8");

async function rows({ agentlb }: World): Promise<Record<string, string[]>> {
  const { stdout } = await agentlb(["status"]);
  return Object.fromEntries(
    stdout.split("\n").filter((line) => line.startsWith("│ ")).map((line) =>
      line.split(/[│┆]/).map((cell) => cell.trim())
    ).map((cells) => [cells[2]!, cells.slice(5)]),
  );
}

/** Puts a program in the place of codex; `/path/to/real/codex` in it becomes the real one. */
function replaceCodex({ user }: World, text: string): string {
  const shim = join(user.bin, "codex");
  renameSync(shim, `${shim}.real`);
  writeFileSync(shim, text.replaceAll("/path/to/real/codex", `${shim}.real`), { mode: 0o755 });
  return shim;
}

describe.concurrent("what people had", { timeout: patience(90_000) }, () => {
  test("usage-business-monthly-budget-1pct.json, usage-workspace-out-of-credits-room-in-windows.json", async (context) => {
    const there = await world(context, {
      accounts: {
        biz: { usage: { body: JSON.parse(file("usage-business-monthly-budget-1pct.json")) } },
        depleted: {
          usage: { body: JSON.parse(file("usage-workspace-out-of-credits-room-in-windows.json")) },
        },
      },
    });
    for (const id of ["biz", "depleted", "plain"]) {
      there.user.addAlias(id, { backend: there.service, account: id });
    }
    await there.agentlb(["supervisor", "start", "--background"]);
    await there.results({ biz: "ok", depleted: "ok", plain: "ok" });
    const { biz, depleted } = await rows(there);
    context.expect([biz?.[1], biz?.at(-2)]).toEqual(["1%", "eligible"]);
    context.expect([depleted?.[0], depleted?.at(-2)]).toEqual(["80%", "workspace out of credits"]);
    context.expect((await there.agentlb(["pick"])).stderr).toContain("using plain");
  });

  test("auth-with-bom.json and the like, in a session", async (context) => {
    const there = await world(context);
    const { user, service } = there;
    const good = JSON.parse(service.authFile("a"));
    const files = {
      bom: file("auth-with-bom.json"),
      zone: JSON.stringify({ ...good, last_refresh: "2026-11-20T00:00:00" }),
      claude: '{"claudeAiOauth":{"accessToken":"x"}}',
    };
    for (const [alias, authFile] of Object.entries(files)) {
      user.addAlias(alias, { backend: service, authFile });
    }
    await there.agentlb(["supervisor", "start", "--background"]);
    const why = {
      bom: "login required: it starts with a byte order mark (BOM)",
      zone: "login required: its last_refresh has no time zone",
      claude: "login required: it is a login of Claude Code, no auth file of Codex",
    };
    await there.results(why);
    const shown = await rows(there);
    context.expect(Object.fromEntries(Object.keys(why).map((alias) => [alias, shown[alias]?.at(-2)])))
      .toEqual(why);
    const { stdout } = await there.agentlb(["doctor"]);
    context.expect(stdout).toContain(
      "fault  bom: auth.json can't be used: it starts with a byte order mark (BOM)\n",
    );
    writeFileSync(join(user.homeOf("bom"), "auth.json"), JSON.stringify(good), { mode: 0o600 });
    await there.results({ bom: "ok" });
  });

  test("codex-without-params.mjs", async (context) => {
    const there = await world(context);
    there.user.addAlias("a", { backend: there.service, account: "a" });
    const script = join(there.user.dir, "codex.mjs");
    writeFileSync(script, file("codex-without-params.mjs"));
    replaceCodex(there, `#!/bin/sh\nexec '${commandOf("node")[0]}' '${script}' "$@"\n`);
    await there.agentlb(["supervisor", "start", "--background"]);
    await there.results({ a: "ok" });
    context.expect(there.sessions().a?.rateLimits.primary).toMatchObject({ usedPercent: 25 });
  });

  test("codex-shim-of-one-project.sh", async (context) => {
    const there = await world(context);
    there.user.addAlias("a", { backend: there.service, account: "a" });
    const shim = replaceCodex(there, file("codex-shim-of-one-project.sh"));
    await there.agentlb(["supervisor", "start", "--background"]);
    const why = `exit 1 mise ERROR No version is set for shim: codex (${shim})`;
    await there.results({ a: `app-server ended without an answer: ${why}` });
  });

  test("codex-wrapper-that-sets-codex-home.sh", async (context) => {
    const there = await world(context);
    there.user.addAlias("a", { backend: there.service, account: "a" });
    const other = there.user.addAlias("other", { backend: there.service, account: "b" });
    replaceCodex(there, file("codex-wrapper-that-sets-codex-home.sh").replace("$HOME/.codex-work", other));
    await there.agentlb(["supervisor", "start", "--background"]);
    await there.results({ a: `codex uses another home: ${other}`, other: "ok" });
    context.expect(there.service.find({ path: "/wham/usage", account: "a" })).toEqual([]);
  });
});
