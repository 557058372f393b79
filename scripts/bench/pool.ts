/** Measures the picks of the pool programs. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { login } from "../../test/e2e/support/login.ts";
import { commandOf, type Way } from "../../rig/program.ts";
import { makeSandbox, type Sandbox } from "../../rig/sandbox.ts";
import { type Aim, atMost, columns, median, ratioOf, verdictOf } from "../figures.ts";
import { emptyProgram } from "./empty.ts";
import { type Command, type Sample, sampled } from "./runs.ts";

const PICK_AIM = 2.5;
/** By how many files there are to pick from. */
const PICK_AUTH_AIMS: readonly (readonly [string, number])[] = [["10 files", 2.8], ["1000 files", 3.3]];
/** The aim: loading the Python modules of the predecessor takes at least this multiple of a pick. */
const PYTHON_AIM = 2;
const PYTHON = ["/usr/bin/python3", "-I", "-c", "import argparse, json, hashlib"];
const CONTENDING = 64;
const COMPARED_RUNS = 12;
const WORKER = ["--worker", "w-20261120-120000-7", "--base", "w"];

/** Measures and prints, in `folder`; needs `npm run build`. */
export async function poolBench(folder: string, runs: number): Promise<void> {
  const user = makeSandbox({ codex: "none" });
  try {
    for (const source of ["s1", "s2", "s3"]) mkdirSync(join(user.home, source));
    for (const files of [10, 1000]) fill(user, files);
    const empty: Command = {
      name: "empty program",
      words: [emptyProgram(folder)],
      env: user.env,
      cwd: user.cwd,
    };
    const commands = [
      empty,
      pick(user, "compiled", "pick", 10),
      pick(user, "compiled", "pick-auth", 10),
      pick(user, "compiled", "pick-auth", 1000),
      pick(user, "compiled", "auth-current", 1000),
      ...existsSync(PYTHON[0]!) ? [{ ...empty, name: "python3 that loads its modules", words: PYTHON }] : [],
    ];
    console.log("\nPicks from pools\n");
    show(sampled(commands, runs));
    const others = (["node", "deno", "bun"] as const).map((way) => pick(user, way, "pick-auth", 10));
    console.log(`\nFor comparison, ${COMPARED_RUNS} runs each\n`);
    show(sampled([empty, ...others], COMPARED_RUNS));
    console.log(`\n${CONTENDING} picks at the same time: ${await contended(user)}\n`);
  } finally {
    await user.close();
  }
}

function fill(user: Sandbox, files: number): void {
  const team = join(user.home, `team-${files}`);
  mkdirSync(team);
  for (let n = 0; n < files; n++) {
    const name = `account-${String(n).padStart(4, "0")}`;
    writeFileSync(join(team, `${name}.json`), login(name));
  }
}

function pick(user: Sandbox, way: Way, command: string, files: number): Command {
  const auth = command !== "pick";
  return {
    name: `${way === "compiled" ? "" : `${way}: `}${command}${auth ? `, ${files} files` : ""}`,
    words: [...commandOf(way), "cap", command, ...command.startsWith("pick") ? WORKER : []],
    env: {
      ...user.env,
      CAP_SOURCES: ["s1", "s2", "s3"].map((name) => join(user.home, name)).join(","),
      CAP_AUTH_TEAM_DIR: join(user.home, `team-${files}`),
      CAP_STATE_FILE: join(user.home, `${command}-${files}.json`),
    },
    cwd: user.cwd,
    prints: /^\/.*\n$/,
  };
}

function show(samples: readonly Sample[]): void {
  const [floor] = samples;
  const python = samples.find(({ name }) => name.startsWith("python"));
  const rows = samples.map(({ name, median, p90, cpu, walls, cpus }) => {
    const [wall, work] = [ratioOf(walls, floor!.walls), ratioOf(cpus, floor!.cpus)];
    const authAim = PICK_AUTH_AIMS.find(([files]) => name === `pick-auth, ${files}`)?.[1];
    const limit = name === "pick" ? PICK_AIM : authAim;
    const aim: Aim | undefined = limit === undefined ? undefined : atMost(wall.times, limit);
    const ratios = [wall, work].flatMap(({ times, bounds }) => [times.toFixed(2), bounds]);
    const times = [...[median, p90, cpu].map((value) => value.toFixed(2)), ...ratios];
    const toPython = python === undefined || limit === undefined ? "" : (python.median / median).toFixed(2);
    const isQuick = toPython === "" ? "" : Number(toPython) >= PYTHON_AIM ? "met" : "NOT met";
    return [name, ...times, aim?.words ?? "", verdictOf(aim), toPython, isQuick];
  });
  const header = [
    "",
    "median ms",
    "p90 ms",
    "CPU ms",
    "ratio",
    "95 %",
    "CPU ratio",
    "95 %",
    "aim for the ratio",
    "",
    `python / it (aim ${PYTHON_AIM})`,
    "",
  ];
  console.log(columns(header, rows));
}

/** All of them want one lock. */
async function contended(user: Sandbox): Promise<string> {
  const { words, env, cwd } = pick(user, "compiled", "pick-auth", 10);
  const [file = "", ...args] = words;
  const began = performance.now();
  const took = await Promise.all(
    Array.from({ length: CONTENDING }, () =>
      new Promise<number>((resolve, reject) => {
        const child = spawn(file, args, { env, cwd, stdio: "ignore" });
        child.on("error", reject);
        child.on("exit", (code) =>
          code === 0 ? resolve(performance.now() - began) : reject(new Error(`ended with ${code}`)));
      })),
  );
  const all = Math.max(...took);
  return `done after ${all.toFixed(0)} ms (median ${median(took).toFixed(0)} ms), ${
    (all / CONTENDING).toFixed(1)
  } ms a pick`;
}
