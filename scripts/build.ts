/**
 * Builds `dist/js/agentlb.js` (one file for Node 20, Deno and Bun) and `dist/agentlb` (compiled), and gives both the
 * names of the other programs that they are as well. Run with Bun.
 */
import { spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { COMPILE } from "./compile_flags.ts";

const TREE = fileURLToPath(new URL("..", import.meta.url));
const ENTRY = "cli.ts";
const SCRIPT = "dist/js/agentlb.js";
const PROGRAM = process.platform === "win32" ? "dist/agentlb.exe" : "dist/agentlb";

try {
  await build();
} catch (thrown) {
  console.log(thrown instanceof Error ? thrown.message : String(thrown));
  process.exitCode = 1;
}

async function build(): Promise<void> {
  const began = Date.now();
  mkdirSync(join(TREE, "dist/js"), { recursive: true });
  await Promise.all([
    bun(["build", "--target=node", ENTRY, `--outfile=${SCRIPT}`]),
    bun(["build", ...COMPILE, ENTRY, `--outfile=${PROGRAM}`]),
  ]);
  finishScript(join(TREE, SCRIPT));
  for (const name of ["cap", "clb"]) {
    for (const path of [SCRIPT, PROGRAM]) {
      alsoCalled(join(TREE, path), join(TREE, path.replace("agentlb", name)));
    }
  }
  for (const path of [SCRIPT, PROGRAM]) {
    console.log(`${path}  ${(statSync(join(TREE, path)).size / 1024).toFixed(0)} KiB`);
  }
  console.log(`built in ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

/** Gives a program a second name, which costs no room where files can have two. */
function alsoCalled(path: string, other: string): void {
  rmSync(other, { force: true });
  try {
    linkSync(path, other);
  } catch {
    copyFileSync(path, other);
  }
}

/** Makes the bundle a program for Node; fails when it needs anything but Node. */
function finishScript(path: string): void {
  const text = readFileSync(path, "utf8").replace(/^#!.*\n/, "");
  const foreign = importsOf(text).filter((name) =>
    !name.startsWith("node:") && !builtinModules.includes(name)
  );
  if (foreign.length > 0) throw new Error(`${SCRIPT} imports ${foreign.join(", ")}`);
  writeFileSync(path, `#!/usr/bin/env node\n${text}`);
  chmodSync(path, 0o755);
}

/** What the statements of a bundle import or require. */
function importsOf(text: string): string[] {
  const found = text.matchAll(
    /^(?:import|export)\b[^"';]*["']([^"']+)["'];?$|\brequire\(["']([^"']+)["']\)/gm,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? "");
}

function bun(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: TREE, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    child.stdout.on("data", (part) => said += part);
    child.stderr.on("data", (part) => said += part);
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${args.at(-1)} was not built (${code}):\n${said}`));
    });
  });
}
