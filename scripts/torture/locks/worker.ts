/**
 * Counts under the lock, one step after the other, until the file `stop` is there: `worker <name> <folder> <chance>
 * [unlocked]`. At each step it kills itself with that chance. Runs on all runtimes.
 */
import { appendFileSync, closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { replaceFile } from "../../../lib/io/files/replace.ts";
import { withLock } from "../../../lib/io/lock/lock.ts";

const [name = "", folder = "", chance = "0", mode] = process.argv.slice(2);
const [state, witness] = [join(folder, "state.json"), join(folder, "witness")];
const host = {
  clock: { now: Date.now, monotonic: () => performance.now(), sleep: (ms: number) => wait(ms) },
  random: Math.random,
};
const self = `${process.pid} ${factsOf(process.pid)?.start}`;

while (!existsSync(join(folder, "stop"))) {
  const given = mode === "unlocked" ? count() : await withLock(host, `${state}.lock`, count, 600_000);
  dieByChance();
  appendFileSync(join(folder, `${name}.done`), `${given}\n`);
}

/** One step: the number that it gives to itself, and how many it had by then. */
function count(): string {
  dieByChance();
  enter();
  dieByChance();
  const { total, counts } = JSON.parse(readFileSync(state, "utf8"));
  const own = (counts[name] ?? 0) + 1;
  replaceFile(state, JSON.stringify({ total: total + 1, counts: { ...counts, [name]: own } }));
  dieByChance();
  rmSync(witness, { force: true });
  return `${total + 1} ${own}`;
}

/** Leaves a sign of being inside, and notes when that of a living one is there. */
function enter(): void {
  for (;;) {
    try {
      const fd = openSync(witness, "wx", 0o600);
      writeSync(fd, self);
      closeSync(fd);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== "EEXIST") throw error;
    }
    try {
      const owner = readFileSync(witness, "utf8");
      const [pid = "", start] = owner.split(" ");
      if (pid !== "" && factsOf(Number(pid))?.start === start) {
        appendFileSync(join(folder, "intrusions"), `${self} while ${owner} is inside\n`);
      }
      rmSync(witness, { force: true });
    } catch {
      // it has left just now
    }
  }
}

/** The start of a process; undefined when it is gone or ending: a killed one has let its lock go before it is gone. */
function factsOf(pid: number): { readonly start: string } | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    const isEnding = /[ZX]/.test(fields[0]!) || (Number(fields[6]) & 4) !== 0;
    return isEnding ? undefined : { start: fields[19]! };
  } catch {
    return undefined;
  }
}

function dieByChance(): void {
  if (Math.random() < Number(chance)) process.kill(process.pid, "SIGKILL");
}
