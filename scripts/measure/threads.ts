/** Measures how long the threads of all sessions take to list and to find; no Codex runs. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { makeSandbox } from "../../rig/sandbox.ts";
import { writeThread } from "../../rig/threads.ts";
import { median } from "../figures.ts";

/** The measurements with one number of threads. Times are medians. */
export interface ThreadTimes {
  /** The first list, which reads every rollout. */
  readonly coldMs: number;
  readonly listMs: number;
  /** The list right after another thread was begun. */
  readonly changedMs: number;
  /** A command line that goes on with the last thread, without the Codex. */
  readonly resumeMs: number;
  readonly indexMb: number;
}

const SESSIONS = 5;
const RUNS = 15;
const BEGUN = Date.parse("2026-01-01T08:00:00Z");
const APART_MS = 45 * 60_000;
/** Bytes of conversation in a rollout. */
const FILLER = 20_000;

/** Measures with this many threads, spread over five sessions and the days of a year. */
export async function threadTimes(threads: number): Promise<ThreadTimes> {
  const user = makeSandbox({ codex: "none", env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
  try {
    const homes = Array.from({ length: SESSIONS }, (_, index) => user.addAlias(`s${index}`));
    const write = (index: number) =>
      writeThread(homes[index % SESSIONS]!, {
        at: BEGUN + index * APART_MS,
        cwd: join(user.home, `p${index % 20}`),
        words: `do the ${index}th thing`,
        turns: ["done", "limit"],
        isOld: index % 4 === 0,
        filler: FILLER,
      });
    for (let index = 0; index < threads; index++) write(index);
    const timed = async (args: readonly string[]) => {
      const began = performance.now();
      const { code, stderr } = await user.run("compiled", args, { timeoutMs: 120_000 });
      if (code !== 0) throw new Error(`agentlb ${args.join(" ")}: exit ${code}: ${stderr}`);
      return performance.now() - began;
    };
    const medianOf = async (args: readonly string[], before = () => {}) => {
      const times: number[] = [];
      for (let run = 0; run < RUNS; run++) {
        before();
        times.push(await timed(args));
      }
      return median(times);
    };
    const coldMs = await timed(["threads"]);
    let begun = 0;
    return {
      coldMs,
      listMs: await medianOf(["threads"]),
      changedMs: await medianOf(["threads"], () => void write(threads + begun++)),
      resumeMs: await medianOf(["--print-command", "--cmd", "codex", "--", "resume", "--last", "--all"]),
      indexMb: statSync(join(user.root, "state/threads.json")).size / 1e6,
    };
  } finally {
    await user.close();
  }
}
