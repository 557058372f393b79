import type { Account } from "../../../core/codex/account.ts";
import { renewalOf } from "../../../core/codex/renewal.ts";
import { isForbidden } from "../../../core/text/failure.ts";
import type { Flavour } from "../../../core/pool/flavour.ts";
import { NO_LIMITS, type Reading, standingOf, withoutLimits } from "../../../core/pool/limits/reading.ts";
import type { Host } from "../../../io/host.ts";
import { endOf } from "../../codex/app_server.ts";
import { converseWithin, type ProbeOutcome } from "../../codex/conversation.ts";
import { startAppServer } from "../../codex/start_app_server.ts";
import { type Home, plainEnvironment } from "./temp_home.ts";

/** The settings for asking one account through an app-server. */
export interface Question {
  readonly flavour: Flavour;
  readonly codex: string;
  /** The version of this codex; undefined = unknown. */
  readonly version: string | undefined;
  readonly home: Home;
  /** The working directory. */
  readonly folder: string;
  readonly account: Account;
  readonly timeoutMs: number;
  readonly interrupted: AbortSignal;
}

type HostPart = Pick<Host, "clock" | "spawn" | "env" | "platform">;

/** Asks for the limits; `gone` resolves when the app-server has ended, by a signal if a request got no answer. */
export async function ask(
  host: HostPart,
  { flavour, codex, version, home, folder, account, timeoutMs, interrupted }: Question,
): Promise<{ reading: Reading; gone: Promise<void> }> {
  const { clock } = host;
  const started = startAppServer(host, {
    codex,
    env: { ...plainEnvironment(host), ...home.variables },
    cwd: folder,
    purpose: "probe",
    mayRenew: false,
    program: codex,
    client: `agentlb-${flavour.name}`,
  });
  if (!("server" in started)) {
    const exit = await started.failed;
    if ("error" in exit && isForbidden(exit.error)) throw exit.error;
    return { reading: withoutLimits({ kind: "codexNotFound" }), gone: Promise.resolve() };
  }
  const login = {
    renewal: (said = version) => renewalOf(account, clock.now(), said),
    workspace: () => account.workspace,
    isRenewalOff: true, // the home's environment disables it
  } as const;
  const outcome = await converseWithin(started.server, login, clock, timeoutMs, interrupted);
  return { reading: readingOf(outcome, clock.now()), gone: endOf(started.server, clock) };
}

function readingOf(outcome: ProbeOutcome, nowMs: number): Reading {
  if (outcome.kind !== "ok") return withoutLimits(outcome);
  const { readings } = outcome.reading;
  const reading: Reading = { kind: "limits", readings, source: { by: "codex" } };
  return standingOf(reading, nowMs).is === "unknown" ? NO_LIMITS : reading;
}
