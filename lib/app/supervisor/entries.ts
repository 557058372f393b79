import type { Cost } from "../../core/quota/cost.ts";
import type { SessionStatus } from "../../core/session/status.ts";
import { definedFields } from "../../core/text/json.ts";
import { Costs } from "./costs.ts";

/** The status of one alias, internal and as published. */
interface Entry {
  readonly session: SessionStatus;
  /** The status as JSON, to detect changes. */
  readonly text: string;
  readonly cost: Cost | undefined;
  readonly published: SessionStatus;
}

/** The status entries of all aliases. Updates only the changed ones and the costs of their accounts. */
export class Entries {
  readonly #costs = new Costs();
  readonly #entries = new Map<string, Entry>();
  /** The aliases of each account. */
  readonly #byAccount = new Map<string, Set<string>>();
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
      const text = session === undefined ? undefined : JSON.stringify(session);
      if (text === before?.text) continue;
      aliases.add(alias);
      this.#move(alias, before?.session.account, session?.account);
      for (const account of [before?.session.account, session?.account]) {
        if (account !== undefined) accounts.add(account);
      }
      if (session === undefined || text === undefined) this.#entries.delete(alias);
      else this.#entries.set(alias, { session, text, cost: undefined, published: session });
    }
    if (aliases.size === 0) return;
    for (const account of accounts) {
      const these = [...this.#byAccount.get(account) ?? []];
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
    const left = from === undefined ? undefined : this.#byAccount.get(from);
    left?.delete(alias);
    if (from !== undefined && left?.size === 0) this.#byAccount.delete(from);
    if (to !== undefined) this.#byAccount.set(to, (this.#byAccount.get(to) ?? new Set()).add(alias));
  }

  #price(alias: string): void {
    const entry = this.#entries.get(alias);
    if (entry === undefined) return;
    const { session } = entry;
    const { cost: _, ...rest } = session;
    const cost = this.#costs.of(session.account);
    this.#entries.set(alias, { ...entry, cost, published: { ...rest, ...definedFields({ cost }) } });
  }
}
