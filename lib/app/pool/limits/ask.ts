import { noAnswerIn, reasonOf, REASONS } from "../../../core/codex/reasons.ts";
import type { Account } from "../../../core/codex/account.ts";
import { isForbidden } from "../../../core/text/failure.ts";
import type { Flavour } from "../../../core/pool/flavour.ts";
import { type Reading, type Trouble, usageIn } from "../../../core/pool/limits/usage.ts";
import { VERSION } from "../../../core/text/version.ts";
import type { Host } from "../../../io/host.ts";
import { signal } from "../../../io/process/process.ts";
import { JsonRpcClient, RpcClosed, RpcError } from "../../../io/rpc.ts";
import type { Child } from "../../../io/process/spawn.ts";
import { type Home, plainEnvironment } from "./temp_home.ts";

/** How to ask one account through an app-server. */
export interface Question {
  readonly flavour: Flavour;
  readonly codex: string;
  readonly home: Home;
  /** Where it is started. */
  readonly folder: string;
  readonly account: Account;
  readonly timeoutMs: number;
  readonly interrupted: AbortSignal;
}

type Around = Pick<Host, "clock" | "spawn" | "env" | "platform">;

/** An app-server gets no signal in its first minute, even though ours can't renew a login. */
const UNTOUCHABLE_MS = 60_000;
const GRACE_MS = 2000;

/** Asks; `gone` resolves when the app-server has ended, which one that was never answered does only when it is made to. */
export async function ask(
  host: Around,
  question: Question,
): Promise<{ reading: Reading; gone: Promise<void> }> {
  const { codex, home, folder, timeoutMs, interrupted } = question;
  const { clock } = host;
  const env = { ...plainEnvironment(host), ...home.variables };
  const launch = { file: codex, args: ["app-server", "--listen", "stdio://"], env, cwd: folder };
  const startedAt = clock.monotonic();
  const child = host.spawn(launch);
  const limit = new AbortController();
  const stop = () => limit.abort();
  interrupted.addEventListener("abort", stop);
  const reading = await Promise.race([
    converse(new JsonRpcClient(child, () => {}), question),
    clock.sleep(timeoutMs, limit.signal).then(() =>
      failed("network", noAnswerIn(Math.round(timeoutMs / 1000)))
    ),
  ]);
  interrupted.removeEventListener("abort", stop);
  limit.abort();
  child.closeStdin();
  return { reading, gone: ending(host, child, startedAt) };
}

async function converse(rpc: JsonRpcClient, { flavour, account }: Question): Promise<Reading> {
  try {
    await rpc.request("initialize", { clientInfo: { name: `agentlb-${flavour.name}`, version: VERSION } });
    const answer = usageIn(await rpc.request("account/rateLimits/read", { excludeResetCreditDetails: true }));
    if (answer === undefined) return failed("other", REASONS.notUnderstood);
    const { usage, accountId } = answer;
    const isOther = accountId !== undefined && account.workspace !== undefined &&
      accountId !== account.workspace;
    if (isOther) return failed("other", REASONS.otherAccount);
    if (usage.windows.length === 0 && !usage.isBlocked) {
      return { kind: "unlimited", reason: "not available for this account" };
    }
    return { kind: "limits", usage, source: { by: "codex" } };
  } catch (error) {
    if (error instanceof RpcError) return ofReason(reasonOf(error.fault));
    if (!(error instanceof RpcClosed)) return failed("other", REASONS.notUnderstood);
    if (!("error" in error.exit)) return failed("codex", REASONS.ended);
    if (isForbidden(error.exit.error)) throw error.exit.error;
    return failed("codex", REASONS.codexNotFound);
  }
}

function ofReason(reason: string): Reading {
  switch (reason) {
    case REASONS.apiKey:
      return { kind: "unlimited", reason };
    case REASONS.loginRequired:
    case REASONS.tokenRefused:
      return failed("login", reason);
    case REASONS.noNetwork:
      return failed("network", reason);
    default:
      return failed(reason.startsWith("usage service") ? "network" : "other", reason);
  }
}

function failed(trouble: Trouble, reason: string): Reading {
  return { kind: "failed", trouble, reason };
}

async function ending({ clock }: Pick<Host, "clock">, child: Child, startedAt: number): Promise<void> {
  const gone = new AbortController();
  const exited = child.exited.then(() => gone.abort());
  await Promise.race([exited, clock.sleep(startedAt + UNTOUCHABLE_MS - clock.monotonic(), gone.signal)]);
  for (const name of ["SIGTERM", "SIGKILL"] as const) {
    if (gone.signal.aborted || child.pid === undefined) break;
    signal(-child.pid, name);
    await Promise.race([exited, clock.sleep(GRACE_MS, gone.signal)]);
  }
}
