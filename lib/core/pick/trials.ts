import type { Rate } from "../quota/cost.ts";
import {
  compareEntries,
  type Contestant,
  type Entry,
  entryOf,
  judgedOf,
  sharedLeases,
  turnsIn,
  type Wish,
} from "./decide.ts";
import { modeOf } from "./policies/adaptive.ts";
import type { Mode } from "./policies/contender.ts";
import { figureOf, isFitting, type Standard, usualOf } from "./policy.ts";
import type { ScoreSettings } from "./settings.ts";

/** A contender with its figure. */
interface Ranked {
  readonly entry: Entry;
  readonly figure: number;
}

/** The contenders that a trial does not touch, and what work usually costs in its whole field. */
interface Others {
  readonly usual: Rate;
  readonly count: number;
  /** In how many of them a session more would last long enough. */
  readonly fitting: number;
  best(standard: Standard): Ranked | undefined;
}

/**
 * Says again and again who would be picked if one contestant were otherwise. That is what `decide` would say; but only
 * this contestant, and those that share its account when its turns are others, are judged anew. The rest is compared once.
 */
export class Trials {
  readonly #contestants: readonly Contestant[];
  readonly #nowMs: number;
  readonly #settings: ScoreSettings;
  readonly #wish: Wish;
  readonly #indexOf: ReadonlyMap<string, number>;
  readonly #leases: ReadonlyMap<string, number>;
  /** Of each contestant, in their order; undefined = it may not be picked. */
  readonly #entries: readonly (Entry | undefined)[];
  readonly #field: readonly Entry[];
  readonly #usual: Rate;
  readonly #byAccount = new Map<string, Contestant[]>();
  /** The field in the order in which it would be picked, by what `adaptive` does. */
  readonly #sorted = new Map<Mode | undefined, readonly Ranked[]>();
  #last: { readonly key: string; readonly others: Others } | undefined;

  constructor(contestants: readonly Contestant[], nowMs: number, settings: ScoreSettings, wish: Wish) {
    this.#contestants = contestants;
    this.#nowMs = nowMs;
    this.#settings = settings;
    this.#wish = wish;
    this.#indexOf = new Map(contestants.map(({ alias }, index) => [alias, index]));
    this.#leases = sharedLeases(contestants);
    this.#entries = contestants.map((each) => this.#entry(each, this.#leases.get(each.alias) ?? 0));
    this.#field = this.#entries.filter((entry) => entry !== undefined);
    this.#usual = usualOf(this.#field);
    for (const each of contestants) {
      const { account } = each.status;
      if (account === undefined) continue;
      const sharing = this.#byAccount.get(account);
      if (sharing === undefined) this.#byAccount.set(account, [each]);
      else sharing.push(each);
    }
  }

  /** Who would be picked on merit if the contestant of this alias were this one. Its account is the same. */
  winner(changed: Contestant): string | undefined {
    const touched = this.#touched(changed);
    const entries = touched.flatMap(({ contestant, leases }) => this.#entry(contestant, leases) ?? []);
    const others = this.#others(touched.map(({ contestant }) => contestant.alias), entries);
    const { policy, mode } = this.#wish;
    const { usual } = others;
    const fitting = () => others.fitting + entries.filter((entry) => isFitting(entry, usual)).length;
    const next = policy === "adaptive" ? modeOf(mode, fitting(), others.count + entries.length) : undefined;
    const standard = { usual, ...(next === undefined ? {} : { mode: next }) };
    const first = entries.reduce<Ranked | undefined>(
      (best, entry) => this.#better(best, this.#ranked(entry, standard)),
      others.best(standard),
    );
    return first?.entry.verdict.alias;
  }

  /** The changed contestant and all that are judged otherwise for it, with the leases that count against each. */
  #touched(changed: Contestant): { readonly contestant: Contestant; readonly leases: number }[] {
    const { alias, status: { account } } = changed;
    const before = this.#contestants[this.#indexOf.get(alias)!]!;
    const more = loadOf(changed) - loadOf(before);
    const old = this.#leases.get(alias) ?? 0;
    if (account === undefined) return [{ contestant: changed, leases: changed.leases ?? 0 }];
    const own = { contestant: changed, leases: old + turnsIn(before) + more - turnsIn(changed) };
    if (more === 0) return [own];
    return this.#byAccount.get(account)!.map((each) =>
      each.alias === alias ? own : { contestant: each, leases: this.#leases.get(each.alias)! + more }
    );
  }

  #others(touched: readonly string[], entries: readonly Entry[]): Others {
    const key = JSON.stringify([touched, entries.map(({ candidate }) => candidate.alias)]);
    if (this.#last?.key !== key) this.#last = { key, others: this.#othersAnew(touched, entries) };
    return this.#last.others;
  }

  #othersAnew(touched: readonly string[], entries: readonly Entry[]): Others {
    const aside = new Set(touched);
    const own = new Map(entries.map((entry) => [entry.candidate.alias, entry]));
    const usual = this.#wish.policy === "score" ? this.#usual : usualOf(
      // In the order of the contestants, so that a sum is the same to the last digit.
      this.#contestants.flatMap(({ alias }, index) =>
        (aside.has(alias) ? own.get(alias) : this.#entries[index]) ?? []
      ),
    );
    const isUsual = usual.short === this.#usual.short && usual.long === this.#usual.long;
    const rest = this.#field.filter(({ candidate }) => !aside.has(candidate.alias));
    const best = (standard: Standard) =>
      isUsual
        ? this.#order(standard).find(({ entry }) => !aside.has(entry.candidate.alias))
        : rest.reduce<Ranked | undefined>(
          (first, entry) => this.#better(first, this.#ranked(entry, standard)),
          undefined,
        );
    const found = new Map<Mode | undefined, Ranked | undefined>();
    return {
      usual,
      count: rest.length,
      fitting: this.#wish.policy === "adaptive" ? rest.filter((entry) => isFitting(entry, usual)).length : 0,
      best(standard) {
        if (!found.has(standard.mode)) found.set(standard.mode, best(standard));
        return found.get(standard.mode);
      },
    };
  }

  #order(standard: Standard): readonly Ranked[] {
    let sorted = this.#sorted.get(standard.mode);
    if (sorted === undefined) {
      sorted = this.#field.map((entry) => this.#ranked(entry, standard)).sort((a, b) => this.#compare(a, b));
      this.#sorted.set(standard.mode, sorted);
    }
    return sorted;
  }

  #entry(contestant: Contestant, leases: number): Entry | undefined {
    const judged = judgedOf(contestant, leases, this.#nowMs, this.#settings, this.#wish);
    return entryOf(contestant, judged, this.#nowMs, this.#wish);
  }

  #ranked(entry: Entry, standard: Standard): Ranked {
    return { entry, figure: figureOf(this.#wish.policy, entry, this.#nowMs, standard) };
  }

  #better(a: Ranked | undefined, b: Ranked): Ranked {
    return a === undefined || this.#compare(b, a) < 0 ? b : a;
  }

  #compare(a: Ranked, b: Ranked): number {
    return compareEntries(a.entry, b.entry, this.#wish, a.figure, b.figure);
  }
}

/** What a contestant adds to what is under way in its account. */
function loadOf(contestant: Contestant): number {
  return turnsIn(contestant) + (contestant.leases ?? 0);
}
