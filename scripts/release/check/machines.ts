/** Runs the programs of other machines, as far as this one can, and compares what they say with what its own says. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { answersOf, type Start } from "./answers.ts";
import { linkCppLibrary } from "./musl.ts";
import { type Finding, finding } from "./report.ts";
import { TARGETS } from "../targets.ts";

export interface Machines {
  /** A tree with everything built. */
  readonly tree: string;
  /** The folder out of the archive for linux-x64. */
  readonly unpacked: string;
  /** For what the checks need. */
  readonly temp: string;
}

export async function checkMachines({ tree, unpacked, temp }: Machines): Promise<Finding[]> {
  const home = join(temp, "home");
  const native = answersOf({ words: (program) => [join(unpacked, program)] }, home);
  const same = (start: Start): string => {
    const answers = answersOf(start, home);
    const at = answers.findIndex((answer, index) => answer !== native[index]);
    if (at >= 0) {
      throw new Error(`it said\n${answers[at]}\nwhere the program of this machine said\n${native[at]}`);
    }
    return `the same ${answers.length} answers`;
  };
  const built = (target: string) => (program: string) => join(tree, "dist", target, program);

  const findings = [
    await finding("linux-x64, out of its archive", () => unpackedRight(tree, unpacked, native)),
    await finding("linux-arm64", () => {
      const path = built("linux-arm64");
      const words = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"];
      return `${same({ words: (program) => [...words, path(program)] })}, under qemu-aarch64`;
    }),
    await finding("linux-x64-musl", async () => {
      const library = join(temp, "musl");
      mkdirSync(library);
      const path = built("linux-x64-musl");
      await linkCppLibrary(library, path("agentlb"));
      const env = { LD_LIBRARY_PATH: library };
      return `${same({ words: (program) => [path(program)], env })}, with Debian's musl and GCC's libstdc++`;
    }),
    ...await scripts(tree, same),
    await windows(tree),
  ];
  const run = findings.map(({ what }) => what.split(",")[0]);
  const others = TARGETS.filter(({ name }) => !run.includes(name));
  return [
    ...findings,
    ...others.map(({ name }): Finding => ({ what: name, verdict: "built, not run", detail: "" })),
  ];
}

function unpackedRight(tree: string, unpacked: string, native: readonly string[]): string {
  const failed = native.filter((answer) => !/^\$ .*\n0\n/.test(answer) && !/^\$ \w+ nope\n2\n/.test(answer));
  if (failed.length > 0) throw new Error(failed.join("\n"));
  const { version } = JSON.parse(readFileSync(join(tree, "package.json"), "utf8"));
  if (!native[0]?.includes(`\nagentlb ${version}\n`)) throw new Error(`not ${version}: ${native[0]}`);
  return `${native.length} commands of ${unpacked.split("/").at(-1)} did as they should`;
}

/** `dist/js` on each runtime. */
async function scripts(tree: string, same: (start: Start) => string): Promise<Finding[]> {
  const modules = join(tree, "node_modules");
  const runtimes = {
    "Node 20": ["node"],
    Deno: [join(modules, "deno/deno"), "run", "-A", "--no-prompt"],
    Bun: [join(modules, "bun/bin/bun.exe")],
  };
  const findings: Finding[] = [];
  for (const [name, words] of Object.entries(runtimes)) {
    findings.push(
      await finding(`dist/js on ${name}`, () => {
        const version = spawnSync(words[0]!, ["--version"], { encoding: "utf8" }).stdout?.trim().split(
          "\n",
        )[0];
        if (name === "Node 20" && !version?.startsWith("v20.")) {
          throw new Error(`node is ${version ?? "missing"}`);
        }
        const start = { words: (program: string) => [...words, join(tree, `dist/js/${program}.js`)] };
        return `${same(start)}, on ${version}`;
      }),
    );
  }
  return findings;
}

async function windows(tree: string): Promise<Finding> {
  const what = "windows-x64";
  // The checks that belong to the program: sources may have changed since the copy was made.
  const checks = join(tree, "scripts/release/wine.ts");
  if (!existsSync(checks)) return { what, verdict: "built, not run", detail: "" };
  return await finding(what, async () => {
    const { runUnderWine } = await import(checks) as Wine;
    const { ran, notRun } = await runUnderWine(join(tree, "dist/windows-x64/agentlb.exe"));
    if (ran.length === 0) throw new Error(`nothing ran under wine; not run: ${notRun.join(", ")}`);
    return `under wine: ${ran.join(", ")}${notRun.length === 0 ? "" : `; not run: ${notRun.join(", ")}`}`;
  });
}

interface Wine {
  /** Runs the program under wine; rejects when it doesn't do as it should. */
  runUnderWine(program: string): Promise<{ ran: string[]; notRun: string[] }>;
}
