import { homeInPasswd } from "./passwd.ts";
import type { Platform, ProcessView } from "./platform.ts";
import { zoneFile } from "./zone.ts";

/** What all systems but Windows have in common. */
export const UNIX: Omit<Platform, keyof ProcessView> = {
  hasUserNumbers: true,
  hasSignals: true,
  canBecome: true,
  hasTmux: true,
  refusesOpenFiles: false,
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
  homeOfUser: homeInPasswd,
  zoneFile,
  withoutCores: (command) => ["/bin/sh", "-c", 'ulimit -c 0; exec "$@"', "sh", ...command],
  holderHint: (path) => `find it with: fuser -v ${path}`,
};
