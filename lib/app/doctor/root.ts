import { join } from "node:path";
import { type EntryFacts, rootFindings } from "../../core/doctor/root.ts";
import type { Finding } from "../../core/doctor/finding.ts";
import { authFileOf, homeOf, type Layout, trashedHomeOf } from "../../core/system/layout.ts";
import { accessOf, isPlainBelow, isWritable } from "../../io/files/access.ts";
import { namesBelow } from "../../io/files/tree.ts";
import { namesIn } from "../../io/files/read.ts";
import { aliasesOf } from "../session/sessions.ts";
import type { Around } from "./around.ts";

/** Checks the owners and permissions of the root's files. */
export function lookAtRoot({ host, layout }: Around): Finding[] {
  const { root } = layout;
  const isThere = accessOf(root) !== undefined;
  const entries: EntryFacts[] = (isThere ? pathsIn(layout) : [root]).flatMap((path) => {
    const access = accessOf(path);
    return access === undefined ? [] : { path, ...access, isOwn: isPlainBelow(root, path) };
  });
  const uid = host.system.hasUserNumbers ? host.uid : undefined;
  return rootFindings({ root, uid, entries, isWritable: isThere && isWritable(root) });
}

/** The folders of the root, and its files that hold logins or names. */
function pathsIn(layout: Layout): string[] {
  const { root, sessions, state, sessionStates, locks, trash, backups, logins } = layout;
  const { status, readings, config, log, globalState, leases, paused, bindings, events } = layout;
  const homes = aliasesOf(layout).map((alias) => homeOf(layout, alias));
  const trashed = namesIn(trash).map((name) => trashedHomeOf(layout, name));
  return [
    ...[root, sessions, state, sessionStates, locks, trash, backups, logins],
    ...[status, readings, config, log, globalState, leases, paused, bindings, events],
    ...homes,
    ...[...homes, ...trashed].map(authFileOf),
    ...namesBelow(backups).map((name) => join(backups, name)),
  ];
}
