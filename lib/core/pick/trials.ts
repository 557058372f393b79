import type { Rate } from "../quota/cost.ts";
import {
  type Candidate,
  compareCandidates,
  type DecisionOptions,
  type EligibleCandidate,
  eligibleCandidateOf,
  judgedOf,
  sharedLeases,
  turnsIn,
} from "./decide.ts";
import { modeOf } from "./policies/adaptive.ts";
import type { Mode } from "./policies/scored_candidate.ts";
import { figureOf, isFitting, type Standard, usualOf } from "./policy.ts";
import type { ScoreSettings } from "./settings.ts";

/** A candidate with its figure. */
interface RankedCandidate {
  readonly eligible: EligibleCandidate;
  readonly figure: number;
}

/** The candidates that a trial leaves as they are, and the usual cost of work among all. */
interface Others {
  readonly usual: Rate;
  readonly count: number;
  /** The number of them that have room for one more session. */
  readonly fitting: number;
  best(standard: Standard): RankedCandidate | undefined;
}

/**
 * Returns the pick for many variants of one candidate. The result is that of `decide`, but only the changed candidate,
 * and those that share its account when its turns change, are judged again. The rest is compared once.
 */
export class Trials {
  readonly #candidates: readonly Candidate[];
  readonly #nowMs: number;
  readonly #settings: ScoreSettings;
  readonly #options: DecisionOptions;
  readonly #indexOf: ReadonlyMap<string, number>;
  readonly #leases: ReadonlyMap<string, number>;
  /** One per candidate, in the same order; undefined = it may not be picked. */
  readonly #eligibles: readonly (EligibleCandidate | undefined)[];
  readonly #field: readonly EligibleCandidate[];
  readonly #usual: Rate;
  readonly #byAccount = new Map<string, Candidate[]>();
  /** The eligible candidates in the order of a pick, by the mode of `adaptive`. */
  readonly #sorted = new Map<Mode | undefined, readonly RankedCandidate[]>();
  #last: { readonly key: string; readonly others: Others } | undefined;

  constructor(
    candidates: readonly Candidate[],
    nowMs: number,
    settings: ScoreSettings,
    options: DecisionOptions,
  ) {
    this.#candidates = candidates;
    this.#nowMs = nowMs;
    this.#settings = settings;
    this.#options = options;
    this.#indexOf = new Map(candidates.map(({ alias }, index) => [alias, index]));
    this.#leases = sharedLeases(candidates);
    this.#eligibles = candidates.map((each) => this.#eligible(each, this.#leases.get(each.alias) ?? 0));
    this.#field = this.#eligibles.filter((eligible) => eligible !== undefined);
    this.#usual = usualOf(this.#field);
    for (const each of candidates) {
      const { account } = each.status;
      if (account === undefined) continue;
      const sharing = this.#byAccount.get(account);
      if (sharing === undefined) this.#byAccount.set(account, [each]);
      else sharing.push(each);
    }
  }

  /** The alias picked by the policy when `changed`, of the same account, replaces the candidate of its alias. */
  winner(changed: Candidate): string | undefined {
    const touched = this.#touched(changed);
    const eligibles = touched.flatMap(({ candidate, leases }) => this.#eligible(candidate, leases) ?? []);
    const others = this.#others(touched.map(({ candidate }) => candidate.alias), eligibles);
    const { policy, mode } = this.#options;
    const { usual } = others;
    const fitting = () => others.fitting + eligibles.filter((eligible) => isFitting(eligible, usual)).length;
    const next = policy === "adaptive" ? modeOf(mode, fitting(), others.count + eligibles.length) : undefined;
    const standard = { usual, ...(next === undefined ? {} : { mode: next }) };
    const first = eligibles.reduce<RankedCandidate | undefined>(
      (best, eligible) => this.#better(best, this.#ranked(eligible, standard)),
      others.best(standard),
    );
    return first?.eligible.verdict.alias;
  }

  /** The changed candidate and all whose verdict it affects, with the leases that count against each. */
  #touched(changed: Candidate): { readonly candidate: Candidate; readonly leases: number }[] {
    const { alias, status: { account } } = changed;
    const before = this.#candidates[this.#indexOf.get(alias)!]!;
    const more = loadOf(changed) - loadOf(before);
    const old = this.#leases.get(alias) ?? 0;
    if (account === undefined) return [{ candidate: changed, leases: changed.leases ?? 0 }];
    const own = { candidate: changed, leases: old + turnsIn(before) + more - turnsIn(changed) };
    if (more === 0) return [own];
    return this.#byAccount.get(account)!.map((each) =>
      each.alias === alias ? own : { candidate: each, leases: this.#leases.get(each.alias)! + more }
    );
  }

  #others(touched: readonly string[], eligibles: readonly EligibleCandidate[]): Others {
    const key = JSON.stringify([touched, eligibles.map(({ candidate }) => candidate.alias)]);
    if (this.#last?.key !== key) this.#last = { key, others: this.#othersAnew(touched, eligibles) };
    return this.#last.others;
  }

  #othersAnew(touched: readonly string[], eligibles: readonly EligibleCandidate[]): Others {
    const aside = new Set(touched);
    const own = new Map(eligibles.map((eligible) => [eligible.candidate.alias, eligible]));
    const usual = this.#options.policy === "score" ? this.#usual : usualOf(
      // Keeps the order of the candidates, so that a sum is the same to the last digit.
      this.#candidates.flatMap(({ alias }, index) =>
        (aside.has(alias) ? own.get(alias) : this.#eligibles[index]) ?? []
      ),
    );
    const isUsual = usual.short === this.#usual.short && usual.long === this.#usual.long;
    const rest = this.#field.filter(({ candidate }) => !aside.has(candidate.alias));
    const best = (standard: Standard) =>
      isUsual
        ? this.#order(standard).find(({ eligible }) => !aside.has(eligible.candidate.alias))
        : rest.reduce<RankedCandidate | undefined>(
          (first, eligible) => this.#better(first, this.#ranked(eligible, standard)),
          undefined,
        );
    const found = new Map<Mode | undefined, RankedCandidate | undefined>();
    return {
      usual,
      count: rest.length,
      fitting: this.#options.policy === "adaptive"
        ? rest.filter((eligible) => isFitting(eligible, usual)).length
        : 0,
      best(standard) {
        if (!found.has(standard.mode)) found.set(standard.mode, best(standard));
        return found.get(standard.mode);
      },
    };
  }

  #order(standard: Standard): readonly RankedCandidate[] {
    let sorted = this.#sorted.get(standard.mode);
    if (sorted === undefined) {
      sorted = this.#field.map((eligible) => this.#ranked(eligible, standard)).sort((a, b) =>
        this.#compare(a, b)
      );
      this.#sorted.set(standard.mode, sorted);
    }
    return sorted;
  }

  #eligible(candidate: Candidate, leases: number): EligibleCandidate | undefined {
    const judged = judgedOf(candidate, leases, this.#nowMs, this.#settings, this.#options);
    return eligibleCandidateOf(candidate, judged, this.#options);
  }

  #ranked(eligible: EligibleCandidate, standard: Standard): RankedCandidate {
    return { eligible, figure: figureOf(this.#options.policy, eligible, this.#nowMs, standard) };
  }

  #better(a: RankedCandidate | undefined, b: RankedCandidate): RankedCandidate {
    return a === undefined || this.#compare(b, a) < 0 ? b : a;
  }

  #compare(a: RankedCandidate, b: RankedCandidate): number {
    return compareCandidates(a.eligible, b.eligible, this.#options, a.figure, b.figure);
  }
}

/** The turns and leases that a candidate adds to its account. */
function loadOf(candidate: Candidate): number {
  return turnsIn(candidate) + (candidate.leases ?? 0);
}
