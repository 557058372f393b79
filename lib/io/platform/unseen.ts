import type { ProcessView } from "./platform.ts";

/** The view of processes where there is no /proc: nothing but whether they live. */
export const UNSEEN: Omit<ProcessView, "startTimeOf"> = {
  bootId: () => "",
  showsProcesses: false,
  processes: () => [],
  commandLineOf: () => [],
  ownCommandLine: () => undefined,
  variableOf: () => undefined,
  parentOf: () => 0,
  groupOf: () => 0,
  ownerOf: () => undefined,
  lockHolders: () => undefined,
};
