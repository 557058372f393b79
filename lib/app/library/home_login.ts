import { type ProbeFault, probeText } from "../../core/codex/reasons.ts";
import { Failure } from "../../core/text/failure.ts";
import type { Layout } from "../../core/system/layout.ts";
import { type Renewal, renewalOf } from "../../core/codex/renewal.ts";
import type { Host } from "../../io/host.ts";
import { LoginWatch } from "../codex/login_watch.ts";
import { renewingIn } from "../codex/await_renewal.ts";

/** Checks a home's login for a possible renewal. */
export class HomeLogin {
  readonly home: string;
  readonly #clock: Host["clock"];
  readonly #layout: Layout;
  readonly #watch: LoginWatch;
  readonly #version: string | undefined;

  /** `version` = of the Codex to start there. */
  constructor(clock: Host["clock"], layout: Layout, home: string, version: string | undefined) {
    this.home = home;
    this.#version = version;
    this.#clock = clock;
    this.#layout = layout;
    this.#watch = new LoginWatch(home);
  }

  get workspace(): string | undefined {
    return this.#watch.account.workspace;
  }

  /** The model provider that turns here use in place of a login; undefined when they use the login. */
  get provider(): string | undefined {
    return this.#watch.provider;
  }

  /** Reads the auth file again; returns whether Codex would renew the login now. */
  renewal(version = this.#version): Renewal {
    this.#watch.look();
    return renewalOf(this.#watch.account, this.#clock.now(), version);
  }

  /**
   * Throws Failure while a renewal is possible. Commands wait only for the supervisor's renewals, not for one of this
   * process, and two simultaneous renewals lose a login.
   */
  check(doing: string, version = this.#version): void {
    const isDue = this.renewal(version).kind === "possible";
    if (!isDue && !renewingIn(this.#layout, this.home)) return;
    throw isDue
      ? failure(doing, this.home, "its login is due for renewal, or can't be read", { hint: RENEW })
      : failure(doing, this.home, "the supervisor may be renewing this login");
  }
}

const RENEW = "let the supervisor renew it (agentlb status says so), or start Codex there once";
const LOG_IN = "log in there again: agentlb login <alias>, or codex login";
const HINTS: Readonly<Partial<Record<ProbeFault["kind"], string>>> = {
  loginRequired: LOG_IN,
  tokenRefused: LOG_IN,
  otherHome:
    "a wrapper sets CODEX_HOME there: name the codex behind it, as the option `codex`, or [supervisor] codex in config.toml",
  codexNotFound: "install codex, or name it: the option `codex`, or [supervisor] codex in config.toml",
};

/** The failure of a reading, with its hint. */
export function probeFailure(doing: string, home: string, fault: ProbeFault, cause?: unknown): Failure {
  return failure(doing, home, probeText(fault), { hint: HINTS[fault.kind], cause });
}

/** A failure that names an action and a home. */
export function failure(
  doing: string,
  home: string,
  why: string,
  { hint, cause }: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
): Failure {
  return new Failure("failed", `Cannot ${doing} ${home}: ${why}`, {
    cause,
    ...(hint === undefined ? {} : { hint }),
  });
}
