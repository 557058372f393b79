/**
 * `npm run build`: builds everything for this machine in `dist`. `agentlb` is one compiled program, `js/agentlb.js` one
 * file for Node 20, Deno and Bun, both also under the names of the other programs; `js/mod.js` and `types` are the
 * library, `skills` the skills for agents, `man` the manual pages, `completions` the scripts for shells. `npm run build -- --all` adds the programs for all machines, in `<target>`;
 * `--js` compiles nothing. Run with Bun.
 */
import { chmodSync, copyFileSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleProgram } from "./bundle.ts";
import { buildLibrary } from "./library.ts";
import { writeShare } from "./man.ts";
import { bundledPackages } from "./release/bundled.ts";
import { alsoCalled, compile, compileFor, ENTRY, OTHER_NAMES } from "./release/compile.ts";
import { licencesText } from "./release/licences.ts";
import { type Target, TARGETS } from "./release/targets.ts";
import { writeSkills } from "./skills.ts";

const SCRIPT = "dist/js/agentlb.js";
const PROGRAM = process.platform === "win32" ? "dist/agentlb.exe" : "dist/agentlb";

/** Builds everything for this machine into the tree's `dist`, and prints its size. */
export async function build(tree: string): Promise<void> {
  await Promise.all([buildScripts(tree), compile(tree, join(tree, PROGRAM))]);
  for (const name of OTHER_NAMES) {
    alsoCalled(join(tree, PROGRAM), join(tree, PROGRAM.replace("agentlb", name)));
  }
  for (const path of [SCRIPT, PROGRAM]) tell(tree, path);
}

/** Builds everything except compiled programs: the content of the npm package. */
export async function buildScripts(tree: string): Promise<void> {
  mkdirSync(join(tree, "dist/js"), { recursive: true });
  const [packages] = await Promise.all([
    bundledPackages(tree),
    bundleProgram(tree, ENTRY, SCRIPT),
    buildLibrary(tree),
  ]);
  writeFileSync(join(tree, "dist/js/THIRD-PARTY-LICENSES"), licencesText(tree, packages));
  for (const name of OTHER_NAMES) {
    // npm drops second names of one file when it installs a package.
    const other = join(tree, SCRIPT.replace("agentlb", name));
    rmSync(other, { force: true });
    copyFileSync(join(tree, SCRIPT), other);
  }
  for (const name of ["agentlb", ...OTHER_NAMES]) {
    chmodSync(join(tree, SCRIPT.replace("agentlb", name)), 0o755);
  }
  await writeSkills(tree);
  await writeShare(tree);
}

/** Builds the programs for these machines one by one, because each needs twice its size in memory. */
export async function buildFor(tree: string, targets: readonly Target[]): Promise<void> {
  for (const target of targets) {
    await compileFor(tree, target, join(tree, "dist", target.name));
    tell(tree, `dist/${target.name}/${target.exe}`);
  }
}

function tell(tree: string, path: string): void {
  console.log(`${path}  ${(statSync(join(tree, path)).size / 1024).toFixed(0)} KiB`);
}

if (import.meta.main) {
  const tree = fileURLToPath(new URL("..", import.meta.url));
  const began = Date.now();
  try {
    await (process.argv.includes("--js") ? buildScripts(tree) : build(tree));
    if (process.argv.includes("--all")) await buildFor(tree, TARGETS);
    console.log(`built in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  } catch (thrown) {
    console.log(thrown instanceof Error ? thrown.message : String(thrown));
    process.exitCode = 1;
  }
}
