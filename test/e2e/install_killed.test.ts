/** Whatever moment install.sh is killed at, the next install finishes what was begun, and an uninstall leaves what was there. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { patience } from "../../rig/patience.ts";
import { toolPath } from "../../rig/tools.ts";
import { INSTALLER, type Person, person } from "./support/installer.ts";
import { makeRelease, program } from "./support/release.ts";
import { treeOf } from "./support/tree.ts";

const NAMES = ["agentlb", "cap", "clb"];
const EXTRAS = { "man/man1/cap.1": "a page\n", "completions/zsh/_clb": "a completion\n" };
const NEWER = { "man/man1/cap.1": "a newer page\n", "completions/zsh/_clb": "a newer completion\n" };

/** Someone who had three programs of these names before. */
function owner(): Person & { readonly release: string; readonly before: string } {
  const who = person(["dash"]);
  mkdirSync(who.bin, { recursive: true });
  for (const name of NAMES) writeFileSync(join(who.bin, name), `the ${name} of before`, { mode: 0o750 });
  const release = makeRelease(who.user.dir, { extras: EXTRAS });
  release.add({ version: "1.1.0", extras: NEWER });
  return { ...who, release: release.folder, before: files(who) };
}

/** All that is in the home of somebody but the names of empty folders. */
function files({ user }: Person): string {
  return treeOf(user.home).split("\n").filter((line) => !line.endsWith("/")).join("\n");
}

/** The same for telling states from each other: what differs from run to run is left out. */
function stateOf(home: string): string {
  return treeOf(home, (path) => /\.agentlb-install\.[^/]*\/./.test(path)).replaceAll(
    /(\.agentlb-install)\.\d+\.\w+/g,
    "$1",
  );
}

interface Kills {
  /** The homes that a kill leaves at some moment, each once, with the moment. */
  readonly homes: ReadonlyMap<string, string>;
}

/** The programs by which the script changes files. */
const CHANGING = "cat chmod cp ln mkdir mktemp mv rm rmdir".split(" ");

/**
 * Runs the script and keeps what a kill of everything would leave: before and after each program that changes files, and
 * in the middle of each copy.
 */
async function killEverywhere(who: Person, script: string, args: readonly string[]): Promise<Kills> {
  const kept = join(who.user.dir, "killed");
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(kept);
  const real = Object.fromEntries(CHANGING.map((name) => [name, toolPath(name)!]));
  const keep = (when: string) =>
    `N=$(($(${real.cat} "${kept}/n" 2>/dev/null || echo 0) + 1)); echo $N >"${kept}/n"; ` +
    `${real.cp} -a "${who.user.home}" "${kept}/$N"; echo "${when} $0 $*" >"${kept}/$N.call"`;
  for (const name of CHANGING) {
    const half = name === "cp"
      ? `for to; do :; done\n[ -e "$to" ] || { ${real.cat} </dev/null >"$to" && ${
        keep("amid")
      }; ${real.rm} -f "$to"; }\n`
      : "";
    rmSync(join(who.tools, name));
    who.put(name, `${keep("before")}\n${half}${real[name]} "$@"\ncode=$?\n${keep("after")}\nexit $code`);
  }
  const ended = await who.install(args, { script: readFileSync(script, "utf8") });
  for (const name of CHANGING) {
    rmSync(join(who.tools, name));
    symlinkSync(real[name]!, join(who.tools, name));
  }
  expect([ended.code, ended.stderr]).toEqual([0, ""]);
  const homes = new Map<string, string>();
  const seen = new Set<string>();
  const count = Number(readFileSync(join(kept, "n"), "utf8"));
  for (let n = 1; n <= count; n++) {
    const state = stateOf(join(kept, String(n)));
    if (seen.has(state)) continue;
    seen.add(state);
    homes.set(join(kept, String(n)), readFileSync(join(kept, `${n}.call`), "utf8").trim());
  }
  return { homes };
}

/** Makes a kept home that of its person again. */
function take(who: Person, home: string): void {
  rmSync(who.user.home, { recursive: true });
  cpSync(home, who.user.home, { recursive: true, verbatimSymlinks: true });
}

/** What is wrong after a kill: with a next install and an uninstall after it, and with an uninstall at once. */
async function faultsAfter(who: ReturnType<typeof owner>, { homes }: Kills): Promise<string[]> {
  const faults: string[] = [];
  for (const [home, call] of homes) {
    const note = (what: string) => faults.push(`${what}, killed after ${call}`);
    take(who, home);
    // Whoever has to be asked is asked with the first install: so without --force, and with another version.
    const next = await who.install([
      "--base",
      who.release,
      "--version",
      "1.1.0",
      ...wasBegun(who) ? [] : ["--force"],
    ]);
    if (next.code !== 0) note(`no install: ${next.stderr}`);
    else if (NAMES.some((name) => readFileSync(join(who.bin, name), "utf8") !== program("1.1.0"))) {
      note("not all is of the next version");
    } else if (/\.agentlb-install/.test(files(who))) note("an install left something behind");
    const undone = await who.install(["--uninstall"]);
    if (undone.code !== 0) note(`no uninstall after it: ${undone.stderr}`);
    else if (files(who) !== who.before) note(`an uninstall after it left ${files(who)}`);

    take(who, home);
    const gone = await who.install(["--uninstall"]);
    const wasNothing = gone.stderr.includes("is not there");
    if (gone.code !== 0 && !wasNothing) note(`no uninstall: ${gone.stderr}`);
    else if (files(who) !== who.before) note(`an uninstall left ${files(who)}`);
  }
  return faults;
}

/** Whether the killed install, which had --force, has come so far that anything of it is in place. */
const wasBegun = (who: Person) => existsSync(who.receipt);

describe("install.sh, killed at any moment,", () => {
  const install = (release: string, version: string) => ["--base", release, "--version", version, "--force"];

  test("at a first install over other programs", async () => {
    const who = owner();
    const kills = await killEverywhere(who, INSTALLER, install(who.release, "1.0.0"));
    expect(kills.homes.size).toBeGreaterThan(15);
    expect(await faultsAfter(who, kills)).toEqual([]);
  }, patience(120_000));

  test("at an update", async () => {
    const who = owner();
    expect(await who.install(install(who.release, "1.0.0"))).toMatchObject({ code: 0 });
    const kills = await killEverywhere(who, INSTALLER, install(who.release, "1.1.0"));
    expect(kills.homes.size).toBeGreaterThan(10);
    expect(await faultsAfter(who, kills)).toEqual([]);
  }, patience(120_000));

  test("at an uninstall", async () => {
    const who = owner();
    expect(await who.install(install(who.release, "1.0.0"))).toMatchObject({ code: 0 });
    const kills = await killEverywhere(who, INSTALLER, ["--uninstall"]);
    expect(kills.homes.size).toBeGreaterThan(10);
    expect(await faultsAfter(who, kills)).toEqual([]);
  }, patience(120_000));

  test("would be found out if it wrote down only in the end what it does", async () => {
    const who = owner();
    const script = join(who.user.dir, "planted.sh");
    const text = readFileSync(INSTALLER, "utf8");
    const planted = text.replace(/^ +put_receipt <"\$work\/receipt\.both".*\n/m, "");
    expect(planted).not.toBe(text);
    writeFileSync(script, planted);
    const kills = await killEverywhere(who, script, install(who.release, "1.0.0"));
    expect((await faultsAfter(who, kills)).join("\n")).toContain("there is an older agentlb.before already");
  }, patience(120_000));
});
