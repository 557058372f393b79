import { readFileSync } from "node:fs";
import process from "node:process";
import type { TerminalRole } from "./terminal_role.ts";
import type { Platform } from "./platform.ts";

/** macOS, and every other Unix without Linux's /proc. */
export const macos: Platform = {
  startTimeOf: startTimeByPs,
  bootId: () => "",
  processes: undefined,
  hasUserNumbers: true,
  hasSignals: true,
  canBecome: true,
  hasTmux: true,
  linksFreely: true,
  flushesFolders: true,
  removesStepwise: false,
  lockCall: "flock",
  terminalSignals: {
    borne: [],
    passed: ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"],
  },
  hasTerminal: talksToTerminal,
  terminalRoleOf: terminalRoleByPs,
  isStopped: (pid) => psFieldsOf(pid, "stat")?.startsWith("T") ?? false,
  ignoredSignals: () => [],
  longExitCodes: undefined,
  rootFolder: "/",
  patiently: (action) => action(),
  isPassing: () => false,
  homeOfUser: homeInPasswd,
  zoneFile,
  withoutCores: (command) => ["/bin/sh", "-c", 'ulimit -c 0; exec "$@"', "sh", ...command],
  holderHint: (path) => `find it with: fuser -v ${path}`,
};

/** The start of a process by ps(1). */
export function startTimeByPs(pid: number): string | undefined {
  const [, state, started] = /^(\S+)\s+(.+)$/.exec(psFieldsOf(pid, "stat", "lstart") ?? "") ?? [];
  if (state === undefined || state.startsWith("Z")) return undefined;
  return started ?? "";
}

/** Looks for a terminal at the standard streams, which is quicker than ps(1). */
function talksToTerminal(): boolean {
  const { isatty } = process.getBuiltinModule("node:tty");
  return [0, 1, 2].some((fd) => isatty(fd));
}

/** The relation of a process to its terminal by ps(1): a state with `s` leads a session, `+` is in the foreground. */
export function terminalRoleByPs(pid: number): TerminalRole | undefined {
  const [, state, terminal] = /^(\S+)\s+(\S+)$/.exec(psFieldsOf(pid, "stat", "tty") ?? "") ?? [];
  if (state === undefined || terminal === undefined) return undefined;
  const hasTerminal = !/^[?-]+$/.test(terminal);
  return { hasTerminal, isForeground: state.includes("+"), leadsSession: state.includes("s") };
}

/** Fields of a process by ps(1), independent of the user's settings. An empty header ends an `-o` (POSIX). */
function psFieldsOf(pid: number, ...fields: readonly string[]): string | undefined {
  const { status, stdout } = process.getBuiltinModule("node:child_process").spawnSync(
    "/bin/ps",
    [...fields.flatMap((field) => ["-o", `${field}=`]), "-p", String(pid)],
    { encoding: "utf8", env: { LC_ALL: "C", TZ: "UTC" } },
  );
  return status === 0 ? stdout?.trim() : undefined;
}

/** The home folder of a user, by name or number, from `/etc/passwd`; undefined when not listed. */
export function homeInPasswd(user: string | number): string | undefined {
  let text: string;
  try {
    text = readFileSync("/etc/passwd", "utf8");
  } catch {
    return undefined; // missing, or not readable by us
  }
  for (const line of text.split("\n")) {
    const [name, , uid, , , home] = line.split(":");
    if (home !== undefined && (typeof user === "number" ? uid === String(user) : name === user)) return home;
  }
  return undefined;
}

const ZONES = "/usr/share/zoneinfo";

/** The compiled time zone file of `TZ`, or of this machine; undefined when unknown. */
export function zoneFile(name: string | undefined): Uint8Array | undefined {
  if (name !== undefined && !/^:?[A-Za-z][\w+-]*(\/[\w+-]+)*$/.test(name)) return undefined;
  try {
    return readFileSync(name === undefined ? "/etc/localtime" : `${ZONES}/${name.replace(":", "")}`);
  } catch {
    return undefined; // no such zone, or none on this machine
  }
}
