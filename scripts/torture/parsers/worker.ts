/** Checks the parsers one after the other: `worker <inputs> <seed> [endless]`. Prints a line for each step. */
import process from "node:process";
import { LineSplitter } from "../../../lib/io/files/lines.ts";
import { check } from "./check.ts";
import { ENDLESS, foundFaults } from "./planted.ts";
import { SUBJECTS } from "./subjects.ts";

/** What the worker says: where it is, or what came of a parser. */
export type Said =
  | { readonly at: string }
  | { readonly planted: readonly string[]; readonly all: number }
  | {
    readonly done: string;
    readonly inputs: number;
    readonly slowestMs: number;
    readonly failures: readonly string[];
  }
  | { readonly longLine: number; readonly grownMb: number };

function say(said: Said): void {
  console.log(JSON.stringify(said));
}

const [inputs = "0", seed = "1", kind = ""] = process.argv.slice(2);
if (kind === "endless") {
  await check(ENDLESS, { inputs: 100, seed: 1, noted: () => {} });
} else {
  const { found, all } = await foundFaults();
  say({ planted: found, all });
  for (const subject of SUBJECTS) {
    say({ at: subject.name });
    const noted = (count: number) => say({ at: `${subject.name}, input ${count}` });
    const { name, ...checked } = await check(subject, { inputs: Number(inputs), seed: Number(seed), noted });
    say({ done: name, inputs: checked.inputs, slowestMs: checked.slowestMs, failures: checked.failures });
  }
  const megabytes = Number(inputs) >= 1_000_000 ? 500 : 64;
  say({ at: `a line of ${megabytes} MB` });
  say({ longLine: megabytes, grownMb: memoryOfLine(megabytes) });
}

/** The megabytes by which memory grows while a line of this size passes; throws unless the next line comes whole. */
function memoryOfLine(megabytes: number): number {
  const splitter = new LineSplitter();
  const chunk = new Uint8Array(1 << 16).fill(97);
  const before = process.memoryUsage.rss();
  let most = before;
  for (let left = megabytes * 16; left > 0; left--) {
    splitter.push(chunk.slice());
    if (left % 64 === 0) most = Math.max(most, process.memoryUsage.rss());
  }
  const rest = splitter.push(new TextEncoder().encode("\nnext\n"));
  if (splitter.dropped !== 1 || rest.join() !== "next") throw new Error("the line behind a long one is lost");
  return Math.round((most - before) / (1 << 20));
}
