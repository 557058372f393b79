import { spawn } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pack, stageArchive, type Texts } from "../../scripts/release/archive.ts";
import { checksums } from "../../scripts/release/checksums.ts";
import { writeInstallers } from "../../scripts/release/installers.ts";
import { hostTarget } from "../../scripts/release/targets.ts";
import { TREE } from "../../rig/codex.ts";
import { commandOf } from "../../rig/program.ts";
import { finished, type Result } from "../../rig/result.ts";
import { person } from "./support/installer.ts";
import { makeRelease, serve } from "./support/release.ts";
import { patience } from "../../rig/patience.ts";

const TEXTS: Texts = { "LICENSE": "may\n", "README.md": "do\n", "THIRD-PARTY-LICENSES": "so\n" };
const { version } = JSON.parse(readFileSync(join(TREE, "package.json"), "utf8"));
const target = hostTarget(TREE);
const [program] = commandOf("compiled");

let dir: string;
/** A release with the real program of this machine. */
let folder: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "agentlb-rig-release-"));
  folder = join(dir, "release");
  mkdirSync(folder);
  const name = `agentlb-${version}-${target.name}`;
  stageArchive(join(dir, "stage"), name, target, { built: dirname(program), texts: TEXTS });
  await pack(join(dir, "stage"), join(folder, `${name}${target.archive}`), target, {
    texts: TEXTS,
    level: 1,
  });
  const files = [`${name}${target.archive}`, ...writeInstallers(TREE, folder, undefined)];
  writeFileSync(join(folder, "SHA256SUMS"), checksums(folder, files));
}, patience(120_000));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test("the real program is installed, runs by all its names, and goes again", async () => {
  const who = person();
  const { url } = await serve(folder);
  const installed = await who.install(["--base", url, "--target", target.name]);
  expect(installed).toMatchObject({ code: 0, stderr: "" });
  expect(statSync(join(who.bin, "clb")).nlink).toBe(3);
  expect(readFileSync(join(who.bin, "agentlb")).equals(readFileSync(program))).toBe(true);
  const run = (name: string, ...args: string[]) => {
    const child = spawn(join(who.bin, name), args, { env: who.user.env, cwd: who.user.cwd, stdio: "pipe" });
    child.stdin.end();
    return finished(child, 60_000);
  };
  expect(await run("agentlb", "--version")).toMatchObject({ code: 0, stdout: `agentlb ${version}\n` });
  expect((await run("cap", "-h")).stdout).toMatch(/^usage: cap /);
  expect((await run("clb", "-h")).stdout).toMatch(/^usage: clb /);

  expect(await who.install(["--uninstall"])).toMatchObject({ code: 0, stderr: "" });
  expect(who.everything().filter((path) => path.startsWith(".local/bin/"))).toEqual([]);
}, patience(120_000));

describe("npm run release:smoke", () => {
  const smoke = (folder: string): Promise<Result> => {
    const [bun] = commandOf("bun");
    const child = spawn(bun, [join(TREE, "scripts/release/smoke.ts"), folder], { stdio: "pipe" });
    child.stdin.end();
    return finished(child, 100_000);
  };

  test("finds that the release works", async () => {
    const { code, stdout, stderr } = await smoke(folder);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain("3 files are what SHA256SUMS says\n");
    expect(stdout).toContain(`installed agentlb ${version} (${target.name}):\n`);
    expect(stdout).toContain("the release works here\n");
  }, patience(120_000));

  test.each([
    [
      "a file was changed",
      (place: string) => appendFileSync(join(place, "install.sh"), "\n"),
      "install.sh is not what",
    ],
    [
      "a file is not named",
      (place: string) => writeFileSync(join(place, "x"), ""),
      "x is not what SHA256SUMS says",
    ],
    [
      "a file is missing",
      (place: string) => rmSync(join(place, "install.ps1")),
      "install.ps1 of SHA256SUMS is not",
    ],
  ])("fails where %s", async (_, spoil, words) => {
    const place = mkdtempSync(join(dir, "spoiled-"));
    for (const name of ["install.sh", "install.ps1"]) cpSync(join(folder, name), join(place, name));
    writeFileSync(join(place, "SHA256SUMS"), checksums(place, ["install.sh", "install.ps1"]));
    spoil(place);
    const { code, stderr } = await smoke(place);
    expect(stderr).toContain(words);
    expect(code).toBe(1);
  });

  test.each([
    ["says another version", "#!/bin/sh\necho agentlb 9.9.9\n", "agentlb --version says agentlb 9.9.9"],
    [
      "doesn't know its other names",
      `#!/bin/sh\necho agentlb ${version}\n`,
      `cap -h says agentlb ${version}`,
    ],
  ])("fails where the program %s", async (_, agentlb, words) => {
    const place = mkdtempSync(join(dir, "spoiled-"));
    const release = makeRelease(place, { version, target: target.name, agentlb });
    const names = [
      `agentlb-${version}-${target.name}.tar.gz`,
      ...writeInstallers(TREE, release.folder, undefined),
    ];
    release.sums(() => checksums(release.folder, names));
    const { code, stderr } = await smoke(release.folder);
    expect(stderr).toContain(words);
    expect(code).toBe(1);
  });
});
