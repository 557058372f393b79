/** A user with sessions that have readings and with a living supervisor, to measure commands in. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ORDINARY } from "../../rig/backend/account.ts";
import { authFileText, mintTokens } from "../../rig/backend/token.ts";
import { processesOf, supervisorOf } from "../../rig/leftover.ts";
import { makeSandbox, type Sandbox } from "../../rig/sandbox.ts";
import { until } from "../../rig/until.ts";

export interface BenchUser {
  readonly sandbox: Sandbox;
  readonly supervisor: number;
  close(): Promise<void>;
}

/**
 * Makes the user and lets a real supervisor take a reading of every session from a fake Codex. Then the supervisor is
 * paused: it counts as living, but does not compete with what is measured.
 */
export async function benchUser(sessions: number): Promise<BenchUser> {
  const patience = { AGENTLB_DAEMON_START_TIMEOUT_MS: "30000", AGENTLB_PROBE_LIFETIME_SEC: "60" };
  const sandbox = makeSandbox({ codex: "fake", env: patience });
  let supervisor: number | undefined;
  const close = async () => {
    if (supervisor !== undefined) process.kill(supervisor, "SIGCONT");
    await sandbox.close();
  };
  try {
    const aliases = Array.from({ length: sessions }, (_, index) => `s${String(index).padStart(3, "0")}`);
    for (const alias of aliases) {
      const tokens = mintTokens(alias, ORDINARY, ORDINARY.accessTtlSec, `bench-${alias}`);
      sandbox.addAlias(alias, { authFile: authFileText(tokens, alias, "http://127.0.0.1:9") });
    }
    const { code, stderr } = await sandbox.run("compiled", ["supervisor", "start", "--background"], {
      timeoutMs: 60_000,
    });
    supervisor = supervisorOf(sandbox.root);
    if (code !== 0 || supervisor === undefined) throw new Error(`no supervisor could be started: ${stderr}`);
    await until(
      () => readings(sandbox.root) === sessions && processesOf(sandbox.home).length === 1,
      () => `${sessions} readings, but ${readings(sandbox.root)}`,
      300_000,
    );
    process.kill(supervisor, "SIGSTOP");
    return { sandbox, supervisor, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The number of sessions with a reading in status.json. */
function readings(root: string): number {
  try {
    const { sessions } = JSON.parse(readFileSync(join(root, "status.json"), "utf8"));
    const all: { lastProbeResult: string }[] = Object.values(sessions);
    return all.filter(({ lastProbeResult }) => lastProbeResult === "ok").length;
  } catch {
    return 0; // not written yet
  }
}
