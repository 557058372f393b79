import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import { finished } from "../../rig/result.ts";
import { describeWith, hasTools, toolPath } from "../../rig/tools.ts";
import { inShells, INSTALLER, person } from "./support/installer.ts";
import { HERE, makeRelease } from "./support/release.ts";

const TEXT = readFileSync(INSTALLER, "utf8");

describeWith(["shellcheck"], "shellcheck", () => {
  const check = (text: string) =>
    spawnSync(toolPath("shellcheck") ?? "", ["--format=gcc", "-"], { input: text, encoding: "utf8" }).stdout;

  test("finds what is planted, also what only bash knows", () => {
    expect(check(TEXT.replace('rm -rf "$work"', "rm -rf $work"))).toContain("SC2086");
    expect(check(TEXT.replace("if [ -d", "if [[ -d").replace('"$1" ]; then', '"$1" ]]; then'))).toContain(
      "SC3010",
    );
  });

  test("finds nothing in install.sh", () => {
    expect(check(TEXT)).toBe("");
  });
});

inShells("the script", (person) => {
  test("installs when it comes by a pipe", async () => {
    const who = person();
    const { folder } = makeRelease(who.user.dir);
    expect(await who.install(["--base", folder], { script: TEXT })).toMatchObject({ code: 0, stderr: "" });
  });

  test("does nothing when only a part of it comes", async () => {
    const who = person();
    const { folder } = makeRelease(who.user.dir);
    const env = { AGENTLB_RELEASE_BASE: folder };
    // Every end near the end, and some before.
    const lengths = [...Array(30).keys()].map((n) => TEXT.length - 2 - n);
    for (let length = 0; length < TEXT.length - 30; length += 997) lengths.push(length);
    for (const length of lengths) {
      const { stdout } = await who.install([], { env, script: TEXT.slice(0, length) });
      expect([length, stdout, who.everything()]).toEqual([length, "", []]);
    }
  });

  test.each([
    [["--to"], "--to needs a value"],
    [["--base", ""], "--base needs a value"],
    [["--bogus"], "There is no --bogus"],
    [["somewhere"], "There is no somewhere"],
  ])("%j is wrong usage", async (args, words) => {
    const who = person();
    expect(await who.install(args)).toEqual({
      code: 2,
      signal: null,
      stdout: "",
      stderr: `install.sh: error: ${words}\ninstall.sh: hint: sh install.sh --help\n`,
    });
    expect(who.everything()).toEqual([]);
  });

  test("--help names every option, and does nothing", async () => {
    const who = person();
    const { code, stdout } = await who.install(["--help", "--bogus"]);
    expect(code).toBe(0);
    const options = [...TEXT.matchAll(/^ {6}(-.*)\)/gm)].flatMap(([, words = ""]) => words.split(" | "));
    expect(options.length).toBeGreaterThan(8);
    expect(options.filter((option) => option.startsWith("--") && !stdout.includes(option))).toEqual([
      "--help",
    ]);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(who.everything()).toEqual([]);
  });

  test("wants to know whose programs they are to be", async () => {
    const who = person();
    const { code, stderr } = await who.install(["--base", "/"], { env: { HOME: "" } });
    expect(stderr).toContain("HOME names no folder");
    expect(code).toBe(1);
  });
});

describe("the build for", () => {
  test.each([
    ["Linux x86_64", "linux-x64"],
    ["Linux aarch64", "linux-arm64"],
    ["Darwin arm64", "darwin-arm64"],
    ["Darwin x86_64", "darwin-x64"],
  ])("%s is %s", async (machine, target) => {
    const who = person(["dash"], { machine });
    const { folder } = makeRelease(who.user.dir, { target });
    expect(await who.install(["--base", folder])).toMatchObject({ code: 0, stderr: "" });
  });

  test("a shell for the other kind on an Apple chip is that of the chip", async () => {
    const who = person(["dash"], { machine: "Darwin x86_64" });
    who.put("sysctl", '[ "$2" = sysctl.proc_translated ] && echo 1');
    const { stdout } = await who.install([
      "--base",
      makeRelease(who.user.dir, { target: "darwin-arm64" }).folder,
    ]);
    expect(stdout).toContain("installed agentlb 1.0.0 (darwin-arm64)");
  });

  test("another machine can be named", async () => {
    const who = person(["dash"]);
    const { folder } = makeRelease(who.user.dir, { target: "linux-x64-musl" });
    expect((await who.install(["--base", folder])).code).toBe(1);
    expect(await who.install(["--base", folder, "--target", "linux-x64-musl"])).toMatchObject({ code: 0 });
  });

  test.each([
    ["FreeBSD amd64", "Cannot install on FreeBSD amd64"],
    ["Linux armv7l", "Cannot install on Linux armv7l"],
    ["MINGW64_NT-10.0 x86_64", "Cannot install on Windows with this script"],
  ])("%s does not exist", async (machine, words) => {
    const who = person(["dash"], { machine });
    const { code, stderr } = await who.install(["--base", makeRelease(who.user.dir).folder]);
    expect(stderr).toContain(words);
    expect(stderr).toContain("install.sh: hint: ");
    expect(code).toBe(1);
    expect(who.everything()).toEqual([]);
  });

  test("a 32-bit system on a 64-bit kernel does not exist", async () => {
    const who = person(["dash"]);
    who.put("getconf", "[ $1 = LONG_BIT ] && echo 32");
    const { stderr } = await who.install(["--base", makeRelease(who.user.dir).folder]);
    expect(stderr).toContain("Cannot install on Linux ");
  });
});

/**
 * Makes a folder that is the whole machine for who lives in it, with the programs of busybox alone. Returns whether that
 * works: it takes root, and a busybox that needs no C library.
 */
function makeSmallRoot(root: string): boolean {
  if (process.getuid?.() !== 0 || !hasTools("busybox", "chroot")) return false;
  for (const folder of ["bin", "lib", "lib64", "home", "tmp", "dev"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  cpSync(toolPath("busybox") ?? "", join(root, "bin/busybox"));
  writeFileSync(join(root, "dev/null"), "");
  return spawnSync("chroot", [root, "/bin/busybox", "--install", "/bin"]).status === 0;
}

function hasSmallRoot(): boolean {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-root-"));
  try {
    return makeSmallRoot(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

describe.runIf(hasSmallRoot())("on a machine with musl", () => {
  test.each([
    ["and no other C library", [], `${HERE}-musl`],
    ["beside the usual C library", ["lib64/ld-linux-x86-64.so.2"], HERE],
  ])("%s", async (_, files, target) => {
    const user = sandbox({ codex: "none" });
    const root = join(user.dir, "root");
    makeSmallRoot(root);
    for (const file of ["lib/ld-musl-x86_64.so.1", ...files]) writeFileSync(join(root, file), "");
    cpSync(INSTALLER, join(root, "install.sh"));
    makeRelease(root).add({ target: `${HERE}-musl` });
    const child = spawn(toolPath("chroot") ?? "", [root, "/bin/sh", "/install.sh", "--base", "/release"], {
      env: { HOME: "/home", PATH: "/bin" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    expect(await finished(child, 60_000)).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringContaining(`installed agentlb 1.0.0 (${target})`),
    });
  });
});
