import { type EntryFacts, rootFindings } from "../../core/doctor/root.ts";
import type { Finding } from "../../core/doctor/finding.ts";
import { authFileOf, homeOf } from "../../core/system/layout.ts";
import { accessOf, isWritable } from "../../io/files/access.ts";
import { aliasesOf } from "../session/sessions.ts";
import type { Around } from "./around.ts";

/** Checks the owners and permissions of the root's files. */
export function lookAtRoot({ host, layout }: Around): Finding[] {
  const { root, sessions, state, sessionStates, locks, trash, status, readings, config, log } = layout;
  const isThere = accessOf(root) !== undefined;
  const homes = isThere ? aliasesOf(layout).map((alias) => homeOf(layout, alias)) : [];
  const paths = [
    ...[root, sessions, state, sessionStates, locks, trash, status, readings, config, log],
    ...homes,
    ...homes.map(authFileOf),
  ];
  const entries: EntryFacts[] = paths.flatMap((path) => {
    const access = accessOf(path);
    return access === undefined ? [] : { path, ...access };
  });
  const uid = host.system.hasUserNumbers ? host.uid : undefined;
  return rootFindings({ root, uid, entries, isWritable: isThere && isWritable(root) });
}
