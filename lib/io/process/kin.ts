import type { ProcessIdentity } from "../../core/system/identity.ts";
import { system } from "../platform/here.ts";
import { hasGroup, identityOf, isAlive, ownNumber, variableOf } from "./process.ts";

/** The leader of a process group, and the variable by which its processes are known outside of that group. */
export interface Leader {
  readonly identity: ProcessIdentity;
  readonly mark: { readonly name: string; readonly value: string } | undefined;
  /** It was there a moment ago, so its group cannot be that of another process with its number. */
  readonly hasJustEnded?: boolean;
}

/**
 * The living processes that a leader has started: its group, and those that carry its mark, each with its own start time.
 * None where processes are not visible.
 */
export function kinOf({ identity, mark, hasJustEnded = false }: Leader): ProcessIdentity[] {
  const { processes } = system;
  if (processes === undefined) return [];
  const isLeading = isAlive(identity);
  const isGroupIts = isLeading || (hasJustEnded && identityOf(identity.pid) === undefined);
  const hasMembers = isGroupIts && hasGroup(identity.pid);
  if (!hasMembers && mark === undefined) return [];
  return processes.numbers().flatMap((pid) => {
    if (pid === ownNumber() || pid === identity.pid) return [];
    const isIts = (hasMembers && processes.groupOf(pid) === identity.pid) ||
      (mark !== undefined && variableOf(pid, mark.name) === mark.value);
    const own = isIts ? identityOf(pid) : undefined;
    return own === undefined || own.bootId !== identity.bootId ? [] : [own];
  });
}
