import type { Cost } from "../../core/quota/cost.ts";
import type { SessionStatus } from "../../core/session/status.ts";
import { isSameJson } from "../../core/text/json.ts";
import { Costs } from "./costs.ts";

/** The status of one alias, internal and as published. */
interface Entry {
  readonly session: SessionStatus;
  readonly cost: Cost | undefined;
  readonly published: SessionStatus;
}

/** The status entries of all aliases. Updates only the changed ones and the costs of their accounts. */
export class Entries {
  readonly #costs = new Costs();
  readonly #entries = new Map<string, Entry>();
  /** The aliases of each account. */
  readonly #byAccount = new Map<string, readonly string[]>();
  #all: ReadonlyMap<string, SessionStatus> = new Map();

  /** The published entries by alias; the same map object until something changes. */
  get all(): ReadonlyMap<string, SessionStatus> {
    return this.#all;
  }

  /** Updates the entries of some aliases; undefined = the alias is gone. */
  note(sessions: Iterable<readonly [string, SessionStatus | undefined]>, nowMs: number): void {
    const aliases = new Set<string>();
    const accounts = new Set<string>();
    for (const [alias, session] of sessions) {
      const before = this.#entries.get(alias);
      if (isSameJson(before?.session, session)) continue;
      aliases.add(alias);
      this.#move(alias, before?.session.account, session?.account);
      for (const account of [before?.session.account, session?.account]) {
        if (account !== undefined) accounts.add(account);
      }
      if (session === undefined) this.#entries.delete(alias);
      else this.#entries.set(alias, { session, cost: undefined, published: session });
    }
    if (aliases.size === 0) return;
    for (const account of accounts) {
      const these = this.#aliasesOf(account);
      this.#costs.note(account, these.map((alias) => this.#entries.get(alias)!.session), nowMs);
      for (const alias of these) {
        if (this.#entries.get(alias)!.cost !== this.#costs.of(account)) aliases.add(alias);
      }
    }
    for (const alias of aliases) this.#price(alias);
    this.#all = new Map(Array.from(this.#entries, ([alias, { published }]) => [alias, published]));
  }

  #move(alias: string, from: string | undefined, to: string | undefined): void {
    if (from === to) return;
    const left = this.#aliasesOf(from).filter((other) => other !== alias);
    if (from !== undefined && left.length > 0) this.#byAccount.set(from, left);
    else if (from !== undefined) this.#byAccount.delete(from);
    if (to !== undefined) this.#byAccount.set(to, [...this.#aliasesOf(to), alias]);
  }

  #aliasesOf(account: string | undefined): readonly string[] {
    return (account === undefined ? undefined : this.#byAccount.get(account)) ?? [];
  }

  #price(alias: string): void {
    const entry = this.#entries.get(alias);
    if (entry === undefined) return;
    const { session } = entry;
    const cost = this.#costs.of(session.account);
    this.#entries.set(alias, { session, cost, published: withCost(session, cost) });
  }
}

/** The session with this cost; the same object where nothing changes. */
function withCost(session: SessionStatus, cost: Cost | undefined): SessionStatus {
  const { cost: known, ...rest } = session;
  if (known === cost) return session;
  return cost === undefined ? rest : { ...rest, cost };
}
