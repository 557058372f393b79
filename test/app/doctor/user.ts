import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { examine } from "../../../lib/app/doctor/doctor.ts";
import type { CheckName } from "../../../lib/core/doctor/checks.ts";
import { renderOwnRecord } from "../../../lib/core/supervisor/own_record.ts";
import { renderIdentity } from "../../../lib/core/system/identity.ts";
import { VERSION } from "../../../lib/core/text/version.ts";
import { ownIdentity } from "../../../lib/io/process/process.ts";
import { FakeClock } from "../../../rig/clock.ts";
import { authFile } from "../supervisor/supervised.ts";
import { type Given, type World, world } from "../world.ts";

export const NO_DAEMON = "[features]\ndaemon_auto_start = false\n";
export const says = (line: string) => () => ({ exit: { code: 0 }, stdout: `${line}\n`, stderr: "" });
export const capture = says("codex-cli 0.169.0");

/** A user for whom nothing is to be mended. */
export function healthy(): World {
  const user = world();
  user.session("a", {
    "auth.json": authFile("a", new FakeClock()),
    "config.toml": NO_DAEMON,
  });
  for (const folder of [user.layout.sessionStates, user.layout.locks]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  user.status({ a: { lastProbeResult: "ok" } });
  chmodSync(user.layout.status, 0o600);
  return user;
}

export async function findings(user: World, given: Given = {}) {
  return await examine(
    user.host({ capture, ...given, env: { AGENTLB_SUPERVISOR_DISABLED: "", ...given.env } }),
    user.layout,
  );
}

export async function faults(user: World, given: Given = {}): Promise<CheckName[]> {
  return (await findings(user, given)).filter(({ severity }) => severity === "fault").map(({ check }) =>
    check
  );
}

/** A supervisor that lives: this very process, with this record. */
export function supervised(
  user: World,
  has: { codex?: string; proxy?: string },
  trouble?: "codex" | "network",
  version = VERSION,
) {
  const self = ownIdentity();
  writeFileSync(user.layout.supervisorLock, renderIdentity({ ...self, version, exe: "" }));
  const record = renderOwnRecord({
    pid: self.pid,
    startedMs: user.now,
    version: VERSION,
    origin: { cwd: "/", program: "cron", isReplacement: false },
    has: {
      codex: has.codex ?? join(user.bin, "codex"),
      path: "",
      proxies: has.proxy === undefined ? {} : { http_proxy: has.proxy },
      network: "",
    },
    trouble: trouble && { kind: trouble, sinceMs: user.now },
  });
  user.write(record, "state", "supervisor.json");
}
