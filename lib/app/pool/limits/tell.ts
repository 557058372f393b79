import type { Account } from "../../../core/codex/account.ts";
import { type ProbeResult, probeText } from "../../../core/codex/reasons.ts";
import { wordsOf } from "../../../core/text/failure.ts";
import { layoutOf, rootFrom } from "../../../core/system/layout.ts";
import { type Known, loginKey, mergeKnown } from "../../../core/session/readings_file.ts";
import { accountKey } from "../../../core/codex/account_key.ts";
import type { Reading } from "../../../core/pool/limits/reading.ts";
import { emptySession, type SessionStatus } from "../../../core/session/status.ts";
import { formatTimeMs } from "../../../core/text/time.ts";
import type { Host } from "../../../io/host.ts";
import { publishKnown } from "../../session/readings_file.ts";

/** The reading of one auth file. */
interface Learnt {
  readonly file: string;
  readonly account: Account;
  readonly reading: Reading;
}

/** Writes these readings to readings.json for later picks. A failed write is only a warning. */
export async function tellReadings(
  host: Pick<Host, "clock" | "env" | "err" | "platform" | "random">,
  all: readonly Learnt[],
): Promise<void> {
  try {
    const now = host.clock.now();
    // For two files with the same account, the newer reading counts.
    const news = all.reduce<Known>(
      (known, learnt) => mergeKnown(known, new Map(newsOf(learnt, now)), now),
      new Map(),
    );
    await publishKnown(host, layoutOf(rootFrom(host)), news);
  } catch (error) {
    host.err(`⚠️ what was learnt of the limits is not kept: ${wordsOf(error)}\n`);
  }
}

function newsOf({ file, account, reading }: Learnt, nowMs: number): [string, SessionStatus][] {
  const login = (result: ProbeResult): [string, SessionStatus] => [
    loginKey(file),
    { ...emptySession(), lastProbeAt: formatTimeMs(nowMs), lastProbeResult: probeText(result) },
  ];
  if (reading.kind === "failed" && reading.trouble === "login") {
    return [login({ kind: account.kind === "none" ? "loginRequired" : "tokenRefused" })];
  }
  if (reading.kind !== "limits") return [];
  const { readings: { limits, allowance }, source } = reading;
  const readAt = formatTimeMs(source.by === "worker" ? source.at : nowMs);
  const status: SessionStatus = {
    ...emptySession(),
    rateLimits: limits,
    lastRateLimitUpdateAt: readAt,
    lastProbeAt: readAt,
    lastProbeResult: probeText({ kind: "ok" }),
    ...(Object.keys(allowance).length > 0 ? { allowance } : {}),
  };
  const key = accountKey(account);
  return [
    ...(key === undefined ? [] : [[key, status] as [string, SessionStatus]]),
    // A valid copy in a worker's home does not prove that this file is valid.
    ...(source.by === "codex" ? [login({ kind: "ok" })] : []),
  ];
}
