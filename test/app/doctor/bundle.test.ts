import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeBundle } from "../../../lib/app/doctor/bundle.ts";
import { examine } from "../../../lib/app/doctor/doctor.ts";
import { authFile, type World } from "../world.ts";
import { capture, healthy, NO_DAEMON } from "./user.ts";

/** Writes the report of a user and returns its text. */
async function bundle(user: World, env: Record<string, string> = {}, name = "report.txt"): Promise<string> {
  const host = user.host({ capture, env: { AGENTLB_SUPERVISOR_DISABLED: "", ...env } });
  const path = join(dirname(user.layout.root), name);
  writeBundle(host, user.layout, await examine(host, user.layout), path);
  return readFileSync(path, "utf8");
}

/** Puts a word that must not be told wherever a user can have one. */
function withCanaries(): World {
  const user = healthy();
  const auth = JSON.parse(authFile("canary.mail@firm.test", { user: "canary-user", workspace: "canary-ws" }));
  auth.tokens.refresh_token = "rt_canary-refresh-0123456789";
  auth.tokens.access_token = `${auth.tokens.access_token}canaryaccess`;
  user.session("canary-alias", {
    "auth.json": JSON.stringify(auth),
    "config.toml":
      `model_provider = "canaryprovider"\n[model_providers.canaryprovider]\nname = "x"\n${NO_DAEMON}`,
  });
  user.session("canary.two", { "auth.json": "{ canary broken", "config.toml": "canary = " });
  user.write("{}", "trash", "canary-gone-1a2b3c4d", "home", "auth.json");
  user.write(
    `[runner]\ndefault_command = "codex -c key=canary-command"\npass_env = ["OPENAI_API_KEY"]\n` +
      `canary_key = "canary-value"\non_limit = "wait"\n[alias.canary-alias]\nreserve = 7\n[bind]\n"/srv/canary firm" = ["canary-alias"]\n`,
    "config.toml",
  );
  const line = (fields: Record<string, unknown>) =>
    JSON.stringify({ t: "2026-11-20T11:59:00.000Z", ...fields });
  user.write(
    [
      line({ what: "started", version: "1.0.0", pid: 77 }),
      line({ what: "child ended", alias: "canary-forgotten", why: "Bearer canary-bearer-token" }),
      line({ what: "cannot write", why: "EIO: /srv/canary firm/x.json", home: "/home/canary/sessions/x" }),
      line({ what: 'session "canary-quoted" said canary.mail@firm.test', why: "canary-alias is gone" }),
      line({ what: "config.toml", why: "canary-setting is not understood" }),
      line({ what: "notice failed", event: "x", why: "canary-program failed" }),
      line({ what: "no reading", alias: "x", why: "login required: canary-org says no" }),
      "canary: no object of ours",
    ].join("\n"),
    "supervisor.log",
  );
  user.status({
    "canary-alias": {
      lastProbeResult: 'app-server ended without an answer: "canary-said" by canary-user',
      account: "ca0ca0ca0ca0ca0c",
      codexVersion: "0.169.0",
      age: 60,
      used: 40,
    },
    "canary-only-in-status": { lastProbeResult: "ok" },
  });
  chmodSync(user.layout.status, 0o600);
  return user;
}

describe("the report for others", () => {
  it("holds nothing that names people or opens accounts", async () => {
    const user = withCanaries();
    const env = {
      USER: "canaryuser",
      LOGNAME: "canarylog",
      HTTPS_PROXY: "http://canary:canary@proxy.canary.test",
    };
    const text = await bundle(user, env);
    expect(text.toLowerCase().split("\n").filter((line) => line.includes("canary"))).toEqual([]);
    for (const part of [dirname(user.layout.root), "firm", "eyJ", "ca0ca0", user.layout.root]) {
      expect(text).not.toContain(part);
    }
  });

  it("holds what helps to find a fault", async () => {
    const text = await bundle(withCanaries());
    for (
      const wanted of [
        "agentlb: 1.",
        "codex-found: codex-cli 0.169.0",
        "fault login-unreadable: session-",
        "fault config-odd",
        "alias.session-2.reserve = 7",
        "runner.on_limit = wait",
        "runner.default_command = (a text)",
        "windows 40% of 300 min and none",
        "result app-server ended without an answer",
        "what=started version=1.0.0 pid=77",
        "why=EIO",
        "what=no reading alias=(cut) why=login required",
      ]
    ) expect(text).toContain(wanted);
  });

  it("is readable by its owner alone, and replaces nothing, also not through a link", async () => {
    const user = healthy();
    const folder = dirname(user.layout.root);
    await bundle(user);
    expect(statSync(join(folder, "report.txt")).mode & 0o777).toBe(0o600);
    await expect(bundle(user)).rejects.toThrow("it exists");
    writeFileSync(join(folder, "victim"), "mine");
    symlinkSync(join(folder, "victim"), join(folder, "link"));
    symlinkSync(join(folder, "nowhere"), join(folder, "dangling"));
    await expect(bundle(user, {}, "link")).rejects.toThrow("it exists");
    await expect(bundle(user, {}, "dangling")).rejects.toThrow("it exists");
    expect(readFileSync(join(folder, "victim"), "utf8")).toBe("mine");
  });

  it("can be written where nothing is in order", async () => {
    const user = healthy();
    user.write("[", "config.toml");
    user.write("{", "status.json");
    mkdirSync(user.layout.log);
    expect(await bundle(user)).toContain("config-broken");
  });
});
