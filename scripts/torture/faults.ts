/** Faults of the disk at each call of the commands that write. */
import { existsSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { TREE } from "../../rig/codex.ts";
import { commandOf, type Way, WAYS } from "../../rig/program.ts";
import { makeSandbox } from "../../rig/sandbox.ts";
import { until } from "../../rig/until.ts";
import { runWords } from "../../test/e2e/support/skill.ts";
import { FAULTS } from "./faults/calls.ts";
import { sweepDaemon } from "./faults/daemon.ts";
import { type Scene, SCENES } from "./faults/scenes.ts";
import { sweep, type Swept } from "./faults/sweep.ts";
import type { Row } from "./row.ts";

/** A writer that has faults, as a scene. */
function careless(way: "in-place" | "short"): Scene {
  return {
    name: `a writer that writes ${way}`,
    prepare: (user) => Promise.resolve(writeFileSync(join(user.home, "count.json"), '{"count":1}\n')),
    words: (user) => [
      commandOf("bun")[0],
      join(TREE, "scripts/torture/faults/careless.ts"),
      way,
      join(user.home, "count.json"),
    ],
    env: () => ({}),
  };
}

/** The findings about each careless writer; empty when one was not found. */
export async function plantedWriters(): Promise<readonly string[]> {
  const found = await Promise.all((["in-place", "short"] as const).map(async (way) => {
    const { failures } = await sweep(careless(way), "bun");
    const halves = failures.filter((line) => line.includes("neither the old nor the new one"));
    return halves.length > 0 ? [`${way}: ${halves.length} halves`] : [];
  }));
  return found.length === 2 && found.every((each) => each.length > 0) ? found.flat() : [];
}

const LARGE = /^agentlb (new|rename|rm|share)/;

/** Sweeps all scenes over all ways, two at a time, and the supervisor; the short form makes one try in many. */
export async function sweeps(isLong: boolean, lanes = 2): Promise<Swept> {
  const work = WAYS.flatMap((way) => SCENES.map((scene) => ({ way, scene })))
    .filter(({ way, scene }, index) => isLong || isShort(way, scene, index));
  const done: Swept[] = [];
  const lane = async () => {
    for (let next = work.shift(); next !== undefined; next = work.shift()) {
      const { way, scene } = next;
      // Of the commands with most calls, runtimes that start slowly get every fifth try.
      const one = isLong ? (LARGE.test(scene.name) && way !== "compiled" ? 5 : 1) : 9;
      done.push(await sweep(scene, way, { isTried: (_call, _fault, index) => index % one === one >> 1 }));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const daemons: readonly (readonly [Way, number])[] = isLong
    ? [["compiled", 4], ["bun", 20], ["node", 20], ["deno", 20]]
    : [["compiled", 150]];
  for (const [way, one] of daemons) done.push(await sweepDaemon(way, (index) => index % one === one >> 1));
  const litter = new Set(done.flatMap((each) => [...each.litter]));
  return {
    tries: new Set(done.flatMap((each) => [...each.tries])),
    failures: [...done.flatMap((each) => each.failures), ...await unswept(litter)],
    litter,
  };
}

function isShort(way: Way, { name }: Scene, index: number): boolean {
  if (way === "deno") return name === "cap pick-auth";
  return way === "compiled" ? index % 3 === 0 || name === "agentlb rr" : name === "agentlb rr";
}

/** Temporary files that nothing sweeps away, an hour after they were left. */
async function unswept(litter: ReadonlySet<string>): Promise<string[]> {
  const user = makeSandbox({ env: { CAP_STATE_FILE: "" } });
  try {
    for (const alias of ["a", "b"]) user.addAlias(alias);
    const paths = Array.from(litter, (path) => join(user.home, path));
    const old = Date.now() / 1000 - 7200;
    for (const path of paths) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, "");
      utimesSync(path, old, old);
    }
    mkdirSync(join(user.home, "source"), { recursive: true });
    const env = {
      CAP_SOURCES: join(user.home, "source"),
      CAP_STATE_FILE: join(user.home, "share/state.json"),
    };
    const cap = [...commandOf("compiled"), "cap", "pick", "--worker", "w", "--base", "b"];
    await runWords(user, cap, { env });
    await user.run("compiled", ["supervisor", "start", "--background"]);
    const left = () => paths.filter((path) => existsSync(path));
    await until(() => left().length === 0, "all are swept away", 3000).catch(() => {});
    return left().map((path) => `${path.slice(user.home.length)} is never swept away`);
  } finally {
    await user.close();
  }
}

/** All faults of the disk, at each call by which a command changes or reads its state. */
export const faults: Row = {
  name: "faults",
  promise: "a fault at any system call leaves each file old or new, and is told",
  unit: "faults",
  async run(size) {
    const planted = await plantedWriters();
    const { tries, failures, litter } = await sweeps(size === "long");
    return {
      tries: tries.size,
      planted: planted.length > 0 ? planted.join(", ") : undefined,
      failures,
      figures: { commands: SCENES.length + 1, kinds: FAULTS.length, "left by kills": litter.size },
    };
  },
};
