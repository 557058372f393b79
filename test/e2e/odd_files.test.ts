import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import { patience } from "../../rig/patience.ts";
import { ways } from "../../rig/program.ts";
import { until } from "../../rig/until.ts";
import { plant } from "../odd_files.ts";
import { daemonsOf } from "./support/daemons.ts";
import { login } from "./support/login.ts";
import { published } from "./support/published.ts";

/** What hangs is ended soon. */
const SOON = { timeoutMs: 5_000 };
const ALONE = { ...SOON, env: { AGENTLB_SUPERVISOR_DISABLED: "1" } };

/** Files of the root, and with each a command that reads it. */
const READ: readonly (readonly [file: string, command: string])[] = [
  ["config.toml", "status"],
  ["status.json", "status"],
  ["readings.json", "doctor"],
  ["supervisor.pid", "supervisor stop"],
  ["state/global.json", "rr --print-command"],
  ["state/leases.json", "rr --print-command"],
  ["state/paused.json", "pause a"],
  ["state/children.json", "rm a"],
  ["state/supervisor.json", "supervisor status"],
  ["state/events.jsonl", "events"],
  ["state/sessions/a.json", "clear a"],
  ["state/history/2026-11.log", "forecast"],
  ["locks/state.lock", "status"],
  ["locks/supervisor.lock", "status"],
  ["sessions/a/auth.json", "doctor"],
  ["sessions/a/config.toml", "doctor"],
];

describe.each(ways)("started by %s", (way) => {
  test.each(["named pipe", "device"] as const)(
    "a %s in the place of any file is named at once",
    async (kind) => {
      const user = sandbox();
      user.addAlias("a", { authFile: login("a") });
      for (const [file, command] of READ) {
        const path = join(user.root, file);
        plant(kind, path);
        const { code, signal, stdout, stderr } = await user.run(way, command.split(" "), ALONE);
        expect([signal, `${stdout}${stderr}`], `${command} with ${file}`).toEqual([
          null,
          expect.stringContaining(path),
        ]);
        expect(`${stderr}${code}`).not.toMatch(/^\s+at /m);
        rmSync(path, { force: true });
      }
    },
    patience(120_000),
  );

  test("the supervisor serves the other sessions whatever is in one, and ends when told to", async () => {
    const user = sandbox();
    user.addAlias("a");
    for (const name of ["auth.json", "config.toml"]) plant("named pipe", join(user.homeOf("a"), name));
    plant("device", join(user.homeOf("a"), "sessions/2026/11/20/rollout-2026-11-20T10-00-00-x.jsonl"));
    plant("named pipe", join(user.root, "state/sessions/a.json"));
    user.addAlias("b", { authFile: login("b") });
    plant("named pipe", join(user.homeOf("a"), "thread-writer-locks"));
    user.addAlias("c");
    plant("folder", join(user.homeOf("c"), "auth.json"));
    plant("socket", join(user.homeOf("c"), "sessions"));
    plant("named pipe", join(user.homeOf("c"), "thread-writer-locks/t.lock"));
    expect(await user.run(way, ["supervisor", "start", "--background"], SOON)).toMatchObject({ code: 0 });
    await until(
      () => published(user)?.sessions?.b?.lastProbeResult === "ok",
      () => `b is read: ${JSON.stringify(published(user))}`,
    );
    const [daemon] = daemonsOf(user);
    process.kill(daemon!, "SIGTERM");
    await until(() => daemonsOf(user).length === 0, "the supervisor is gone");
  }, patience(60_000));
});
