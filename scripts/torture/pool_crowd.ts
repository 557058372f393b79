/** Many processes of all kinds that pick from one pool at the same time, killed at random instants. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { login } from "../../test/e2e/support/login.ts";
import { TREE } from "../../rig/codex.ts";
import { commandOf } from "../../rig/program.ts";
import { makeSandbox, type Sandbox } from "../../rig/sandbox.ts";

/** The way a member picks: many times in one process, or with one start of a program for each pick. */
export type Kind =
  | "deno"
  | "bun"
  | "node"
  | "python"
  | "python without a lock"
  | "a start of the compiled program"
  | "a start through the shim"
  | "a start on Deno"
  | "a start on Bun"
  | "a start on Node"
  | "a start of the compiled program for a source";

export interface CrowdSettings {
  /** Each member and its number of picks. */
  readonly members: readonly (readonly [kind: Kind, picks: number])[];
  readonly kills: number;
}

export interface CrowdFigures {
  readonly members: number;
  /** Picks whose path was printed. */
  readonly acknowledged: number;
  /** Of those, with a start of their own. */
  readonly ownStarts: number;
  readonly kills: number;
  /** Acknowledged picks that the state does not count. */
  readonly lost: number;
  /** Counted picks without a printed path. */
  readonly untold: number;
  /** Between the most and the fewest starts of an auth file. */
  readonly spread: number;
  /** The number of reads of the state by an observer, and of those without valid JSON. */
  readonly looks: number;
  readonly unreadable: number;
  readonly troubles: readonly string[];
  readonly seconds: number;
}

const FILES = ["a", "b", "c", "d", "e"];

/** Lets the crowd pick until each member has received all its picks. */
export async function crowd({ members, kills }: CrowdSettings): Promise<CrowdFigures> {
  const began = Date.now();
  const user = makeSandbox({ codex: "none" });
  const troubles: string[] = [];
  let killed = 0;
  let [looks, unreadable] = [0, 0];
  try {
    const pool = makePool(user);
    const running = members.map(([kind, picks], index) => new Member(pool, kind, picks, index));
    const work = Promise.all(running.map((member) => member.work()));
    let isOver = false;
    const look = async () => {
      while (!isOver) {
        if (existsSync(pool.state)) {
          looks++;
          if (!isJson(pool.state)) unreadable++;
        }
        await wait(3);
      }
    };
    const kill = async () => {
      while (!isOver && killed < kills) {
        await wait(Math.random() * 2 * pauseOf(members, kills));
        if (running[Math.floor(Math.random() * running.length)]!.kill()) killed++;
      }
    };
    const others = [look(), kill()];
    try {
      await work;
    } finally {
      isOver = true;
    }
    await Promise.all(others);
    troubles.push(...running.flatMap((member) => member.troubles()), ...strangers(pool));
    return {
      ...count(pool, running),
      kills: killed,
      looks,
      unreadable,
      troubles,
      seconds: (Date.now() - began) / 1000,
    };
  } finally {
    await user.close();
  }
}

/** The violations; empty if there are none. */
export function faultsOf(figures: CrowdFigures): string[] {
  const faults: string[] = [];
  if (figures.lost > 0) faults.push(`${figures.lost} acknowledged picks were lost`);
  if (figures.untold > figures.kills) {
    faults.push(`${figures.untold} picks untold, but ${figures.kills} kills`);
  }
  if (figures.spread > 1 + figures.kills) faults.push(`counts differ by ${figures.spread}`);
  if (figures.unreadable > 0) faults.push(`the state was no JSON ${figures.unreadable} times`);
  return [...faults, ...figures.troubles];
}

interface Pool {
  readonly user: Sandbox;
  readonly dir: string;
  readonly scripts: string;
  readonly team: string;
  readonly state: string;
  readonly env: Readonly<Record<string, string>>;
}

function makePool(user: Sandbox): Pool {
  const dir = join(user.home, "skill");
  const scripts = join(dir, "scripts");
  const team = join(user.home, "team");
  for (
    const folder of [
      scripts,
      team,
      join(dir, "share"),
      ...["s1", "s2", "s3"].map((name) => join(user.home, name)),
    ]
  ) {
    mkdirSync(folder, { recursive: true });
  }
  for (const name of FILES) writeFileSync(join(team, name), login(name));
  copyFileSync(join(TREE, "scripts/cap"), join(scripts, "cap"));
  chmodSync(join(scripts, "cap"), 0o755);
  const bundle = [
    "build",
    "--target=node",
    join(TREE, "scripts/torture/pool_worker.ts"),
    `--outfile=${dir}/worker.js`,
  ];
  const built = spawnSync(commandOf("bun")[0], bundle, { encoding: "utf8" });
  if (built.status !== 0) throw new Error(`the worker was not built: ${built.stderr}`);
  const env = {
    ...user.env,
    CAP_AUTH_TEAM_DIR: team,
    CAP_SOURCES: `${user.home}/s1,${user.home}/s2,${user.home}/s3`,
    CAP_BIN: commandOf("compiled")[0],
  };
  return { user, dir, scripts, team, state: join(dir, "share", "state.json"), env };
}

/** One after the other, its processes print a path for each pick into one file. */
class Member {
  readonly kind: Kind;
  readonly #pool: Pool;
  readonly #wanted: number;
  readonly #out: string;
  readonly #err: string;
  #child: ChildProcess | undefined;
  #killed = 0;
  #failed: string | undefined;

  constructor(pool: Pool, kind: Kind, wanted: number, index: number) {
    this.#pool = pool;
    this.kind = kind;
    this.#wanted = wanted;
    this.#out = join(pool.dir, `${index}.out`);
    this.#err = join(pool.dir, `${index}.err`);
    writeFileSync(this.#out, "");
    writeFileSync(this.#err, "");
  }

  get told(): string[] {
    return readFileSync(this.#out, "utf8").split("\n").slice(0, -1);
  }

  async work(): Promise<void> {
    for (
      let left = this.#wanted;
      left > 0 && this.#failed === undefined;
      left = this.#wanted - this.told.length
    ) {
      const killed = this.#killed;
      const code = await this.#run(wordsOf(this.#pool, this.kind, left));
      if (code !== 0 && killed === this.#killed) this.#failed = `${this.kind} ended with ${code}`;
    }
  }

  kill(): boolean {
    const pid = this.#child?.pid;
    if (pid === undefined || this.#child?.exitCode !== null) return false;
    this.#killed++;
    try {
      process.kill(-pid, "SIGKILL");
      return true;
    } catch {
      return false; // it ended just now
    }
  }

  troubles(): string[] {
    const said = readFileSync(this.#err, "utf8").trim();
    return [
      ...this.#failed === undefined ? [] : [this.#failed],
      ...said === "" ? [] : [`${this.kind}: ${said.slice(0, 500)}`],
    ];
  }

  #run([file = "", ...args]: readonly string[]): Promise<number | null> {
    const [out, err] = [openSync(this.#out, "a"), openSync(this.#err, "a")];
    const child = spawn(file, args, {
      env: this.#pool.env,
      cwd: this.#pool.user.cwd,
      detached: true,
      stdio: ["ignore", out, err],
    });
    closeSync(out);
    closeSync(err);
    this.#child = child;
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code) => {
        this.#child = undefined;
        resolve(code);
      });
    });
  }
}

function wordsOf({ dir, scripts, state, team }: Pool, kind: Kind, left: number): readonly string[] {
  const pick = ["pick-auth", "--worker", "w", "--base", "b"];
  const loop = [String(left), scripts, ...pick];
  const worker = join(TREE, "scripts/torture/pool_worker.ts");
  const start = ["--from", scripts, ...pick];
  switch (kind) {
    case "deno":
      return [...commandOf("deno").slice(0, -1), worker, ...loop];
    case "bun":
      return [...commandOf("bun").slice(0, -1), worker, ...loop];
    case "node":
      return [...commandOf("node").slice(0, -1), join(dir, "worker.js"), ...loop];
    case "python":
      return ["python3", join(TREE, "scripts/torture/pool_writer.py"), String(left), state, team];
    case "python without a lock":
      return ["python3", join(TREE, "scripts/torture/pool_writer.py"), String(left), state, team, "unlocked"];
    case "a start of the compiled program":
      return [...commandOf("compiled"), "cap", ...start];
    case "a start of the compiled program for a source":
      return [...commandOf("compiled"), "cap", "--from", scripts, "pick", "--worker", "w", "--base", "b"];
    case "a start through the shim":
      return ["bash", join(scripts, "cap"), ...pick];
    case "a start on Deno":
      return [...commandOf("deno"), "cap", ...start];
    case "a start on Bun":
      return [...commandOf("bun"), "cap", ...start];
    case "a start on Node":
      return [...commandOf("node"), "cap", ...start];
  }
}

/** Compares the printed with the counted picks. */
function count({ state, team }: Pool, members: readonly Member[]) {
  const { counter = 0, auth_counts } = JSON.parse(readFileSync(state, "utf8"));
  const told = new Map<string, number>();
  for (const path of members.flatMap((member) => member.told)) {
    const key = path.startsWith(team) ? path : "sources";
    told.set(key, (told.get(key) ?? 0) + 1);
  }
  const counted = new Map<string, number>([...Object.entries<number>(auth_counts), ["sources", counter]]);
  let [lost, untold] = [0, 0];
  for (const key of new Set([...told.keys(), ...counted.keys()])) {
    const difference = (counted.get(key) ?? 0) - (told.get(key) ?? 0);
    if (difference < 0) lost -= difference;
    else untold += difference;
  }
  const counts = Object.values<number>(auth_counts);
  const picks = (of: (kind: Kind) => boolean) =>
    members.filter(({ kind }) => of(kind)).reduce((sum, { told }) => sum + told.length, 0);
  return {
    members: members.length,
    acknowledged: picks(() => true),
    ownStarts: picks((kind) => kind.startsWith("a start")),
    lost,
    untold,
    spread: Math.max(...counts) - Math.min(...counts),
  };
}

/** Unexpected files beside the state, except temporary files of killed processes. */
function strangers({ state }: Pool): string[] {
  return readdirSync(dirname(state))
    .filter((name) =>
      !/^(state\.json(\.lock|\.prev|\.tmp|\.\d+\.tmp)?|\.state\.json\.[0-9a-f]{16}\.tmp)$/.test(name)
    )
    .map((name) => `${name} beside the state`);
}

/** Spreads the kills over about the time that all picks take. */
function pauseOf(members: CrowdSettings["members"], kills: number): number {
  const picks = members.reduce((sum, [, picks]) => sum + picks, 0);
  return picks * 3 / Math.max(1, kills);
}

function isJson(path: string): boolean {
  try {
    JSON.parse(readFileSync(path, "utf8"));
    return true;
  } catch {
    return false;
  }
}
