import { spawn } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { signal } from "../../lib/io/process/process.ts";
import { finished } from "../../rig/result.ts";
import { describeWith, toolPath } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { inShells, type Person, person } from "./support/installer.ts";
import { HERE, makeRelease, program, serve } from "./support/release.ts";

const INSTALLED = [
  ".local",
  ".local/bin",
  ".local/bin/agentlb",
  ".local/bin/cap",
  ".local/bin/clb",
  ".local/share",
  ".local/share/agentlb",
  ".local/share/agentlb/install",
];

/** What a program in the folder of a person's programs says. */
async function said(who: Person, name: string): Promise<string> {
  const { stdout } = await finished(
    spawn(join(who.bin, name), ["--version"], { stdio: ["ignore", "pipe", "pipe"] }),
    30_000,
  );
  return stdout;
}

inShells("install.sh", (person) => {
  test("installs three names of one program, and says so", async () => {
    const who = person();
    const { folder } = makeRelease(who.user.dir);
    const { url, asked } = await serve(folder);
    const { code, stdout, stderr } = await who.install(["--base", `${url}/`]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain(`installed agentlb 1.0.0 (${HERE}):\n  ${who.bin}/agentlb\n`);
    expect(asked).toEqual(["SHA256SUMS", `agentlb-1.0.0-${HERE}.tar.gz`]);
    expect(who.everything()).toEqual(INSTALLED);
    const stats = ["agentlb", "cap", "clb"].map((name) => statSync(join(who.bin, name)));
    expect(new Set(stats.map(({ ino }) => ino)).size).toBe(1);
    expect(stats[0]!.mode & 0o777).toBe(0o755);
    expect(await said(who, "cap")).toBe("agentlb 1.0.0\n");
  });

  test("replaces what it installed, and keeps no copy of it", async () => {
    const who = person();
    const release = makeRelease(who.user.dir);
    await who.install(["--base", release.folder]);
    release.add({ version: "1.1.0" });
    const { code, stdout } = await who.install(["--base", release.folder, "--version", "v1.1.0"]);
    expect(code).toBe(0);
    expect(stdout).toContain("installed agentlb 1.1.0");
    expect(who.everything()).toEqual(INSTALLED);
    expect(await said(who, "clb")).toBe("agentlb 1.1.0\n");
    expect(readFileSync(who.receipt, "utf8").split("\n")).toHaveLength(5);
  });

  test("keeps an agentlb that was there before as agentlb.before", async () => {
    const who = person();
    mkdirSync(who.bin, { recursive: true });
    writeFileSync(join(who.bin, "agentlb"), "the older one", { mode: 0o750 });
    const { folder } = makeRelease(who.user.dir);
    const { code, stdout } = await who.install(["--base", folder]);
    expect(code).toBe(0);
    const before = join(who.bin, "agentlb.before");
    expect(stdout).toContain(`kept the agentlb that was there as ${before}\n`);
    expect(readFileSync(before, "utf8")).toBe("the older one");
    expect(statSync(before).mode & 0o777).toBe(0o750);
    await who.install(["--base", folder]);
    expect(readFileSync(before, "utf8")).toBe("the older one");
  });

  test("leaves another program's cap alone, and installs nothing", async () => {
    const who = person();
    mkdirSync(who.bin, { recursive: true });
    writeFileSync(join(who.bin, "cap"), "of somebody else");
    const { folder } = makeRelease(who.user.dir);
    const { url, asked } = await serve(folder);
    const before = who.everything();
    const { code, stderr } = await who.install(["--base", url]);
    expect(code).toBe(1);
    expect(stderr).toContain(`Cannot install ${who.bin}/cap: another program of that name is there`);
    expect(stderr).toContain("install.sh: hint: ");
    expect(asked).toEqual([]);
    expect(who.everything()).toEqual(before);
    expect(readFileSync(join(who.bin, "cap"), "utf8")).toBe("of somebody else");
  });

  test("with --force keeps it as cap.before", async () => {
    const who = person();
    mkdirSync(who.bin, { recursive: true });
    writeFileSync(join(who.bin, "cap"), "of somebody else");
    const { folder } = makeRelease(who.user.dir);
    expect(await who.install(["--base", folder, "--force"])).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(join(who.bin, "cap.before"), "utf8")).toBe("of somebody else");
    expect(await said(who, "cap")).toBe("agentlb 1.0.0\n");
  });

  test("with --dry-run says what it would do, and does nothing", async () => {
    const who = person();
    mkdirSync(who.bin, { recursive: true });
    writeFileSync(join(who.bin, "agentlb"), "the older one");
    const before = who.everything();
    const { mtimeMs } = statSync(who.bin);
    const { url, asked } = await serve(makeRelease(who.user.dir).folder);
    const { code, stdout } = await who.install(["--base", url, "--dry-run"]);
    expect(code).toBe(0);
    expect(stdout.split("\n")).toEqual([
      `would download ${url}/agentlb-1.0.0-${HERE}.tar.gz`,
      ...["agentlb", "cap", "clb"].map((name) => `would install ${who.bin}/${name}`),
      `would keep the agentlb that is there as ${who.bin}/agentlb.before`,
      `would install manual pages and completions below ${who.user.home}/.local/share`,
      "",
    ]);
    expect(asked).toEqual(["SHA256SUMS"]);
    expect(who.everything()).toEqual(before);
    expect(statSync(who.bin).mtimeMs).toBe(mtimeMs);
  });

  test("says when a shell would not find the program", async () => {
    const who = person();
    const { folder } = makeRelease(who.user.dir);
    const off = await who.install(["--base", folder]);
    expect(off.stdout).toContain(`${who.bin} is not on PATH`);
    const on = await who.install(["--base", folder], { env: { PATH: `${who.tools}:${who.bin}` } });
    expect(on.stdout).not.toContain("PATH");
    who.put("agentlb", "echo another");
    const second = await who.install(["--base", folder], { env: { PATH: `${who.tools}:${who.bin}` } });
    expect(second.stdout).toContain(`agentlb on PATH is still another one: ${who.tools}/agentlb`);
  });

  test("copes with folders of any name", async () => {
    const who = person();
    const to = join(who.user.home, `b:in 'x' "y" $HOME * \\n [a]`);
    const { folder } = makeRelease(who.user.dir);
    expect(await who.install(["--base", folder, "--to", to])).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(join(to, "cap"))).toBe(true);
    expect(await who.install(["--base", folder, "--to", `./../${to.split("/").at(-1)}`]))
      .toMatchObject({ code: 0, stderr: "" });
    expect(await who.install(["--uninstall"])).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(join(to, "cap"))).toBe(false);
  });
});

describe("what is in the way:", () => {
  test("a folder of our name", async () => {
    const who = person();
    mkdirSync(join(who.bin, "clb"), { recursive: true });
    const before = who.everything();
    const { code, stderr } = await who.install(["--base", makeRelease(who.user.dir).folder, "--force"]);
    expect(code).toBe(1);
    expect(stderr).toContain(`Cannot install ${who.bin}/clb: what is there is no program`);
    expect(who.everything()).toEqual(before);
  });

  test("a copy that was kept earlier", async () => {
    const who = person();
    mkdirSync(who.bin, { recursive: true });
    for (const name of ["agentlb", "agentlb.before"]) writeFileSync(join(who.bin, name), name);
    const { code, stderr } = await who.install(["--base", makeRelease(who.user.dir).folder, "--force"]);
    expect(code).toBe(1);
    expect(stderr).toContain("there is an older agentlb.before already");
    expect(readFileSync(join(who.bin, "agentlb"), "utf8")).toBe("agentlb");
  });

  test("what came there during the download", async () => {
    const who = person();
    who.put("tar", `echo mine >"$HOME/.local/bin/cap"\nexec ${toolPath("tar")} "$@"`);
    const { code, stderr } = await who.install(["--base", makeRelease(who.user.dir).folder]);
    expect(code).toBe(1);
    expect(stderr).toContain(`Cannot install ${who.bin}/cap: another program of that name is there`);
    expect(who.everything()).toEqual([".local", ".local/bin", ".local/bin/cap"]);
  });

  test("a link, which is kept as the link that it is", async () => {
    const who = person();
    mkdirSync(who.bin, { recursive: true });
    writeFileSync(join(who.user.home, "own"), "a build of my own");
    symlinkSync("../../own", join(who.bin, "agentlb"));
    expect(await who.install(["--base", makeRelease(who.user.dir).folder])).toMatchObject({ code: 0 });
    expect(readlinkSync(join(who.bin, "agentlb.before"))).toBe("../../own");
    expect(readFileSync(join(who.user.home, "own"), "utf8")).toBe("a build of my own");
    expect(lstatSync(join(who.bin, "agentlb")).isFile()).toBe(true);
  });

  test("a cap that is the agentlb beside it, copied there by hand", async () => {
    const who = person();
    mkdirSync(who.bin, { recursive: true });
    for (const name of ["agentlb", "cap"]) {
      writeFileSync(join(who.bin, name), program("0.9.0"), { mode: 0o755 });
    }
    expect(await who.install(["--base", makeRelease(who.user.dir).folder])).toMatchObject({ code: 0 });
    expect(await said(who, "cap.before")).toBe("agentlb 0.9.0\n");
  });

  test("puts back what was there when the last of the three can't be placed", async () => {
    const who = person();
    mkdirSync(who.bin, { recursive: true });
    writeFileSync(join(who.bin, "agentlb"), "the older one");
    const before = who.everything();
    who.put("mv", `case "$*" in */clb) exit 1 ;; esac\nexec ${toolPath("mv")} "$@"`);
    const { code, stderr } = await who.install(["--base", makeRelease(who.user.dir).folder]);
    expect(code).toBe(1);
    expect(stderr).toContain(`Cannot install ${who.bin}/clb`);
    expect(readFileSync(join(who.bin, "agentlb"), "utf8")).toBe("the older one");
    expect(who.everything().filter((path) => !path.startsWith(".local/share"))).toEqual(before);
  });

  test.each([
    ["the folder", ["--to", "/dev/null/bin"], {}, "Cannot install into /dev/null/bin"],
    [
      "the folder of the receipt",
      [],
      { XDG_DATA_HOME: "/dev/null" },
      "Cannot write /dev/null/agentlb/install",
    ],
  ])("%s can't be written to", async (_, args, env: Record<string, string>, words) => {
    const who = person();
    const { code, stderr } = await who.install(["--base", makeRelease(who.user.dir).folder, ...args], {
      env,
    });
    expect(code).toBe(1);
    expect(stderr).toContain(words);
    expect(who.everything()).toEqual([]);
  });
});

describeWith(["sleep"], "a program that runs", () => {
  test("is not disturbed by an install over it", async () => {
    const who = person();
    const sleep = readFileSync(toolPath("sleep") ?? "");
    const release = makeRelease(who.user.dir, { agentlb: sleep });
    await who.install(["--base", release.folder]);
    const file = join(who.bin, "agentlb");
    const inode = statSync(file).ino;
    const running = spawn(file, ["600"], { stdio: "ignore" });
    onTestFinished(() => void signal(running.pid!, "SIGKILL"));
    await until(() => running.pid !== undefined, "it runs");
    release.add({ version: "2.0.0", agentlb: sleep });
    const { code } = await who.install(["--base", release.folder, "--version", "2.0.0"]);
    expect(code).toBe(0);
    expect(statSync(file).ino).not.toBe(inode);
    expect([running.exitCode, running.signalCode]).toEqual([null, null]);
  });
});
