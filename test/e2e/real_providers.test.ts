import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { startAppServer } from "../../rig/app_server.ts";
import { runCodex } from "../../rig/codex.ts";
import { patience } from "../../rig/patience.ts";
import { type World, world } from "./real_world.ts";

// With the real Codex 0.171: homes whose model provider needs no OpenAI login.

/** Makes a session whose provider insists on no login; `account` = a login that lies there all the same. */
function addOwn({ service, user }: World, alias: string, account?: string): string {
  const home = user.addAlias(alias, { backend: service, ...(account === undefined ? {} : { account }) });
  edit(home, (text) => text.replace("requires_openai_auth = true\n", ""));
  return home;
}

function edit(home: string, change: (text: string) => string): void {
  const file = join(home, "config.toml");
  writeFileSync(file, change(readFileSync(file, "utf8")));
}

describe.concurrent(
  "a provider without OpenAI login, with the real Codex",
  { timeout: patience(90_000) },
  () => {
    test("is known by its settings, as Codex itself says", async (context) => {
      const there = await world(context);
      const { user, service } = there;
      const own = addOwn(there, "own");
      const withLogin = addOwn(there, "kept", "kept");
      const plain = user.addAlias("plain", { backend: service });
      const said = async (home: string) => {
        const server = startAppServer(home);
        await server.initialize();
        const { result } = await server.ask("account/read", {});
        await server.end();
        return [result.account, result.requiresOpenaiAuth];
      };
      context.expect(await said(own)).toEqual([null, false]);
      context.expect(await said(withLogin)).toEqual([null, false]);
      context.expect(await said(plain)).toEqual([null, true]);
      context.expect((await runCodex(own, ["login", "status"])).stderr).toContain("Not logged in");
    });

    test("is usable without limits, is picked after every plan, and that is said", async (context) => {
      const there = await world(context, { accounts: { low: { usage: { primary: { usedPercent: 98 } } } } });
      const { agentlb, results, service, sessions, user } = there;
      addOwn(there, "own");
      addOwn(there, "kept", "kept");
      user.addAlias("low", { backend: service, account: "low" });
      user.addAlias("none", { backend: service });
      await agentlb(["supervisor", "start", "--background"]);
      const free = "no OpenAI login needed: no limits";
      await results({ own: free, kept: free, low: "ok", none: "login required" });
      context.expect(sessions().own?.rateLimits).toMatchObject({ primary: null, secondary: null });
      // Nothing is asked with the login that lies there, for turns do not use it.
      context.expect(service.find({ account: "kept" })).toEqual([]);
      context.expect((await agentlb(["pick"])).stdout).toContain("low");
      await agentlb(["pause", "low"]);
      const paid = await agentlb(["pick"]);
      context.expect(paid.stdout).toMatch(/own|kept/);
      context.expect(paid.stderr).toMatch(/(own|kept) has a model provider of its own, which may cost money/);
      const { stdout } = await agentlb(["status"]);
      context.expect(stdout).toMatch(/│ [* ] +┆ own .* eligible/);
      context.expect(stdout).toMatch(/│ [* ] +┆ none .* login required/);
    });

    test("is no reason to log in: not by name, not by login, not in a profile", async (context) => {
      const there = await world(context);
      const { agentlb, service, user } = there;
      const home = addOwn(there, "own");
      const ran = await agentlb([
        "new",
        "own",
        "--login-cmd",
        "false",
        "--",
        "exec",
        "--skip-git-repo-check",
        "hi",
      ]);
      context.expect(ran).toMatchObject({ code: 0, stdout: context.expect.stringContaining("fake answer") });
      const asked = await agentlb(["login", "own", "--login-cmd", "false"]);
      context.expect(asked).toMatchObject({ code: 0, stdout: "" });
      context.expect(asked.stderr).toBe(
        'agentlb: "own" needs no login: its Codex uses the model provider "fake"; to log in all the same: --force\n',
      );
      context.expect(existsSync(join(home, "auth.json"))).toBe(false);
      const doctor = JSON.parse((await agentlb(["doctor", "--json"])).stdout);
      const found = doctor.findings.map(({ check }: { check: string }) => check);
      context.expect(found).toContain("login-unneeded");
      context.expect(found).not.toContain("login-missing");

      const other = user.addAlias("profile", { backend: service });
      writeFileSync(join(other, "local.config.toml"), 'model_provider = "ollama"\n');
      context.expect((await agentlb(["login", "profile", "--login-cmd", "false"])).code).not.toBe(0);
      writeFileSync(join(user.root, "config.toml"), '[runner]\ndefault_command = "codex -p local"\n');
      context.expect((await agentlb(["login", "profile"])).stderr).toContain('the model provider "ollama"');
      // The supervisor, which runs since the first command, reads the settings again.
      await there.results({ profile: "no OpenAI login needed: no limits" });
    });
  },
);
