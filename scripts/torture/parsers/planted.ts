import { type JsonObject, objectOf } from "../../../lib/core/text/json.ts";
import { parseSpan } from "../../../lib/core/text/span.ts";
import { jsonFrom, valuesIn } from "./json_inputs.ts";
import { Broken, check, same, type Subject } from "./check.ts";

const JSON_SEEDS = ['{"round_robin_index":1,"kept":[1,2]}', '{"a":{"b":[{}]}}'];
const SPAN_SEEDS = ["90s", "1h30m", "1d 12h"];

/** Copies of parsers, each with one fault. */
const FAULTS: readonly (Subject & { readonly fault: string; readonly sign: RegExp })[] = [
  {
    fault: "a depth without a bound",
    sign: /crash| \d+ ms for /,
    name: "state",
    seeds: JSON_SEEDS,
    pieces: ['"a":'],
    longest: 2000,
    wellFormed: (chance) => jsonFrom(valuesIn(JSON_SEEDS), chance),
    refusals: [Error, SyntaxError],
    take(input) {
      JSON.stringify(JSON.parse(input), undefined, 2);
    },
  },
  {
    fault: "a pattern that is not linear",
    sign: / \d+ ms for /,
    name: "span",
    seeds: SPAN_SEEDS,
    pieces: ["1", "m", " "],
    longest: 40_000,
    take(input) {
      /^(?:\d+ ?)*$/.test(input.slice(0, 30));
    },
  },
  {
    fault: "a field taken for granted",
    sign: /crash/,
    name: "state",
    seeds: JSON_SEEDS,
    pieces: ['"a":'],
    longest: 2000,
    refusals: [Error, SyntaxError],
    take(input) {
      const file = objectOf(JSON.parse(input)) as JsonObject;
      file.get("round_robin_index");
    },
  },
  {
    fault: "a unit that is lost",
    sign: /is not/,
    name: "span",
    seeds: SPAN_SEEDS,
    pieces: [..."0123456789dhms "],
    longest: 40,
    take(input) {
      const lossy = parseSpan(input.replace(/\d+d/, ""));
      const ms = parseSpan(input);
      if (ms !== undefined) same("span", lossy, ms);
    },
  },
];

/** The faults that the checker finds in the copies; fewer than all = it proves nothing. */
export async function foundFaults(): Promise<{ readonly found: readonly string[]; readonly all: number }> {
  const found: string[] = [];
  for (const { fault, sign, ...subject } of FAULTS) {
    const { failures } = await check(subject, { inputs: 20_000, seed: 7, mostFailures: 1 });
    if (failures.some((failure) => sign.test(failure))) found.push(fault);
  }
  return { found, all: FAULTS.length };
}

/** A parser that never comes back from one of its inputs. */
export const ENDLESS: Subject = {
  name: "endless",
  seeds: ["a", "b", "c"],
  pieces: ["a", "b"],
  longest: 100,
  take(input) {
    for (let at = 0; input.includes("bb");) at++;
    if (input === "never") throw new Broken("cannot be");
  },
};
