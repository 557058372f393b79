import { exitCodeOf, type Kernel32, loadKernel32, startTimeOf } from "./kernel32.ts";
import type { Platform } from "./platform.ts";
import { builtin } from "./runtime.ts";
import { UNSEEN } from "./unseen.ts";

/** Windows. */
export const windows: Platform = {
  ...UNSEEN,
  startTimeOf: (pid) => startTimeOf(kernel32(), pid),
  hasUserNumbers: false,
  hasSignals: false,
  canBecome: false,
  hasTmux: false,
  refusesOpenFiles: true,
  linksFreely: false,
  flushesFolders: false,
  // Bun's own way asks for more than wine can, which is where this is tested.
  removesStepwise: true,
  lockCall: "LockFileEx",
  // Ctrl-C, Ctrl-Break and the closing of the window, of which every program of a console is told.
  terminalSignals: { borne: ["SIGINT", "SIGBREAK", "SIGHUP"], passed: [] },
  longExitCodes: {
    exitWith: (code) => kernel32().ExitProcess(code),
    watch: (pid) => exitCodeOf(kernel32(), pid),
  },
  rootFolder: "C:\\",
  homeOfUser: () => undefined,
  zoneFile: () => undefined,
  // It keeps no cores where others look for them.
  withoutCores: (command) => command,
  holderHint: (path) => `find it in the Resource Monitor, by ${path}`,
};

let loaded: Kernel32 | undefined;

/** The calls of Windows, loaded at the first use. Throws Failure where they can't be had. */
export function kernel32(): Kernel32 {
  return loaded ??= loadKernel32(builtin);
}
