import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inShells, type Person } from "./support/installer.ts";
import { program } from "./support/release.ts";

/** A folder as `npm run build` makes it, with this agentlb in it. */
function dist(who: Person, agentlb = program("1.0.0")): string {
  const folder = join(who.user.dir, "dist");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "agentlb"), agentlb);
  chmodSync(join(folder, "agentlb"), 0o644);
  return folder;
}

inShells("install.sh --from", (person) => {
  test("puts a build in place under three names on an empty HOME, and says what to do about PATH and skills", async () => {
    const who = person();
    const folder = dist(who);
    const { code, stdout, stderr } = await who.install(["--from", folder]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(
      `installed agentlb 1.0.0 (from ${folder}):\n  ${who.bin}/agentlb\n  ${who.bin}/cap\n  ${who.bin}/clb\n`,
    );
    expect(stdout).toContain(`export PATH="${who.bin}:$PATH"`);
    expect(stdout).toContain("agentlb skill install cap");
    // What has to be done first stands first, and the next step last.
    expect(stdout.split("\n")[4]).toBe(`${who.bin} is not on PATH; to have it there, add to ~/.profile:`);
    expect(stdout).toMatch(/\nnext: agentlb init\n$/);
    mkdirSync(join(who.user.home, ".agentlb/sessions"), { recursive: true });
    expect((await who.install(["--from", folder])).stdout).not.toContain("agentlb init");
    rmSync(join(who.user.home, ".agentlb"), { recursive: true });
    expect(stdout).toMatch(/a copy of the program named scripts\/cap would not start there/);
    const stats = ["agentlb", "cap", "clb"].map((name) => statSync(join(who.bin, name)));
    expect(new Set(stats.map(({ ino, mode }) => `${ino} ${mode & 0o777}`)).size).toBe(1);
    expect((await who.install(["--from", folder, "--dry-run"])).stdout).toContain(
      `would copy ${folder}/agentlb\n`,
    );
    expect(await who.install(["--uninstall"])).toMatchObject({ code: 0, stderr: "" });
    expect(who.everything().filter((path) => /agentlb|cap|clb/.test(path))).toEqual([]);
  });

  test("says where a build comes from when there is none", async () => {
    const who = person();
    const { code, stdout, stderr } = await who.install(["--from", who.user.home]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(
      /error: Cannot install from .*: there is no agentlb in it\n.*hint: npm ci && npm run build makes/,
    );
    expect(who.everything()).toEqual([]);
  });

  const SAYS = (words: string, code: number) => `#!/bin/sh\necho '${words}' >&2\nexit ${code}\n`;
  test.each([
    [
      "Error loading shared library libstdc++.so.6: No such file or directory (needed by agentlb)",
      127,
      "apk add libstdc++",
    ],
    ["agentlb: /lib/libc.so.6: version `GLIBC_2.17 not found", 1, "a newer C library"],
    ["Illegal instruction", 132, "a processor with SSE4.2"],
    ["no idea", 3, "build it on this machine"],
  ])("names the cure for a program that says %j", async (words, code, cure) => {
    const who = person();
    const ended = await who.install(["--from", dist(who, SAYS(words, code))]);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toContain(`it doesn't run here: ${words}\n`);
    expect(ended.stderr).toMatch(/hint: .*; nothing was installed\n$/);
    expect(ended.stderr).toContain(cure);
    expect(who.everything()).toEqual([]);
  });
});
