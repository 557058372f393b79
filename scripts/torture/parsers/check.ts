import process from "node:process";
import { Failure } from "../../../lib/core/text/failure.ts";
import { chanceFrom, fingerprint, inputFrom, type Sources } from "./inputs.ts";

/** A parser, or several of one kind, and what is to hold of it. */
export interface Subject extends Sources {
  readonly name: string;
  /** Gives one input to the parser. Throws `Broken` when what came out is wrong. */
  take(input: string): void | Promise<void>;
  /** Errors with which the parser refuses an input beside `Failure`. */
  readonly refusals?: readonly (abstract new (...args: never[]) => Error)[];
}

/** What a parser gave back contradicts its promise. */
export class Broken extends Error {}

/** Throws `Broken` unless the two have the same JSON. */
export function same(what: string, one: unknown, other: unknown): void {
  const [a, b] = [one, other].map((value) =>
    JSON.stringify(value, (_, each) => {
      if (typeof each === "bigint") return `${each}n`;
      if (each instanceof Map) return ["map", ...each];
      return each instanceof Set ? ["set", ...each] : each;
    })
  );
  if (a !== b) throw new Broken(`${what}: ${a?.slice(0, 300)} is not ${b?.slice(0, 300)}`);
}

export interface Checked {
  readonly name: string;
  /** Distinct inputs. */
  readonly inputs: number;
  readonly refused: number;
  readonly slowestMs: number;
  readonly failures: readonly string[];
}

/** The longest time that one input may take, on a quiet machine. */
const LIMIT_MS = 50;

/** Gives a parser so many different inputs; `noted` is called once a while. */
export async function check(
  subject: Subject,
  { inputs, seed, noted = () => {}, mostFailures = 5 }: {
    readonly inputs: number;
    readonly seed: number;
    readonly mostFailures?: number;
    readonly noted?: (count: number) => void;
  },
): Promise<Checked> {
  const chance = chanceFrom(seed);
  const seen = new Set<number>();
  const failures: string[] = [];
  let [refused, slowestMs, repeated] = [0, 0, 0];
  while (seen.size < inputs && failures.length < mostFailures && repeated < 10 * inputs) {
    // The seeds come first, as they are.
    const input = seen.size < subject.seeds.length && repeated === 0
      ? subject.seeds[seen.size]!
      : inputFrom(subject, chance);
    const print = fingerprint(input);
    if (seen.has(print)) {
      repeated++;
      continue;
    }
    seen.add(print);
    if (seen.size % 500 === 0) noted(seen.size);
    const began = performance.now();
    const outcome = await taken(subject, input);
    if (outcome === "refused") refused++;
    else if (outcome !== "taken") failures.push(`${subject.name}: ${outcome} for ${shown(input)}`);
    if (performance.now() - began <= LIMIT_MS / 2) continue;
    const ms = await cpuMs(subject, input);
    slowestMs = Math.max(slowestMs, ms);
    if (ms > LIMIT_MS) failures.push(`${subject.name}: ${ms.toFixed(0)} ms for ${shown(input)}`);
  }
  if (seen.size < inputs && failures.length === 0) failures.push(`${subject.name}: only ${seen.size} inputs`);
  return { name: subject.name, inputs: seen.size, refused, slowestMs: Math.round(slowestMs), failures };
}

async function taken(subject: Subject, input: string): Promise<string> {
  try {
    await subject.take(input);
    return "taken";
  } catch (thrown) {
    if (thrown instanceof Broken) return thrown.message;
    if (thrown instanceof Failure) return "refused";
    // The class itself: a RangeError is an Error too.
    if ((subject.refusals ?? []).some((kind) => (thrown as Error)?.constructor === kind)) return "refused";
    const { stack, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
    return `crash: ${message.slice(0, 200)} ${stack?.split("\n").slice(0, 4).join(" ").slice(0, 400)}`;
  }
}

/** The least processor time of several tries: what else the machine does counts for none of them. */
async function cpuMs(subject: Subject, input: string): Promise<number> {
  let least = Infinity;
  for (let left = 6; left > 0 && least > LIMIT_MS && (left === 6 || least < 10 * LIMIT_MS); left--) {
    const before = process.cpuUsage();
    await taken(subject, input);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

function shown(input: string): string {
  const text = JSON.stringify(input);
  return text.length > 500 ? `${text.slice(0, 300)}…${text.slice(-150)} (${input.length} characters)` : text;
}
