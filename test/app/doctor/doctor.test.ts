import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { examine } from "../../../lib/app/doctor/doctor.ts";
import type { CheckName } from "../../../lib/core/doctor/checks.ts";
import { emptySession } from "../../../lib/core/session/status.ts";
import { FakeClock } from "../../../rig/clock.ts";
import { authFile } from "../supervisor/supervised.ts";
import { type Given, type World, world } from "../world.ts";
import { capture, faults, findings, healthy, NO_DAEMON, says, supervised } from "./user.ts";

describe("doctor", () => {
  it("finds nothing to mend where all is well, and says which codex it is", async () => {
    const user = healthy();
    expect(await findings(user)).toEqual([
      {
        check: "codex-found",
        severity: "note",
        what: `codex-cli 0.169.0 at ${join(user.bin, "codex")}`,
        cure: "nothing to do",
      },
      expect.objectContaining({ check: "supervisor-stopped", severity: "note" }),
    ]);
  });

  it("changes nothing, also where there is nothing yet", async () => {
    const user = world();
    const home = dirname(user.layout.root);
    const notes = await findings(user);
    expect(notes.map(({ check }) => check)).toEqual([
      "codex-found",
      "root-missing",
      "supervisor-stopped",
      "session-none",
    ]);
    expect(readdirSync(home)).toEqual([]);
  });

  const CASES: readonly [CheckName, (user: World) => void, Given?][] = [
    ["codex-missing", (user) => rmSync(join(user.bin, "codex"))],
    ["codex-mute", () => {}, { capture: () => ({ exit: { code: 1 }, stdout: "", stderr: "" }) }],
    ["codex-old", () => {}, { capture: says("codex-cli 0.88.0") }],
    ["codex-old", () => {}, { capture: says("codex-cli 0.90.0-alpha.3") }],
    ["codex-unknown", () => {}, { capture: says("codex of our own") }],
    ["root-open", (user) => chmodSync(user.layout.root, 0o755)],
    ["root-open", (user) => chmodSync(join(user.layout.sessions, "a", "auth.json"), 0o644)],
    ["config-broken", (user) => user.write("[sessions\n", "config.toml")],
    ["config-broken", (user) => user.write('[sessions]\nstale_sec = "x"\n', "config.toml")],
    ["config-odd", (user) => user.write("[sessions]\nstale_secs = 1\n", "config.toml")],
    ["status-broken", (user) => user.write("{", "status.json")],
    ["state-broken", (user) => user.write("{", "state", "global.json")],
    ["state-broken", (user) => user.write("{", "state", "sessions", "a.json")],
    ["supervisor-poorer", (user) => supervised(user, { codex: "" })],
    ["login-missing", (user) => rmSync(join(user.layout.sessions, "a", "auth.json"))],
    ["login-unreadable", (user) => user.write("{", "sessions", "a", "auth.json")],
    ["codex-background", (user) => user.write("", "sessions", "a", "config.toml")],
  ];

  it.each(CASES)("names what is wrong, and nothing else: %s", async (check, spoil, given) => {
    const user = healthy();
    spoil(user);
    expect(await faults(user, given)).toEqual([check]);
  });

  it.each([
    ["0.90.0", "codex-lacks", "turns not counted, refused turns known by readings only: codex 0.90"],
    ["0.140.0", "codex-lacks", "refused turns known by readings only: codex 0.140"],
    ["0.171.0", undefined, undefined],
    ["0.171.1", "codex-new", "codex 0.171.1 is newer than 0.171, the newest that was checked"],
    ["1.2.0", "codex-new", "codex 1.2 is newer than 0.171, the newest that was checked"],
  ])("notes what is to be known of codex %s", async (version, check, what) => {
    const user = healthy();
    const host = user.host({ capture: says(`codex-cli ${version}`) });
    const system = { ...host.system, processes: { ...host.system.processes! } };
    const found = await examine({ ...host, system }, user.layout);
    const notes = found.filter(({ check }) => check.startsWith("codex-") && check !== "codex-found");
    expect(notes.map(({ check, what, severity }) => [check, what, severity]))
      .toEqual(check === undefined ? [] : [[check, what, "note"]]);
  });

  it("notes a session that needs no login, and misses none in it", async () => {
    const user = healthy();
    const provider = `model_provider = "x"\n${NO_DAEMON}[model_providers.x]\nname = "X"\n`;
    user.session("b", { "config.toml": provider });
    user.session("c", { "config.toml": `${provider}requires_openai_auth = true\n` });
    const found = (await findings(user)).filter(({ check }) => check.startsWith("login-"));
    expect(found.map(({ check, what }) => [check, what])).toEqual([
      ["login-unneeded", "b: it uses the model provider x"],
      ["login-missing", "c: nobody is logged in"],
    ]);
  });

  it("names a folder that belongs to another user", async () => {
    const user = healthy();
    const host = { ...user.host({ capture }), uid: 4711 };
    const found = (await examine(host, user.layout)).filter(({ check }) => check === "root-foreign");
    expect(found[0]).toMatchObject({ severity: "fault", cure: expect.stringContaining("chown -R 4711 ") });
  });

  it("names a login that the service refused", async () => {
    const user = healthy();
    user.status({ a: { ...emptySession(), lastProbeResult: "token refused" } });
    chmodSync(user.layout.status, 0o600);
    expect(await faults(user)).toEqual(["login-dead"]);
  });

  it("names a supervisor that has no network, and that the network is another here", async () => {
    const user = healthy();
    supervised(user, { proxy: "http://dead" }, "network");
    expect(await faults(user)).toEqual(["supervisor-failing", "supervisor-poorer"]);
    supervised(user, {}, "network");
    expect(await faults(user)).toEqual(["supervisor-failing"]);
  });

  it("tells of two sessions with one account, and of an API key, without calling them wrong", async () => {
    const user = healthy();
    user.session("b", { "auth.json": user.read("sessions", "a", "auth.json"), "config.toml": NO_DAEMON });
    user.session("c", { "auth.json": '{"OPENAI_API_KEY":"made-up"}', "config.toml": NO_DAEMON });
    expect(await faults(user)).toEqual([]);
    expect((await findings(user)).filter(({ check }) => /account|key/.test(check)).map(({ what }) => what))
      .toEqual([
        "c: it uses an API key",
        "a, b: one account",
      ]);
  });

  it("names what cap can't use: its settings, and auth files of its team", async () => {
    const user = healthy();
    const home = dirname(user.layout.root);
    const config = join(home, ".config", "agentlb");
    mkdirSync(config, { recursive: true });
    mkdirSync(join(home, "team"));
    writeFileSync(
      join(config, "cap_config.yaml"),
      `sources: ${home}\nauth_team_dir: ${join(home, "team")}\n`,
    );
    expect(await faults(user)).toEqual(["pool-empty"]);
    writeFileSync(join(home, "team", "good.json"), authFile("a", new FakeClock()));
    expect(await faults(user)).toEqual([]);
    writeFileSync(join(home, "team", "bad.json"), "{");
    writeFileSync(
      join(config, "cap_config.yaml"),
      `sources: /nowhere\nauth_team_dir: ${join(home, "team")}\n`,
    );
    expect(await faults(user)).toEqual(["pool-auth", "pool-config"]);
  });

  it("prints no secret", async () => {
    const user = healthy();
    user.write('{"OPENAI_API_KEY":"CANARY-0"}', "sessions", "a", "auth.json");
    const given = { env: { HTTPS_PROXY: "http://CANARY-1:CANARY-2@proxy" } };
    expect(JSON.stringify(await findings(user, given))).not.toContain("CANARY");
  });

  it("looks at a session that is a link", async () => {
    const user = healthy();
    const home = join(dirname(user.layout.root), "elsewhere");
    mkdirSync(home, { mode: 0o700 });
    symlinkSync(home, join(user.layout.sessions, "linked"));
    expect(await faults(user)).toEqual(["login-missing", "codex-background"]);
  });
});
