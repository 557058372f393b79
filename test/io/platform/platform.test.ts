import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { system } from "../../../lib/io/platform/here.ts";
import { linux } from "../../../lib/io/platform/linux.ts";
import { macos } from "../../../lib/io/platform/macos.ts";
import { windows } from "../../../lib/io/platform/windows.ts";

describe("the system", () => {
  it.each([["linux", linux], ["darwin", macos], ["freebsd", macos], ["win32", windows]])(
    "that the runtimes call %s is known",
    async (name, platform) => {
      const here = Object.getOwnPropertyDescriptor(process, "platform")!;
      onTestFinished(() => {
        Object.defineProperty(process, "platform", here);
        vi.resetModules();
      });
      Object.defineProperty(process, "platform", { value: name, configurable: true });
      vi.resetModules();
      const { PLATFORM, system } = await import("../../../lib/io/platform/here.ts");
      expect(PLATFORM).toBe(name);
      expect(system.lockCall).toBe(platform.lockCall);
      expect(system.processes === undefined).toBe(platform.processes === undefined);
      expect(system.canBecome).toBe(platform.canBecome);
    },
  );

  it("is the one this runs on", () => {
    expect(system).toBe(
      process.platform === "linux" ? linux : process.platform === "win32" ? windows : macos,
    );
  });
});

it.skipIf(process.platform === "win32")("a command is started without core dumps", () => {
  const [file = "", ...args] = system.withoutCores(["/bin/sh", "-c", 'ulimit -c; echo "$@"', "sh", "a b"]);
  expect(
    spawnSync("/bin/sh", ["-c", 'ulimit -c 1; exec "$@"', "sh", file, ...args], { encoding: "utf8" }).stdout,
  )
    .toBe("0\na b\n");
});

describe.runIf(existsSync("/proc/self/stat"))("on Linux", () => {
  const seen = linux.processes!;

  it("processes are seen with their words, parents and groups", async () => {
    // A job of its own group, in the session of the shell.
    const shell = spawn("bash", ["-c", "set -m; sleep 1000 & echo $!; wait"], {
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const pid = Number(await new Promise((told) => shell.stdout.once("data", told)));
    onTestFinished(() => [pid, shell.pid!].forEach((each) => void process.kill(-each, "SIGKILL")));
    expect(seen.numbers()).toEqual(expect.arrayContaining([pid, shell.pid]));
    expect([seen.parentOf(pid), seen.groupOf(pid), seen.ownerOf(pid)])
      .toEqual([shell.pid, pid, process.getuid?.()]);
    expect(new TextDecoder().decode(seen.ownCommandLine()).split("\0").slice(0, -1))
      .toEqual(seen.commandLineOf(process.pid));
  });

  it("what is gone has no words, no parent, no group and no owner", () => {
    const pid = 5_000_001;
    expect([seen.commandLineOf(pid), seen.parentOf(pid), seen.groupOf(pid), seen.ownerOf(pid)]).toEqual([
      [],
      0,
      0,
      undefined,
    ]);
  });
});

it.each([["macOS", macos], ["Windows", windows]])(
  "on %s nothing is seen of processes but whether they live",
  (_, platform) => expect(platform.processes).toBeUndefined(),
);
