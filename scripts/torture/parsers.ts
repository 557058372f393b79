import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { TREE } from "../../rig/codex.ts";
import { commandOf } from "../../rig/program.ts";
import type { Said } from "./parsers/worker.ts";
import type { Row } from "./row.ts";

/** The processor time in which a parser has to get on: a thousand times what it needs. */
const STUCK_SEC = 20;
const STUCK_PLANTED_SEC = 1;
/** What a line that is too long may add to memory. */
const MOST_MB = 200;

/** Parsers of all that comes from outside, given what nobody writes. */
export const parsers: Row = {
  name: "parsers",
  promise: "no text from outside crashes a parser or holds it up for more than 50 ms",
  unit: "inputs",
  async run(size) {
    const isLong = size === "long";
    const [endless, { said, stuckAt, end }] = [
      await work(["0", "1", "endless"], STUCK_PLANTED_SEC),
      await work([isLong ? "1000000" : "20000", isLong ? "2" : "1"], STUCK_SEC),
    ];
    const done = said.flatMap((each) => "done" in each ? [each] : []);
    const planted = said.find((each) => "planted" in each);
    const long = said.find((each) => "longLine" in each);
    const isFound = endless.stuckAt !== undefined && planted !== undefined &&
      planted.planted.length === planted.all;
    return {
      tries: done.reduce((sum, { inputs }) => sum + inputs, 0),
      planted: isFound ? [...planted.planted, "a parser without end"].join(", ") : undefined,
      failures: [
        ...done.flatMap(({ failures }) => failures),
        ...(stuckAt === undefined ? [] : [`stuck: ${stuckAt}`]),
        ...(stuckAt === undefined && end !== 0 ? [`the worker ended with ${end}`] : []),
        ...(long === undefined ? ["no long line was read"] : []),
        ...(long !== undefined && long.grownMb > MOST_MB ? [`a long line takes ${long.grownMb} MB`] : []),
      ],
      figures: {
        parsers: done.length,
        slowestMs: Math.max(0, ...done.map(({ slowestMs }) => slowestMs)),
        longLineMb: long?.longLine ?? 0,
        memoryMb: long?.grownMb ?? 0,
      },
    };
  },
};

interface Worked {
  readonly said: readonly Said[];
  /** The last step of a worker that did not get on. */
  readonly stuckAt: string | undefined;
  readonly end: number | string;
}

/** Runs a worker to its end, or until it took so much processor time without saying anything. */
async function work(words: readonly string[], stuckSec: number): Promise<Worked> {
  const [bun = ""] = commandOf("bun");
  const child = spawn(bun, [join(TREE, "scripts/torture/parsers/worker.ts"), ...words], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said: Said[] = [];
  let [rest, at, usedSec] = ["", "its start", 0];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = `${rest}${text}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const each: Said = JSON.parse(line);
      said.push(each);
      if ("at" in each) at = each.at;
    }
    usedSec = cpuSec(child) ?? usedSec;
  });
  const ended = new Promise<number | string>((resolved, rejected) => {
    child.on("error", rejected);
    child.on("close", (code, signal) => resolved(code ?? signal ?? "nothing"));
  });
  let stuckAt: string | undefined;
  const over = new AbortController();
  const watched = (async () => {
    while (!over.signal.aborted) {
      await wait(200, undefined, { signal: over.signal }).catch(() => {});
      if ((cpuSec(child) ?? 0) - usedSec < stuckSec) continue;
      stuckAt = at;
      child.kill("SIGKILL");
      return;
    }
  })();
  const end = await ended;
  over.abort();
  await watched;
  return { said, stuckAt, end };
}

/** The processor time that a process has used, in seconds; undefined when it is gone, or where there is no /proc. */
function cpuSec({ pid }: ChildProcess): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return undefined;
  }
}
