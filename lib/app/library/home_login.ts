import { REASONS } from "../../core/codex/reasons.ts";
import { Failure } from "../../core/text/failure.ts";
import type { Layout } from "../../core/system/layout.ts";
import { type Renewal, renewalOf } from "../../core/codex/renewal.ts";
import type { Host } from "../../io/host.ts";
import { LoginWatch } from "../codex/login_watch.ts";
import { renewingIn } from "../codex/await_renewal.ts";

/** The login of a home, as far as it decides what we may do there. */
export class HomeLogin {
  readonly home: string;
  readonly #clock: Host["clock"];
  readonly #layout: Layout;
  readonly #watch: LoginWatch;

  constructor(clock: Host["clock"], layout: Layout, home: string) {
    this.home = home;
    this.#clock = clock;
    this.#layout = layout;
    this.#watch = new LoginWatch(home);
  }

  get workspace(): string | undefined {
    return this.#watch.account.workspace;
  }

  /** Whether Codex would renew it now; the file is looked at again. */
  renewal(): Renewal {
    this.#watch.look();
    return renewalOf(this.#watch.account, this.#clock.now());
  }

  /**
   * Throws Failure while a renewal is possible. A command that starts Codex waits for renewals of the supervisor; of one by
   * us it would not know, and two that renew a login together lose it.
   */
  check(doing: string): void {
    const isDue = this.renewal().kind === "possible";
    if (!isDue && !renewingIn(this.#layout, this.home)) return;
    throw failure(doing, this.home, isDue ? DUE : "the supervisor may be renewing this login");
  }
}

const DUE = "its login is due for renewal, or can't be read";
const LOG_IN = "log in there again: agentlb login <alias>, or codex login";
const HINTS: Readonly<Record<string, string>> = {
  [DUE]: "let the supervisor renew it (agentlb status says so), or start Codex there once",
  [REASONS.loginRequired]: LOG_IN,
  [REASONS.tokenRefused]: LOG_IN,
  [REASONS.codexNotFound]:
    "install codex, or name it: the option `codex`, or [supervisor] codex in config.toml",
};

/** Why something can't be done in a home. */
export function failure(doing: string, home: string, reason: string, cause?: unknown): Failure {
  const hint = HINTS[reason];
  return new Failure("failed", `Cannot ${doing} ${home}: ${reason}`, {
    cause,
    ...(hint === undefined ? {} : { hint }),
  });
}
