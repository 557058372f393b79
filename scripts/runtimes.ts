/**
 * `npm run runtimes`: runs every command on the oldest supported, the newest and the last unsupported version of each
 * runtime, from npm's configured registry; and from a clone without any install. Needs `npm run build` and the network,
 * and takes some minutes; `-- deno bun` runs only these. Prints a table; fails if a supported version does not work, or
 * if an unsupported one does not report that in one line. Run with Bun.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { x as unpack } from "tar";
import { lackOf } from "../lib/core/system/which_program.ts";
import { said } from "./bun.ts";
import { columns } from "./figures.ts";

const TREE = fileURLToPath(new URL("..", import.meta.url));
const CACHE = join(TREE, "node_modules/.cache/agentlb-versions");

interface Runtime {
  /** The package with it for this machine, and the path inside. */
  readonly package: string;
  readonly file: string;
  readonly versions: readonly string[];
  readonly words: readonly string[];
}

const CPU = process.arch === "arm64" ? "arm64" : "x64";
const RUNTIMES: Readonly<Record<"node" | "deno" | "bun", Runtime>> = {
  node: {
    package: `node-linux-${CPU}`,
    file: "bin/node",
    versions: [
      "16.20.2",
      "18.20.8",
      "20.15.1",
      "20.16.0",
      "20.20.2",
      "22.2.0",
      "22.3.0",
      "22.18.0",
      "24",
      "26",
    ],
    words: [],
  },
  deno: {
    package: `@deno/linux-${CPU}-glibc`,
    file: "deno",
    versions: ["2.1.4", "2.5.6", "2.6.8", "2.7.1", "2.8.0", "2.9.0", "2.9"],
    words: ["run", "-A", "--no-prompt"],
  },
  bun: {
    package: `@oven/bun-linux-${CPU === "x64" ? "x64" : "aarch64"}`,
    file: "bin/bun",
    versions: ["1.1.45", "1.2.5", "1.2.6", "1.2.23", "1.3.14", "1.4.0", "1"],
    words: [],
  },
};

const COMMANDS: readonly (readonly string[])[] = [
  ["--version"],
  ["--help"],
  ["status"],
  ["status", "--json"],
  ["pick"],
  ["why"],
  ["forecast"],
  ["rr", "--print-command"],
  ["rr"],
  ["config", "init", "--force"],
  ["pause", "work"],
  ["unpause", "work"],
  ["supervisor", "start", "--background"],
  ["supervisor", "stop"],
  ["skill", "install", "cap", "--dry-run"],
  ["cap", "where"],
  ["cap", "list"],
  ["cap", "pick", "--worker", "a", "--base", "b"],
  ["cap", "pick-auth", "--worker", "a", "--base", "b"],
  ["cap", "auth-current"],
  ["cap", "auth-advance"],
  ["cap", "status", "team", "--via", "app-server", "--timeout", "1"],
  ["cap", "reset-state"],
  ["clb", "pick", "--worker", "a", "--base", "b"],
];

/** The path and the exact version of a runtime, which is fetched if missing. */
async function fetched(runtime: Runtime, version: string): Promise<string> {
  const kept = join(CACHE, `${runtime.package.replace(/\W/g, "-")}-${version}`);
  if (existsSync(kept)) return kept;
  mkdirSync(CACHE, { recursive: true });
  const temp = mkdtempSync(join(CACHE, "fetching-"));
  try {
    const range = /^\d+(\.\d+)?$/.test(version) ? `^${version}` : version;
    // For a range npm packs every version in order of publication, so the newest is requested by number.
    const all = JSON.parse(
      await said("npm", ["view", "--json", `${runtime.package}@${range}`, "version"], TREE),
    );
    const chosen = [all].flat().sort(new Intl.Collator("en", { numeric: true }).compare).at(-1);
    const name = `${runtime.package}@${chosen}`;
    await said("npm", ["pack", "--loglevel=error", `--pack-destination=${temp}`, name], TREE);
    const [file = ""] = readdirSync(temp);
    await unpack({ file: join(temp, file), cwd: temp }, [`package/${runtime.file}`]);
    chmodSync(join(temp, "package", runtime.file), 0o755);
    renameSync(join(temp, "package", runtime.file), kept);
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
  return kept;
}

const temp = mkdtempSync(join(tmpdir(), "agentlb-runtimes-"));
const failures: string[] = [];

/** A user with a session, a source, a team and an inert codex. */
function user(name: string) {
  const home = join(temp, name.replace(/\W/g, "-"));
  mkdirSync(join(home, ".agentlb/sessions/work"), { recursive: true, mode: 0o700 });
  chmodSync(join(home, ".agentlb"), 0o700);
  for (const folder of [".codex", "bin", "team"]) mkdirSync(join(home, folder));
  writeFileSync(join(home, "team/a.json"), JSON.stringify({ OPENAI_API_KEY: "sk-made-up" }));
  writeFileSync(join(home, "bin/codex"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
  const env = {
    HOME: home,
    PATH: `${join(home, "bin")}:/usr/bin:/bin`,
    DENO_DIR: join(temp, "deno"),
    DENO_TLS_CA_STORE: "system",
    NO_COLOR: "1",
    CAP_AUTH_TEAM_DIR: join(home, "team"),
    AGENTLB_DAEMON_START_TIMEOUT_MS: "10000",
  };
  return (words: readonly string[], cwd = home) => {
    const [file = "", ...args] = words;
    const { status, stdout, stderr } = spawnSync(file, args, { env, cwd, encoding: "utf8", timeout: 60_000 });
    return { status, stdout, stderr: stderr.replace(/^Download .*\n/gm, "") };
  };
}

/** Runs all commands; returns the number of correct results. */
function tried(name: string, program: readonly string[], lack: string | undefined): string {
  const run = user(name);
  let good = 0;
  for (const command of COMMANDS) {
    const { status, stdout, stderr } = run([...program, ...command]);
    const called = ["cap", "clb"].find((each) => each === command[0]) ?? "agentlb";
    const isGood = lack === undefined
      ? status === 0
      : status === 1 && stdout === "" && stderr === `${called}: ${lack}\n`;
    if (isGood) good++;
    else failures.push(`${name}: ${command.join(" ")} ended with ${status}: ${stderr.trim().slice(0, 300)}`);
  }
  if (good < COMMANDS.length) return `${good} of ${COMMANDS.length}`;
  return lack === undefined ? `all ${good}` : "said in one line";
}

try {
  const rows: string[][] = [];
  const named = process.argv.slice(2);
  for (const [name, runtime] of Object.entries(RUNTIMES)) {
    if (named.length > 0 && !named.includes(name)) continue;
    for (const wanted of runtime.versions) {
      const path = await fetched(runtime, wanted);
      const [version = wanted] =
        /\d+\.\d+\.\d+/.exec(spawnSync(path, ["--version"], { encoding: "utf8" }).stdout) ?? [];
      const lack = lackOf({ node: version, [name]: version });
      const file = tried(
        `${name} ${version}`,
        [path, ...runtime.words, join(TREE, "dist/js/agentlb.js")],
        lack,
      );
      // Node runs sources since 22.18; an older one reports by itself what it cannot read.
      const [major = 0, minor = 0] = version.split(".").map(Number);
      const isReader = name !== "node" || major > 22 || (major === 22 && minor >= 18);
      const words = name === "deno" ? [...runtime.words, "--node-modules-dir=manual"] : runtime.words;
      const skips = COMMANDS.length;
      const sources = !isReader || lack !== undefined
        ? "-"
        : trySources(`${name} ${version} sources`, [path, ...words, join(TREE, "cli.ts")], skips);
      rows.push([name, version, file, sources]);
      console.log(rows.at(-1)!.join("  "));
    }
  }
  console.log(`\n${columns(["", "version", "one file", "sources"], rows)}`);
  await fresh();
  for (const line of failures) console.log(`FAILED: ${line}`);
  console.log(
    failures.length === 0 ? `${COMMANDS.length} commands: as promised` : `${failures.length} FAILED`,
  );
  process.exitCode = failures.length === 0 ? 0 : 1;
} finally {
  rmSync(temp, { recursive: true, force: true });
}

/** The same from the sources, which cannot be installed as a skill. */
function trySources(name: string, program: readonly string[], all: number): string {
  const before = failures.length;
  tried(name, program, undefined);
  const mine = failures.splice(before).filter((line) => !line.includes(": skill install "));
  failures.push(...mine);
  return mine.length === 0 ? `all ${all - 1}` : `${all - 1 - mine.length} of ${all - 1}`;
}

/** A clone without any install, and a program elsewhere that imports its library. */
async function fresh(): Promise<void> {
  const clone = join(temp, "clone");
  const files = (await said("git", ["ls-files", "-z"], TREE)).split("\0").filter((path) => path !== "");
  for (const path of files) if (existsSync(join(TREE, path))) cpSync(join(TREE, path), join(clone, path));
  const outside = join(temp, "outside.ts");
  writeFileSync(
    outside,
    `import { readReport } from ${JSON.stringify(join(clone, "mod.ts"))};\nawait readReport();\n`,
  );
  for (const version of ["2.7.1", "2.9"]) {
    const words = [await fetched(RUNTIMES.deno, version), ...RUNTIMES.deno.words];
    rmSync(join(temp, "deno"), { recursive: true, force: true });
    const verdict = trySources(
      `a clone, Deno ${version}`,
      [...words, join(clone, "cli.ts")],
      COMMANDS.length,
    );
    rmSync(join(temp, "deno"), { recursive: true, force: true });
    const { status, stderr } = user(`outside ${version}`)([...words, outside]);
    if (status !== 0) failures.push(`mod.ts from outside, Deno ${version}: ${stderr.trim()}`);
    console.log(
      `a fresh clone, Deno ${version}: ${verdict}; mod.ts from outside: ${status === 0 ? "works" : "FAILED"}`,
    );
  }
  const left = readdirSync(clone).filter((name) => ["node_modules", "deno.lock"].includes(name));
  if (left.length > 0) failures.push(`a clone got ${left.join(", ")}`);
  const node = await fetched(RUNTIMES.node, "24");
  const { status, stderr } = user("npm ci")([node, join(clone, "cli.ts"), "config", "init"]);
  console.log(`a fresh clone, Node 24: ${stderr.trim()}`);
  if (status !== 1 || !/^agentlb: error: .* run: npm ci\n$/.test(stderr)) {
    failures.push(`Node in a clone: ${stderr}`);
  }
}
