import { existsSync } from "node:fs";
import process from "node:process";
import { expect, it } from "vitest";
import { terminalRoleByPs } from "../../../lib/io/platform/macos.ts";
import { system } from "../../../lib/io/platform/here.ts";
import { isForGroup } from "../../../lib/io/platform/terminal_role.ts";

const role = (hasTerminal: boolean, isForeground = false, leadsSession = false) => ({
  hasTerminal,
  isForeground,
  leadsSession,
});

it.each<[string, string, boolean, ReturnType<typeof role> | undefined, boolean]>([
  ["Ctrl-C in the foreground", "SIGINT", true, role(true, true), true],
  ["Ctrl-\\ in the foreground", "SIGQUIT", true, role(true, true), true],
  ["an interrupt in the background", "SIGINT", true, role(true), false],
  ["an interrupt without a terminal", "SIGINT", false, role(false), false],
  ["an interrupt where nothing is visible", "SIGINT", true, undefined, true],
  ["the end of the terminal", "SIGHUP", true, role(false), true],
  [
    "the end of the terminal of its leader",
    "SIGHUP",
    true,
    role(false, false, true),
    false,
  ],
  ["a hang-up sent while the terminal is there", "SIGHUP", true, role(true, true), false],
  ["a hang-up where there never was one", "SIGHUP", false, role(false), false],
  ["a hang-up where nothing is visible", "SIGHUP", true, undefined, false],
  ["a request to end", "SIGTERM", true, role(true, true), false],
])("%s: has the whole group received it?", (_, name, hadTerminal, now, isSo) => {
  expect(isForGroup(name, hadTerminal, now)).toBe(isSo);
});

it.runIf(process.platform === "linux" && existsSync("/bin/ps"))(
  "ps(1) tells the same of a process as /proc",
  () => {
    const pids = [process.pid, process.ppid];
    for (const pid of pids) expect(terminalRoleByPs(pid)).toEqual(system.terminalRoleOf(pid));
    expect(system.hasTerminal()).toBe(terminalRoleByPs(process.pid)?.hasTerminal);
    expect(system.terminalRoleOf(2 ** 22 + 1)).toBeUndefined();
    expect(terminalRoleByPs(2 ** 22 + 1)).toBeUndefined();
  },
);
