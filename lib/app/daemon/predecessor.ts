import type { Layout } from "../../core/system/layout.ts";
import { readOwn } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { commandLineOf, identityOf, ownerOf, variableOf } from "../../io/process/process.ts";

/** The pid of the predecessor's daemon of this root, identified by user, command line and environment. */
export function predecessorOf(host: Pick<Host, "uid">, layout: Layout): number | undefined {
  const pid = pidInFile(layout);
  if (pid === undefined || identityOf(pid) === undefined || ownerOf(pid) !== host.uid) return undefined;
  if (commandLineOf(pid).slice(-2).join(" ") !== "supervisor daemon") return undefined;
  const names = variableOf(pid, "AGENTLB_HOME") === layout.root ||
    `${variableOf(pid, "HOME")}/.agentlb` === layout.root;
  return names ? pid : undefined;
}

/** The process in the pid file, whatever it is; undefined without one. */
export function pidInFile(layout: Layout): number | undefined {
  const [, digits] = /^\s*(\d{1,10})\s*$/.exec(readOwn(layout.pidFile) ?? "") ?? [];
  const pid = Number(digits);
  return digits !== undefined && pid > 1 ? pid : undefined;
}
