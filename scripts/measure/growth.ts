/** Measures the cost of the supervisor and the commands with few and many sessions; a shell script acts as Codex. */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { ORDINARY } from "../../rig/backend/account.ts";
import { authFileText, mintTokens } from "../../rig/backend/token.ts";
import { supervisorOf } from "../../rig/leftover.ts";
import { makeSandbox, type Sandbox } from "../../rig/sandbox.ts";
import { median } from "../figures.ts";
import { cpuSecOf, rssMbOf } from "./processes.ts";

/** The measurements with one number of sessions. */
export interface Growth {
  readonly sessions: number;
  /** The number of sessions with a reading at the end, and the time until then. */
  readonly read: number;
  readonly readSec: number;
  /** CPU of the supervisor for the first readings. */
  readonly readCpuSec: number;
  readonly rssMb: number;
  /** CPU of the supervisor, percent of a core. */
  readonly restPercent: number;
  readonly pickedPercent: number;
  /** Medians; undefined = it did not end in time. */
  readonly pickMs: number;
  readonly statusMs: number;
  readonly whySec: number | undefined;
}

const READ_LIMIT_MS = 120_000;
const WHY_LIMIT_MS = 60_000;
const RUNS = 11;

/** Speaks JSON-RPC as `codex app-server` does: a handshake and a reading. */
const CODEX = `#!/bin/sh
while IFS= read -r line; do
  id=\${line#*'"id":'}
  id=\${id%%[!0-9]*}
  case "$line" in
    *'"initialize"'*) echo "{\\"id\\":$id,\\"result\\":{}}" ;;
    *'"account/rateLimits/read"'*)
      echo "{\\"id\\":$id,\\"result\\":{\\"rateLimits\\":{\\"limitId\\":\\"codex\\",\\"limitName\\":null,\\"primary\\":{\\"usedPercent\\":$(($$ % 90)),\\"windowDurationMins\\":300,\\"resetsAt\\":4102444800},\\"secondary\\":{\\"usedPercent\\":$(($$ % 70)),\\"windowDurationMins\\":10080,\\"resetsAt\\":4102444800},\\"planType\\":\\"pro\\"}}}" ;;
  esac
done
`;

/** Measures with this number of sessions, for `restSec` at rest and as long after a pick. */
export async function growthOf(sessions: number, restSec: number): Promise<Growth> {
  const user = makeSandbox({
    codex: "none",
    env: { AGENTLB_DAEMON_START_TIMEOUT_MS: "60000" },
    leaveMs: 60_000,
  });
  try {
    writeFileSync(join(user.bin, "codex"), CODEX);
    chmodSync(join(user.bin, "codex"), 0o755);
    for (let index = 0; index < sessions; index++) {
      const alias = `s${String(index).padStart(4, "0")}`;
      const tokens = mintTokens(alias, ORDINARY, ORDINARY.accessTtlSec, `growth-${alias}`);
      user.addAlias(alias, { authFile: authFileText(tokens, alias, "http://127.0.0.1:9") });
    }
    const began = performance.now();
    const { code, stderr } = await user.run("compiled", ["supervisor", "start", "--background"], {
      timeoutMs: 90_000,
    });
    const pid = supervisorOf(user.root);
    if (code !== 0 || pid === undefined) throw new Error(`no supervisor could be started: ${stderr}`);
    let read = 0;
    while (read < sessions && performance.now() - began < READ_LIMIT_MS) {
      await wait(sessions < 100 ? 20 : 250);
      read = readings(user.root);
    }
    const readSec = (performance.now() - began) / 1000;
    const readCpuSec = cpuSecOf(pid);
    await wait(3000);
    const restPercent = await cpuPercent(pid, restSec);
    const rssMb = rssMbOf(pid);
    await timed(user, ["--print-command"]);
    const pickedPercent = await cpuPercent(pid, restSec);
    const pickMs = await medianOf(user, ["pick"]);
    const statusMs = await medianOf(user, ["status"]);
    return {
      sessions,
      read,
      readSec,
      readCpuSec,
      rssMb,
      restPercent,
      pickedPercent,
      pickMs,
      statusMs,
      whySec: await timed(user, ["why"], WHY_LIMIT_MS).then((ms) => ms / 1000, () => undefined),
    };
  } finally {
    await user.close();
  }
}

async function cpuPercent(pid: number, seconds: number): Promise<number> {
  const [before, began] = [cpuSecOf(pid), performance.now()];
  await wait(seconds * 1000);
  return (cpuSecOf(pid) - before) / ((performance.now() - began) / 1000) * 100;
}

async function medianOf(user: Sandbox, args: readonly string[]): Promise<number> {
  const took: number[] = [];
  for (let run = 0; run < RUNS; run++) took.push(await timed(user, args));
  return median(took);
}

/** The duration of a command in milliseconds; throws if it fails or takes too long. */
async function timed(user: Sandbox, args: readonly string[], timeoutMs = 60_000): Promise<number> {
  const began = performance.now();
  const { code, stderr } = await user.run("compiled", args, { timeoutMs });
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stderr}`);
  return performance.now() - began;
}

/** The number of sessions with a reading in status.json. */
function readings(root: string): number {
  try {
    return readFileSync(join(root, "status.json"), "utf8").split('"lastProbeResult": "ok"').length - 1;
  } catch {
    return 0; // not written yet
  }
}
