import { probeResultIn } from "../../core/codex/reasons.ts";
import { isSameAccount } from "../../core/codex/account_key.ts";
import type { Config } from "../../core/config/config.ts";
import { wordsOf } from "../../core/text/failure.ts";
import { homeOf, type Layout } from "../../core/system/layout.ts";
import { emptySession, type SessionStatus } from "../../core/session/status.ts";
import type { Children } from "./app_server_record.ts";
import { Keeper } from "./monitor.ts";
import { isLeaving } from "../daemon/removal_notice.ts";
import { aliasesOf } from "../session/sessions.ts";
import type { Asking, Shared } from "./monitor_context.ts";

interface Surroundings {
  readonly layout: Layout;
  readonly children: Children;
  readonly shared: Shared;
  /** What is known from before, by alias. */
  readonly sessions: ReadonlyMap<string, SessionStatus>;
  /** There is an alias, a new one or one that was there before. */
  present(keeper: Keeper, isNew: boolean): void;
  gone(alias: string): void;
}

const PROBES_AT_ONCE = 2;
const MANAGED_AT_MOST = 8;
const ACTIVE_MS = 10 * 60_000;
const RETRY_MS = 5_000;

/** The keepers of all aliases, and of those that are gone until their processes are. */
export class Keepers {
  readonly #around: Surroundings;
  readonly #known: Map<string, SessionStatus>;
  readonly #byAlias = new Map<string, Keeper>();
  #retired: Keeper[] = [];

  constructor(around: Surroundings) {
    this.#around = around;
    this.#known = new Map(around.sessions);
  }

  all(): Keeper[] {
    return [...this.#byAlias.values()];
  }

  of(alias: string): Keeper | undefined {
    return this.#byAlias.get(alias);
  }

  /** Those of aliases that are gone, too. */
  everybody(): Keeper[] {
    return [...this.#byAlias.values(), ...this.#retired];
  }

  /** Brings them up to date with the aliases there are. */
  list(): void {
    const { layout } = this.#around;
    const aliases = aliasesOf(layout).filter((alias) => !isLeaving(layout, alias));
    for (const [alias, keeper] of this.#byAlias) {
      if (!aliases.includes(alias)) this.#drop(alias, keeper);
    }
    for (const alias of aliases) {
      const known = this.#byAlias.get(alias);
      this.#around.present(known ?? this.#admit(alias), known === undefined);
    }
  }

  /** Does all that is due; returns how long nothing else will be. */
  step(): number {
    const urgent = this.all().sort((a, b) => a.urgency() - b.urgency());
    const waits = [...urgent, ...this.#retired].map((keeper) => this.#step(keeper));
    this.#retired = this.#retired.filter((keeper) => keeper.isBusy());
    return Math.min(...waits, Infinity);
  }

  /** Chooses whose app-servers stay: by the user's wish, or of those at work the latest. */
  manage(managed: Config["supervisor"]["managed"]): void {
    const now = this.#around.shared.host.clock.now();
    if (managed !== "active") {
      for (const keeper of this.all()) keeper.isManaged = managed === "all";
      return;
    }
    const active = this.all()
      .filter(({ dossier }) => dossier.isOpen || Math.abs(now - dossier.pickedAt) < ACTIVE_MS)
      .sort(({ dossier: a }, { dossier: b }) => (b.isOpen ? now : b.pickedAt) - (a.isOpen ? now : a.pickedAt))
      .slice(0, MANAGED_AT_MOST);
    for (const keeper of this.all()) keeper.isManaged = active.includes(keeper);
  }

  /** Whether an app-server of ours, kept by `asking` or by another, uses the account of `asking`. */
  isTaken(asking: Asking): boolean {
    const sharing = this.sharing(asking);
    return sharing.some((other) => other.isBusy()) ||
      this.#around.children.orphans().some(({ auth, alias }) =>
        auth === asking.login.path || sharing.some((other) => other.alias === alias)
      );
  }

  /** All keepers of this account, `asking` itself too: by the file, or by what copies of it say. */
  sharing({ login: { path, account } }: Asking): Keeper[] {
    return this.everybody().filter(({ login }) =>
      login.path === path || isSameAccount(login.account, account)
    );
  }

  /** What status.json says of them. */
  sessions(): Map<string, SessionStatus> {
    return new Map([...this.#byAlias].map(([alias, keeper]) => [alias, keeper.session()]));
  }

  #admit(alias: string): Keeper {
    const { layout, shared } = this.#around;
    const known = this.#known.get(alias) ?? emptySession();
    this.#known.delete(alias); // a later alias of that name is another one
    // Why there was no reading then says nothing about now.
    const isRead = probeResultIn(known.lastProbeResult)?.kind === "ok";
    const lastProbeResult = isRead ? known.lastProbeResult : "";
    const keeper = new Keeper(alias, homeOf(layout, alias), { ...known, lastProbeResult }, shared);
    this.#byAlias.set(alias, keeper);
    return keeper;
  }

  #drop(alias: string, keeper: Keeper): void {
    keeper.isManaged = false;
    keeper.retire();
    this.#byAlias.delete(alias);
    this.#retired.push(keeper);
    this.#around.gone(alias);
  }

  /** One alias' trouble is not the others'. */
  #step(keeper: Keeper): number {
    try {
      return keeper.step(this.#hasSlot());
    } catch (error) {
      const { journal } = this.#around.shared;
      journal.note("trouble with a session", { alias: keeper.alias, why: wordsOf(error) });
      return RETRY_MS;
    }
  }

  #hasSlot(): boolean {
    return this.all().filter((keeper) => keeper.isProbing()).length < PROBES_AT_ONCE;
  }
}
