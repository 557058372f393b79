import { spawn } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { signal } from "../../lib/io/process/process.ts";
import { until } from "../../rig/until.ts";
import { inShells, type Person, person } from "./support/installer.ts";
import { makeRelease } from "./support/release.ts";

/** A person who has installed, and has sessions. */
async function settled(who: Person, args: readonly string[] = []): Promise<Person> {
  await who.install(["--base", makeRelease(who.user.dir).folder, ...args]);
  mkdirSync(who.user.root);
  writeFileSync(join(who.user.root, "status.json"), "{}");
  return who;
}

inShells("install.sh --uninstall", (person) => {
  test("removes exactly what was installed", async () => {
    const who = await settled(person());
    writeFileSync(join(who.bin, "mine"), "");
    const { code, stdout, stderr } = await who.install(["--uninstall"]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout.split("\n")).toEqual([
      ...["agentlb", "cap", "clb"].map((name) => `removed ${who.bin}/${name}`),
      `${who.user.root}, where sessions and logins are, was not touched`,
      "",
    ]);
    expect(who.everything()).toEqual([
      ".agentlb",
      ".agentlb/status.json",
      ".local",
      ".local/bin",
      ".local/bin/mine",
      ".local/share",
    ]);
  });

  test("puts back what was there before", async () => {
    const who = person();
    mkdirSync(who.bin, { recursive: true });
    for (const name of ["agentlb", "cap"]) {
      writeFileSync(join(who.bin, name), `older ${name}`, { mode: 0o700 });
    }
    await settled(who, ["--force"]);
    const { code, stdout } = await who.install(["--uninstall"]);
    expect(code).toBe(0);
    expect(stdout).toContain(`put back ${who.bin}/cap, which was there before\n`);
    for (const name of ["agentlb", "cap"]) {
      expect(readFileSync(join(who.bin, name), "utf8")).toBe(`older ${name}`);
      expect(existsSync(join(who.bin, `${name}.before`))).toBe(false);
    }
    expect(existsSync(join(who.bin, "clb"))).toBe(false);
  });

  test("keeps and names what was changed since; --force removes it", async () => {
    const who = await settled(person());
    rmSync(join(who.bin, "clb"));
    writeFileSync(join(who.bin, "clb"), "mine now");
    const { code, stdout, stderr } = await who.install(["--uninstall"]);
    expect(code).toBe(1);
    expect(stdout).toContain(`removed ${who.bin}/cap\n`);
    expect(stderr).toContain(`Cannot remove ${who.bin}/clb: it was changed since`);
    expect(readFileSync(join(who.bin, "clb"), "utf8")).toBe("mine now");
    expect((await who.install(["--uninstall"])).code).toBe(1);
    expect(await who.install(["--uninstall", "--force"])).toMatchObject({ code: 0, stderr: "" });
    expect(who.everything()).toEqual([
      ".agentlb",
      ".agentlb/status.json",
      ".local",
      ".local/bin",
      ".local/share",
    ]);
    const again = await who.install(["--uninstall"]);
    expect(again).toMatchObject({ code: 1, stdout: "" });
    expect(again.stderr).toContain("hint: nothing is installed by this script");
  });

  test("leaves what was kept where its place is taken", async () => {
    const who = person();
    mkdirSync(who.bin, { recursive: true });
    writeFileSync(join(who.bin, "agentlb"), "the older one");
    await settled(who);
    rmSync(join(who.bin, "agentlb"));
    writeFileSync(join(who.bin, "agentlb"), "mine now");
    const { code, stderr } = await who.install(["--uninstall"]);
    expect(code).toBe(1);
    expect(stderr).toContain(`Cannot put back ${who.bin}/agentlb.before: agentlb is still there`);
    expect(readFileSync(join(who.bin, "agentlb.before"), "utf8")).toBe("the older one");
    rmSync(join(who.bin, "agentlb"));
    expect(await who.install(["--uninstall"])).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(join(who.bin, "agentlb"), "utf8")).toBe("the older one");
  });

  test("with --dry-run says what it would do, and does nothing", async () => {
    const who = await settled(person());
    const before = who.everything();
    const { code, stdout } = await who.install(["--uninstall", "--dry-run"]);
    expect(code).toBe(0);
    expect(stdout).toContain(`would remove ${who.bin}/clb\n`);
    expect(who.everything()).toEqual(before);
  });

  test("with --to removes from that folder alone", async () => {
    const who = await settled(person());
    const other = join(who.user.home, "other");
    await who.install(["--base", join(who.user.dir, "release"), "--to", other]);
    expect(await who.install(["--uninstall", "--to", other])).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(join(other, "agentlb"))).toBe(false);
    expect(existsSync(join(who.bin, "agentlb"))).toBe(true);
    expect(await who.install(["--uninstall"])).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(join(who.bin, "agentlb"))).toBe(false);
  });
});

describe("an uninstall", () => {
  test("without an install fails", async () => {
    const who = person();
    const { code, stderr } = await who.install(["--uninstall"]);
    expect(code).toBe(1);
    expect(stderr).toContain(`Cannot uninstall: ${who.receipt}, which would say what was installed`);
  });

  test("keeps a link that took the place of a program, also one to the same bytes", async () => {
    const who = await settled(person());
    const own = join(who.user.home, "own");
    copyFileSync(join(who.bin, "cap"), own);
    rmSync(join(who.bin, "cap"));
    symlinkSync(own, join(who.bin, "cap"));
    expect((await who.install(["--uninstall"])).code).toBe(1);
    expect(existsSync(own)).toBe(true);
    expect(existsSync(join(who.bin, "cap"))).toBe(true);
  });

  test("says what is gone already", async () => {
    const who = await settled(person());
    rmSync(join(who.bin, "cap"));
    const { code, stdout } = await who.install(["--uninstall"]);
    expect(code).toBe(0);
    expect(stdout).toContain(`already gone: ${who.bin}/cap\n`);
  });

  test("touches nothing that the receipt doesn't name, whatever lines are in it", async () => {
    const who = await settled(person());
    const mine = join(who.user.home, "mine");
    writeFileSync(mine, "");
    appendFileSync(who.receipt, `\n  \nkept\n${"0".repeat(64)}  ${mine}\n`);
    const { code, stderr } = await who.install(["--uninstall"]);
    expect(code).toBe(1);
    expect(stderr).toContain(`Cannot remove ${mine}: it was changed since`);
    expect(existsSync(mine)).toBe(true);
  });

  test("says how to end a supervisor that runs on", async () => {
    const who = await settled(person());
    const program = join(who.user.dir, "agentlb");
    writeFileSync(program, "#!/bin/sh\necho $$\nwhile read -r line; do :; done\n");
    chmodSync(program, 0o755);
    const running = spawn(program, ["supervisor", "daemon"], { stdio: ["pipe", "pipe", "ignore"] });
    onTestFinished(() => void signal(running.pid!, "SIGKILL"));
    let begun = false;
    running.stdout.once("data", () => begun = true);
    await until(() => begun, "it runs");
    const pidFile = join(who.user.root, "supervisor.pid");
    writeFileSync(pidFile, `${process.pid}\n`);
    expect((await who.install(["--uninstall", "--dry-run"])).stdout).not.toContain("supervisor");
    writeFileSync(pidFile, `${running.pid}\n`);
    expect((await who.install(["--uninstall", "--dry-run"])).stdout)
      .toContain("the supervisor runs; to end it before: agentlb supervisor stop\n");
    expect((await who.install(["--uninstall"])).stdout)
      .toContain(`the supervisor still runs; to end it: kill ${running.pid}\n`);
  });
});
