import { readFileSync } from "node:fs";
import process from "node:process";
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
    borne: ["SIGINT", "SIGQUIT"],
    passed: ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"],
  },
  longExitCodes: undefined,
  rootFolder: "/",
  patiently: (action) => action(),
  isPassing: () => false,
  homeOfUser: homeInPasswd,
  zoneFile,
  withoutCores: (command) => ["/bin/sh", "-c", 'ulimit -c 0; exec "$@"', "sh", ...command],
  holderHint: (path) => `find it with: fuser -v ${path}`,
};

/** The start of a process by ps(1), independent of the user's settings. An empty header ends an `-o` (POSIX). */
export function startTimeByPs(pid: number): string | undefined {
  const { status, stdout } = process.getBuiltinModule("node:child_process").spawnSync(
    "/bin/ps",
    ["-o", "stat=", "-o", "lstart=", "-p", String(pid)],
    { encoding: "utf8", env: { LC_ALL: "C", TZ: "UTC" } },
  );
  const [, state, started] = /^\s*(\S+)\s+(.+?)\s*$/.exec(stdout ?? "") ?? [];
  if (status !== 0 || state === undefined || state.startsWith("Z")) return undefined;
  return started ?? "";
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
