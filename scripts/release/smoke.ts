/**
 * `npm run release:smoke`: checks that `dist/release` (or the given folder) is complete and works on this machine as
 * for users: installs it by its script and as packages, runs it under all names, and uninstalls it. Run with Bun.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { sha256 } from "./checksums.ts";

/** The command and the option style of the install script on a system. */
interface Installer {
  readonly words: readonly [file: string, ...args: string[]];
  readonly base: string;
  readonly to: string;
  readonly uninstall: string;
  readonly more: readonly string[];
}

/** The installers of this system: Windows has two PowerShells. */
function installers(folder: string): readonly Installer[] {
  if (process.platform !== "win32") {
    const words = ["sh", join(folder, "install.sh")] as const;
    return [{ words, base: "--base", to: "--to", uninstall: "--uninstall", more: [] }];
  }
  return ["powershell", "pwsh"].map((shell) => ({
    words: [shell, "-NoProfile", "-ExecutionPolicy", "Bypass", "-File", join(folder, "install.ps1")],
    base: "-Base",
    to: "-To",
    uninstall: "-Uninstall",
    more: ["-NoPath"],
  }));
}

/** Throws unless SHA256SUMS names every file of the folder with its digest. */
function checkSums(folder: string): number {
  const lines = readFileSync(join(folder, "SHA256SUMS"), "utf8").trimEnd().split("\n");
  const sums = new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
  const names = readdirSync(folder).filter((name) => name !== "SHA256SUMS");
  for (const name of new Set([...names, ...sums.keys()])) {
    if (!names.includes(name)) throw new Error(`${name} of SHA256SUMS is not there`);
    if (sums.get(name) !== sha256(join(folder, name))) throw new Error(`${name} is not what SHA256SUMS says`);
  }
  return names.length;
}

/** Installs into a new folder, runs the programs and uninstalls; throws on any difference. */
function tryOut({ words, base, to, uninstall, more }: Installer, folder: string, version: string): void {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-smoke-")));
  try {
    const bin = join(home, "bin");
    mkdirSync(join(home, "local"));
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      HOME: home,
      USERPROFILE: home,
      LOCALAPPDATA: join(home, "local"),
    };
    // The receipt shall be below HOME, and of two PowerShells the older can't use the modules of the newer.
    for (const name of ["XDG_DATA_HOME", "PSModulePath"]) delete env[name];
    const run = ([file = "", ...args]: readonly string[]) => {
      const isCmd = file.endsWith(".cmd");
      const done = spawnSync(isCmd ? `"${file}"` : file, args, {
        env,
        cwd: home,
        encoding: "utf8",
        shell: isCmd,
      });
      if (done.error !== undefined) throw done.error;
      if (done.status !== 0) {
        throw new Error(
          `${[file, ...args].join(" ")} ended with ${done.status}\n${done.stdout}${done.stderr}`,
        );
      }
      return done.stdout.replaceAll("\r", "");
    };
    const [exe, cmd] = process.platform === "win32" ? [".exe", ".cmd"] : ["", ""];
    console.log(run([...words, base, folder, to, bin, ...more]).trimEnd());
    const said = run([join(bin, `agentlb${exe}`), "--version"]).trim();
    if (said !== `agentlb ${version}`) {
      throw new Error(`agentlb --version says ${said}, not agentlb ${version}`);
    }
    for (const name of ["cap", "clb"]) {
      const usage = run([join(bin, `${name}${cmd}`), "-h"]);
      if (!usage.startsWith(`usage: ${name} `)) throw new Error(`${name} -h says ${usage}`);
    }
    console.log(run([...words, uninstall, to, bin]).trimEnd());
    const left = readdirSync(home, { recursive: true, encoding: "utf8" }).filter((name) =>
      /agentlb|cap|clb/.test(name)
    );
    if (left.length > 0) throw new Error(`left behind: ${left.join(", ")}`);
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Tries the npm package and, where Debian's tools are, its package: each in a root of its own. */
function tryPackages(folder: string, version: string): void {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-smoke-")));
  try {
    const env: NodeJS.ProcessEnv = { ...process.env, HOME: root, USERPROFILE: root };
    const run = (file: string, args: readonly string[], shell = false) => {
      const done = spawnSync(file, args, { env, cwd: root, encoding: "utf8", shell });
      if (done.error !== undefined) throw done.error;
      if (done.status !== 0) {
        throw new Error(`${[file, ...args].join(" ")} ended with ${done.status}\n${done.stderr}`);
      }
      return done.stdout.replaceAll("\r", "");
    };
    const tried: string[] = [];
    const check = (what: string, start: (program: string, word: string) => string) => {
      const said = [start("agentlb", "--version"), start("cap", "-h"), start("clb", "-h")].map((text) =>
        text.split("\n", 1)[0]
      );
      if (
        said[0] !== `agentlb ${version}` || !/^usage: cap /.test(said[1]!) || !/^usage: clb /.test(said[2]!)
      ) {
        throw new Error(`${what} says ${said.join("; ")}`);
      }
      tried.push(what);
    };
    const isWindows = process.platform === "win32";
    const packed = join(folder, `agentlb-${version}.tgz`);
    if (existsSync(packed)) {
      run("npm", ["install", "--offline", "--global", `--prefix=${root}`, packed], isWindows);
      check(
        "the npm package",
        (program, word) =>
          isWindows
            ? run(`"${join(root, program)}.cmd"`, [word], true)
            : run(join(root, "bin", program), [word]),
      );
    }
    const machine = { x64: "amd64", arm64: "arm64" }[process.arch as string];
    const deb = join(folder, `agentlb_${version.replace("-", "~")}_${machine}.deb`);
    const hasTools = process.platform === "linux" && spawnSync("dpkg-deb", ["--version"]).status === 0;
    if (hasTools && existsSync(deb)) {
      run("dpkg-deb", ["-x", deb, join(root, "debian")]);
      const at = (program: string) => program === "cap" ? "usr/lib/agentlb/cap" : `usr/bin/${program}`;
      check("Debian's package", (program, word) => run(join(root, "debian", at(program)), [word]));
    }
    console.log(`tried: ${tried.join(", ")}`);
  } finally {
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

const tree = resolve(fileURLToPath(import.meta.url), "../../..");
const folder = resolve(process.argv[2] ?? join(tree, "dist/release"));
try {
  const { version } = JSON.parse(readFileSync(join(tree, "package.json"), "utf8"));
  console.log(`${checkSums(folder)} files are what SHA256SUMS says`);
  for (const installer of installers(folder)) tryOut(installer, folder, version);
  tryPackages(folder, version);
  console.log("the release works here");
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : String(thrown));
  process.exitCode = 1;
}
