/** Runs a command once for each of its calls that change files, and each fault of that call. */
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Way } from "../../../rig/program.ts";
import { makeSandbox, type Sandbox } from "../../../rig/sandbox.ts";
import { runWords } from "../../../test/e2e/support/skill.ts";
import { type Call, callsOf, canHave, type Fault, FAULTS, OWN_CACHE, plainName, runWrong } from "./calls.ts";
import { faultsOf, plainVersions, snapshot, temporaries } from "./check.ts";
import type { Scene } from "./scenes.ts";

export interface Swept {
  /** The different tries: command, way, call, file and fault. */
  readonly tries: ReadonlySet<string>;
  readonly failures: readonly string[];
  /** The temporary files that killed commands left, by their path below the home of the user. */
  readonly litter: ReadonlySet<string>;
}

interface Options {
  /** Whether a try is made; all by default. */
  readonly isTried?: (call: Call, fault: Fault, index: number) => boolean;
  /** The words of the next command, which must work; by default the same again. */
  readonly next?: (user: Sandbox) => readonly string[];
}

/** Sweeps all faults over one command, started in one way. */
export async function sweep(scene: Scene, way: Way, options: Options = {}): Promise<Swept> {
  const { isTried = () => true, next = (user) => scene.words(user, "compiled") } = options;
  const user = makeSandbox({ env: OWN_CACHE });
  const tries = new Set<string>();
  const failures: string[] = [];
  const litter = new Set<string>();
  try {
    await scene.prepare(user);
    const [env, words] = [scene.env(user), scene.words(user, way)];
    const template = join(user.dir, "template");
    cpSync(user.home, template, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    const before = snapshot(user.home);
    await runWords(user, words, { env }); // loads what the runtime caches
    reset(user, template);
    const { result, calls, versions } = await callsOf(user, words, user.home, env);
    if (result.code !== 0) {
      throw new Error(`${scene.name} on ${way} ended with ${result.code}: ${result.stderr}`);
    }
    const after = snapshot(user.home);
    const meanwhile = plainVersions(versions, user.home)!;
    const later = await runWords(user, next(user), { env });
    reset(user, template);
    let index = 0;
    for (const call of calls.filter(({ path }) => scene.foreign?.test(path) !== true)) {
      for (const fault of FAULTS.filter((each) => canHave(call, each))) {
        if (!isTried(call, fault, index++)) continue;
        const { result, hit } = await runWrong(user, words, { call, fault }, user.home, env);
        if (hit !== undefined) {
          const found = snapshot(user.home);
          const left = temporaries(user.home);
          const where = `${scene.name} on ${way}, ${fault} at ${call.name} ${call.n} of ${
            fileIn(hit, user.home)
          }`;
          tries.add(where);
          const wrong = faultsOf({ before, after, meanwhile, found, fault, result, temporaries: left });
          failures.push(...wrong.map((each) => `${where}: ${each}`));
          for (const path of left) litter.add(path);
          const following = await runWords(user, next(user), { env });
          const broken = readdirSync(user.home, { recursive: true, encoding: "utf8" })
            .filter((path) => /\.corrupt-/.test(path));
          if ((following.code !== 0 && following.code !== later.code) || broken.length > 0) {
            failures.push(
              `${where}: the next command ends with ${following.code} ${broken}: ${following.stderr}`,
            );
          }
        }
        reset(user, template);
      }
    }
    if (tries.size === 0) failures.push(`${scene.name} on ${way}: no call was hit`);
    return { tries, failures, litter };
  } finally {
    await user.close();
  }
}

/** The file that a line of a trace names, without what is another each time. */
function fileIn(line: string, folder: string): string {
  return plainName(/^[^>"]*/.exec(line.slice(line.indexOf(folder) + folder.length))![0]);
}

/** Gives the user the files of the template again. */
function reset(user: Sandbox, template: string): void {
  const old = join(user.dir, "old");
  mkdirSync(old, { recursive: true });
  for (const name of readdirSync(user.home)) {
    if (name === "work") continue; // the current folder of every program
    renameSync(join(user.home, name), join(old, name));
  }
  rmSync(old, { recursive: true, force: true });
  for (const name of readdirSync(template)) {
    if (name === "work") continue;
    cpSync(join(template, name), join(user.home, name), {
      recursive: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
    });
  }
}
