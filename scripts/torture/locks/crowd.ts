/** Many processes of all kinds that count under one lock, killed and stopped at random instants. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { TREE } from "../../../rig/codex.ts";
import { commandOf } from "../../../rig/program.ts";

export const KINDS = ["compiled", "bun", "python", "node", "deno"] as const;
export type Kind = typeof KINDS[number];

export interface CountSettings {
  readonly members: readonly Kind[];
  /** Ends after so many kills, and counts that were acknowledged. */
  readonly kills: number;
  readonly counts: number;
  /** The chance of a member to kill itself at a step. */
  readonly chance: number;
  /** How often the one inside is stopped, and for how long at most. */
  readonly stops: number;
  readonly stopMs: number;
  readonly isUnlocked?: boolean;
}

export interface CountFigures {
  readonly members: number;
  readonly acknowledged: number;
  readonly kills: number;
  readonly stops: number;
  /** Acknowledged counts that the state does not have. */
  readonly lost: number;
  /** Counts in the state beyond those acknowledged and the kills, numbers given twice, and two inside at once. */
  readonly doubled: number;
  /** Counts that were made while the one inside stood still. */
  readonly passedBy: number;
  readonly troubles: readonly string[];
}

/** Lets the crowd count until there were enough kills and counts. */
export async function countTogether(settings: CountSettings): Promise<CountFigures> {
  const folder = mkdtempSync(join(tmpdir(), "agentlb-locks-"));
  try {
    writeFileSync(join(folder, "state.json"), '{"total":0,"counts":{}}');
    build(folder, settings.members);
    const members = settings.members.map((kind, index) =>
      new Member(folder, kind, `${kind}-${index}`, settings)
    );
    const work = Promise.all(members.map((member) => member.work()));
    const stopped = { stops: 0, passedBy: 0 };
    const others = [killSome(members, settings), stopSome(folder, members, settings, stopped)];
    const kills = () => members.reduce((sum, { killed }) => sum + killed, 0);
    const isOver = () =>
      members.some(({ trouble }) => trouble !== undefined) ||
      (kills() >= settings.kills && totalIn(folder) >= settings.counts && stopped.stops >= settings.stops);
    while (!isOver()) await wait(50);
    for (const member of members) member.isOver = true;
    writeFileSync(join(folder, "stop"), "");
    await Promise.all([work, ...others]);
    return { ...judge(folder, members), ...stopped, kills: kills() };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Node cannot run the sources, and the compiled worker is one program, as ours is. */
function build(folder: string, kinds: readonly Kind[]): void {
  const worker = join(TREE, "scripts/torture/locks/worker.ts");
  const builds: Readonly<Partial<Record<Kind, readonly string[]>>> = {
    node: ["--target=node", `--outfile=${folder}/worker.js`],
    compiled: ["--compile", "--minify", "--bytecode", "--format=esm", `--outfile=${folder}/worker`],
  };
  for (const kind of new Set(kinds)) {
    const options = builds[kind];
    if (options === undefined) continue;
    const built = spawnSync(commandOf("bun")[0], ["build", worker, ...options], {
      cwd: folder,
      encoding: "utf8",
    });
    if (built.status !== 0) throw new Error(`the worker was not built: ${built.stderr}`);
  }
}

/** A name that counts: one process after the other. */
class Member {
  readonly name: string;
  killed = 0;
  isOver = false;
  trouble: string | undefined;
  child: ChildProcess | undefined;
  readonly #words: readonly string[];

  constructor(folder: string, kind: Kind, name: string, { chance, isUnlocked }: CountSettings) {
    this.name = name;
    const words = [name, folder, String(chance), ...isUnlocked ? ["unlocked"] : []];
    this.#words = [...commandOfWorker(folder, kind), ...words];
  }

  async work(): Promise<void> {
    while (!this.isOver && this.trouble === undefined) {
      const [file = "", ...args] = this.#words;
      const child = spawn(file, args, { stdio: ["ignore", "ignore", "pipe"] });
      this.child = child;
      let said = "";
      child.stderr.on("data", (part) => said += part);
      const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (...end) => resolve(end));
      });
      this.child = undefined;
      if (signal === "SIGKILL") this.killed++;
      else if (code !== 0) this.trouble = `${this.name} ended with ${code ?? signal}: ${said.slice(0, 500)}`;
    }
  }

  signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
    try {
      this.child?.kill(name);
    } catch {
      // it ended just now
    }
  }
}

function commandOfWorker(folder: string, kind: Kind): readonly string[] {
  const worker = join(TREE, "scripts/torture/locks/worker.ts");
  switch (kind) {
    case "compiled":
      return [join(folder, "worker")];
    case "python":
      return ["python3", join(TREE, "scripts/torture/locks/worker.py")];
    case "node":
      return [commandOf("node")[0], join(folder, "worker.js")];
    case "bun":
    case "deno":
      return [...commandOf(kind).slice(0, -1), worker];
  }
}

/** Kills a member at random instants: unlike the members themselves, also in the middle of a step. */
async function killSome(members: readonly Member[], { chance }: CountSettings): Promise<void> {
  while (chance > 0 && !members[0]!.isOver) {
    await wait(Math.random() * 200);
    members[Math.floor(Math.random() * members.length)]!.signal("SIGKILL");
  }
}

/** Stops the one inside for a while: nobody may pass by. */
async function stopSome(
  folder: string,
  members: readonly Member[],
  { stops, stopMs }: CountSettings,
  done: { stops: number; passedBy: number },
): Promise<void> {
  while (done.stops < stops && !members[0]!.isOver) {
    await wait(1);
    const inside = insideOf(folder);
    const member = members.find(({ child }) => child?.pid === inside);
    if (inside === undefined || member === undefined) continue;
    member.signal("SIGSTOP");
    if (stateOf(inside) === "T" && insideOf(folder) === inside) {
      const before = totalIn(folder);
      await wait(stopMs * (0.25 + 0.75 * Math.random()));
      // Meanwhile it may have been killed, and others went on with good reason.
      if (stateOf(inside) === "T") {
        done.stops++;
        done.passedBy += totalIn(folder) - before;
      }
    }
    member.signal("SIGCONT");
    await wait(Math.random() * 100);
  }
}

function insideOf(folder: string): number | undefined {
  try {
    return Number(readFileSync(join(folder, "witness"), "utf8").split(" ")[0]) || undefined;
  } catch {
    return undefined;
  }
}

function stateOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.[0];
  } catch {
    return undefined;
  }
}

function totalIn(folder: string): number {
  return JSON.parse(readFileSync(join(folder, "state.json"), "utf8")).total;
}

/** Compares what was acknowledged with what is in the state. */
function judge(folder: string, members: readonly Member[]) {
  const { total, counts } = JSON.parse(readFileSync(join(folder, "state.json"), "utf8"));
  const linesOf = (name: string) =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8").split("\n").slice(0, -1) : [];
  let [lost, doubled, acknowledged] = [0, linesOf("intrusions").length, 0];
  const given = new Set<string>();
  for (const { name, killed } of members) {
    const lines = linesOf(`${name}.done`);
    acknowledged += lines.length;
    for (const line of lines) {
      const [number = ""] = line.split(" ");
      if (given.has(number)) doubled++;
      given.add(number);
    }
    const counted = counts[name] ?? 0;
    lost += Math.max(0, lines.length - counted);
    doubled += Math.max(0, counted - lines.length - killed);
  }
  const sum = Object.values<number>(counts).reduce((all, each) => all + each, 0);
  const troubles = members.flatMap(({ trouble }) => trouble ?? []);
  if (sum !== total) troubles.push(`${sum} counts of the members, and ${total} of all`);
  return { members: members.length, acknowledged, lost, doubled, troubles };
}
