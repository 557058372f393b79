import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  commandLineOf,
  identityOf,
  isAlive,
  livingNow,
  onSignals,
  ownerOf,
  ownIdentity,
  signal,
  variableOf,
} from "../../../lib/io/process/process.ts";
import { startTimeByPs } from "../../../lib/io/platform/macos.ts";
import { until } from "../../../rig/until.ts";

const NOBODY = 5_000_001;

async function process_(args: string[], env: Record<string, string> = {}): Promise<number> {
  const { pid } = spawn("/bin/sh", ["-c", ...args], { detached: true, stdio: "ignore", env });
  onTestFinished(() => void signal(-pid!, "SIGKILL"));
  await until(() => identityOf(pid!) !== undefined, "a process");
  return pid!;
}

describe("a process", () => {
  it("is known by more than its number, for as long as it lives", async () => {
    const pid = await process_(["sleep 1000; :"]);
    const identity = identityOf(pid)!;
    expect(identity).toEqual(identityOf(pid));
    expect(identity.startTime).not.toBe("");
    expect(isAlive(identity)).toBe(true);
    expect(isAlive({ ...identity, startTime: `${identity.startTime}0` })).toBe(false);
    expect(isAlive({ ...identity, bootId: "another" })).toBe(false);
    const lives = livingNow();
    expect(
      [identity, { ...identity, startTime: "0" }, { ...identity, bootId: "another" }, identity].map(lives),
    ).toEqual([true, false, false, true]);
    signal(-pid, "SIGKILL");
    await until(() => !isAlive(identity), "its end");
    expect(identityOf(pid)).toBeUndefined();
    expect(lives(identity)).toBe(false);
  });

  it("of a number that nobody has is none", () => {
    expect(identityOf(NOBODY)).toBeUndefined();
    expect(isAlive({ pid: NOBODY, startTime: "", bootId: "" })).toBe(false);
    expect(commandLineOf(NOBODY)).toEqual([]);
    expect(variableOf(NOBODY, "HOME")).toBeUndefined();
    expect(ownerOf(NOBODY)).toBeUndefined();
    expect(signal(NOBODY, "SIGTERM")).toBe(false);
    expect(signal(-NOBODY, "SIGTERM")).toBe(false);
  });

  it.skipIf(!existsSync("/bin/ps"))("is known by ps too, whatever the user's time zone", async () => {
    const pid = await process_(["sleep 1000; :"]);
    const before = process.env.TZ;
    onTestFinished(() => before === undefined ? void delete process.env.TZ : void (process.env.TZ = before));
    const seen = ["Pacific/Kiritimati", "America/Los_Angeles"].map((zone) => {
      process.env.TZ = zone;
      return startTimeByPs(pid)!;
    });
    expect(seen[0]).toMatch(/^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/);
    const [first, second] = seen.map((text) => Date.parse(`${text} UTC`));
    expect(Math.abs(first! - second!)).toBeLessThan(60_000); // on Linux ps reckons, and may be a second off
    expect(Math.abs(first! - Date.now())).toBeLessThan(600_000);
    expect(startTimeByPs(NOBODY)).toBeUndefined();
  });

  it("is also this one", () => {
    expect(ownIdentity().pid).toBe(process.pid);
    expect(isAlive(ownIdentity())).toBe(true);
  });
});

describe.runIf(existsSync("/proc/self/stat"))("on Linux a process", () => {
  it("that is only a zombie is none", async () => {
    const pid = await process_(["sleep 0.1 & exec sleep 1000"]);
    const zombie = () => {
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number)
        .filter((child) => child > 0);
      return children.find((child) => / Z /.test(readFileSync(`/proc/${child}/stat`, "utf8")));
    };
    await until(() => zombie() !== undefined, "a zombie");
    expect(identityOf(zombie()!)).toBeUndefined();
  });

  it("may be called like the fields that come after its name", async () => {
    const pid = await process_(['printf "a) Z 1 (" >/proc/$$/comm; while :; do sleep 1000; done']);
    await until(() => readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("a) Z"), "its name");
    expect(identityOf(pid)?.startTime).toMatch(/^\d+$/);
  });

  it("shows its words, its environment and its owner", async () => {
    const pid = await process_(["while :; do sleep 1000; done", "two words", ""], {
      ROOT: "/a=b",
      ROOTS: "no",
    });
    await until(() => commandLineOf(pid).length === 5, "its words");
    expect(commandLineOf(pid)).toEqual(["/bin/sh", "-c", "while :; do sleep 1000; done", "two words", ""]);
    expect(variableOf(pid, "ROOT")).toBe("/a=b");
    expect(variableOf(pid, "OO")).toBeUndefined();
    expect(ownerOf(pid)).toBe(process.getuid?.());
  });
});

it("a signal is heard instead of obeyed until that is taken back", async () => {
  const heard: string[] = [];
  const undo = onSignals(["SIGUSR2"], (name) => void heard.push(name));
  process.kill(process.pid, "SIGUSR2");
  await until(() => heard.length === 1, "the signal");
  expect(heard).toEqual(["SIGUSR2"]);
  const before = process.listenerCount("SIGUSR2");
  undo();
  expect(process.listenerCount("SIGUSR2")).toBe(before - 1);
});
