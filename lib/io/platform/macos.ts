import type { Platform } from "./platform.ts";
import { childProcesses } from "./runtime.ts";
import { UNIX } from "./unix.ts";
import { UNSEEN } from "./unseen.ts";

/** macOS, and every other Unix without Linux's /proc. */
export const macos: Platform = { ...UNIX, ...UNSEEN, startTimeOf: startTimeByPs };

/** The start of a process by ps(1), in words that don't depend on the user's settings. A header, here none, ends an `-o` (POSIX). */
export function startTimeByPs(pid: number): string | undefined {
  const { status, stdout } = childProcesses().spawnSync(
    "/bin/ps",
    ["-o", "stat=", "-o", "lstart=", "-p", String(pid)],
    { encoding: "utf8", env: { LC_ALL: "C", TZ: "UTC" } },
  );
  const [, state, started] = /^\s*(\S+)\s+(.+?)\s*$/.exec(stdout ?? "") ?? [];
  if (status !== 0 || state === undefined || state.startsWith("Z")) return undefined;
  return started ?? "";
}
