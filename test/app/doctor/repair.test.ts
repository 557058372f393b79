import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { examine } from "../../../lib/app/doctor/doctor.ts";
import { repairAll } from "../../../lib/app/doctor/repair.ts";
import { tryLock } from "../../../lib/io/lock/lock.ts";
import type { World } from "../world.ts";
import { capture, faults, healthy, NO_DAEMON, supervised } from "./user.ts";

const modeOf = (path: string) => statSync(path).mode & 0o777;

/** Repairs what doctor finds, and returns what was done and what failed. */
async function fix(user: World) {
  const host = user.host({ capture, env: { AGENTLB_SUPERVISOR_DISABLED: "" } });
  return await repairAll(host, user.layout, await examine(host, user.layout));
}

describe("doctor --fix", () => {
  it("does nothing in a healthy root, and nothing a second time", async () => {
    const user = healthy();
    expect(await fix(user)).toEqual([]);
    chmodSync(user.layout.root, 0o755);
    expect(await fix(user)).toHaveLength(1);
    expect(await fix(user)).toEqual([]);
  });

  it("takes the rights of others away", async () => {
    const user = healthy();
    const auth = join(user.layout.sessions, "a", "auth.json");
    chmodSync(user.layout.root, 0o755);
    chmodSync(auth, 0o664);
    expect((await fix(user)).map(({ done }) => done)).toEqual([
      `took the rights of others to ${user.layout.root} away`,
      `took the rights of others to ${auth} away`,
    ]);
    expect([modeOf(user.layout.root), modeOf(auth)]).toEqual([0o700, 0o600]);
    expect(await faults(user)).toEqual([]);
  });

  it("changes nothing behind a link, on the way or at its end, nor a file with a second name", async () => {
    const user = healthy();
    const outside = join(dirname(user.layout.root), "outside");
    mkdirSync(outside, { mode: 0o755 });
    writeFileSync(join(outside, "auth.json"), user.read("sessions", "a", "auth.json"), { mode: 0o644 });
    writeFileSync(join(outside, "config.toml"), "", { mode: 0o644 });
    for (const name of ["auth.json", "config.toml"]) chmodSync(join(outside, name), 0o644);
    symlinkSync(outside, join(user.layout.sessions, "linked"));
    const home = user.session("b", { "config.toml": NO_DAEMON });
    symlinkSync(join(outside, "auth.json"), join(home, "auth.json"));
    const second = user.session("c", { "config.toml": NO_DAEMON });
    writeFileSync(join(outside, "two-names"), "{}");
    chmodSync(join(outside, "two-names"), 0o644);
    linkSync(join(outside, "two-names"), join(second, "auth.json"));
    const repairs = await fix(user);
    expect(repairs.filter(({ done }) => done !== undefined)).toEqual([]);
    expect(repairs.map(({ problem }) => problem)).toEqual([
      expect.stringContaining(`Cannot close ${join(second, "auth.json")}`),
    ]);
    const left = [outside, ...["auth.json", "config.toml", "two-names"].map((name) => join(outside, name))];
    expect(left.map(modeOf)).toEqual([0o755, 0o644, 0o644, 0o644]);
    expect(readFileSync(join(outside, "config.toml"), "utf8")).toBe("");
  });

  it("follows no link that takes the place of a file after it was looked at", async () => {
    const user = healthy();
    const victim = join(dirname(user.layout.root), "victim");
    writeFileSync(victim, "");
    chmodSync(victim, 0o644);
    const auth = join(user.layout.sessions, "a", "auth.json");
    chmodSync(auth, 0o644);
    const host = user.host({ capture, env: { AGENTLB_SUPERVISOR_DISABLED: "" } });
    const found = await examine(host, user.layout);
    renameSync(auth, `${auth}.away`);
    symlinkSync(victim, auth);
    expect(await repairAll(host, user.layout, found)).toEqual([
      { check: "root-open", done: undefined, problem: expect.any(String) },
    ]);
    expect(modeOf(victim)).toBe(0o644);
  });

  it.each([
    ["status.json"],
    ["state", "global.json"],
    ["state", "leases.json"],
    ["state", "paused.json"],
    ["state", "policy.json"],
    ["state", "sessions", "a.json"],
  ])("renames a file that can't be read: %s %s %s", async (...names) => {
    const user = healthy();
    user.write("{", ...names);
    const [repaired, ...more] = await fix(user);
    expect([repaired?.problem, more]).toEqual([undefined, []]);
    const folder = dirname(user.path(...names));
    const aside = readdirSync(folder).filter((name) => name.startsWith(`${names.at(-1)}.corrupt-`));
    expect(aside).toHaveLength(1);
    expect(readFileSync(join(folder, aside[0]!), "utf8")).toBe("{");
    expect(await faults(user)).toEqual([]);
  });

  it("keeps a status that can't be read while a supervisor runs or starts, which replaces it", async () => {
    const user = healthy();
    user.write("{", "status.json");
    supervised(user, {});
    expect(await fix(user)).toMatchObject([{ check: "status-broken", done: undefined }]);
    writeFileSync(user.layout.supervisorLock, "");
    const lock = await tryLock(user.layout.supervisorLock);
    try {
      expect(await fix(user)).toMatchObject([{ check: "status-broken", done: undefined }]);
    } finally {
      lock!.release();
    }
    expect(user.read("status.json")).toBe("{");
  });

  it("leaves bindings that can't be read: bound folders would be open to all", async () => {
    const user = healthy();
    user.write("{", "state", "bindings.json");
    expect(await fix(user)).toEqual([]);
    expect(await faults(user)).toEqual(["state-broken"]);
  });

  it("removes a pid file that names no supervisor, and none that was written meanwhile", async () => {
    const user = healthy();
    user.write("4000000\n", "supervisor.pid");
    const host = user.host({ capture, env: { AGENTLB_SUPERVISOR_DISABLED: "" } });
    const found = await examine(host, user.layout);
    user.write("4000001\n", "supervisor.pid");
    expect(await repairAll(host, user.layout, found)).toEqual([]);
    expect(user.has("supervisor.pid")).toBe(true);
    expect(await fix(user)).toMatchObject([{ check: "supervisor-pid", problem: undefined }]);
    expect(user.has("supervisor.pid")).toBe(false);
  });

  it.each([
    ["", "[features]\ndaemon_auto_start = false\n"],
    ['model = "x" # mine\n', 'model = "x" # mine\n\n[features]\ndaemon_auto_start = false\n'],
    [
      "[features]\n# why\nweb = true\n\n[tui]\n",
      "[features]\n# why\nweb = true\ndaemon_auto_start = false\n\n[tui]\n",
    ],
    ["[features]\ndaemon_auto_start = true\n", "[features]\ndaemon_auto_start = false\n"],
  ])(
    "forbids Codex its background processes, and keeps the rest of its settings: %j",
    async (text, wanted) => {
      const user = healthy();
      user.write(text, "sessions", "a", "config.toml");
      expect(await fix(user)).toMatchObject([{ check: "codex-background", problem: undefined }]);
      expect(user.read("sessions", "a", "config.toml")).toBe(wanted);
      expect(await faults(user)).toEqual([]);
    },
  );

  it.each([
    ["a broken one", "[features\n"],
    ["features in one line", "features = { web = true }\n"],
    ["features by their names", "features.web = true\n"],
  ])("leaves settings that it can't change for sure: %s", async (_, text) => {
    const user = healthy();
    user.write(text, "sessions", "a", "config.toml");
    expect(await fix(user)).toMatchObject([{ check: "codex-background", done: undefined }]);
    expect(user.read("sessions", "a", "config.toml")).toBe(text);
  });

  it("ends no process and touches no login", async () => {
    const user = healthy();
    const auth = user.read("sessions", "a", "auth.json");
    user.write("{", "sessions", "b", "auth.json");
    user.write(NO_DAEMON, "sessions", "b", "config.toml");
    await fix(user);
    expect([user.read("sessions", "a", "auth.json"), user.read("sessions", "b", "auth.json")]).toEqual([
      auth,
      "{",
    ]);
    expect(user.launches.map(({ args }) => args)).toEqual([["--version"]]);
  });
});
