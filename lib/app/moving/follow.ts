import { join } from "node:path";
import { parseChildren } from "../../core/session/app_server_record.ts";
import type { Move } from "../../core/session/move.ts";
import { loginKey } from "../../core/session/readings_file.ts";
import type { Status } from "../../core/session/status.ts";
import { authFileOf, homeOf, type Layout, trashedHomeOf } from "../../core/system/layout.ts";
import { makePrivate, removeTree } from "../../io/files/folders.ts";
import { kindOf, readOwn } from "../../io/files/read.ts";
import { removeFile } from "../../io/files/replace.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import type { Host } from "../../io/host.ts";
import { isAlive } from "../../io/process/process.ts";
import { putThreadPathsAside } from "../codex/homes.ts";
import { forgetBindings, renameBindings, returnBindings } from "../session/bindings.ts";
import { forgetLeases, renameLeases } from "../session/leases.ts";
import { forgetPaused, renamePaused, returnPaused } from "../session/pause.ts";
import { forget, renamePicks, returnPicks } from "../session/picks_file.ts";
import { changePublished } from "../session/published_status.ts";
import { knownIn, publishKnown } from "../session/readings_file.ts";
import { aliasesOf } from "../session/sessions.ts";
import { forgetPromises, renamePromises, returnPromises } from "./promises.ts";
import { recordIn } from "./record_file.ts";

/** Lets all that belongs to a session follow its home; done twice it is the same. Only under the state lock. */
export async function follow(host: Host, layout: Layout, move: Move): Promise<void> {
  if (move.kind === "rename") await followName(host, layout, move.alias, move.to);
  else if (move.kind === "remove") await followOut(host, layout, move.alias, move.trashed);
  else await followBack(host, layout, move.alias, move.trashed);
  // It has the first words and the homes of the threads; the next list makes it anew.
  if (["file", "link"].includes(kindOf(layout.threads) ?? "")) removeFile(layout.threads);
}

/** Forgets what is remembered of an alias, so that a later one of that name has none of it. Only under the state lock. */
export function forgetAlias(host: Host, layout: Layout, alias: string): void {
  forget(host, layout, alias, aliasesOf(layout));
  forgetLeases(host, layout, alias);
  forgetPaused(host, layout, alias);
}

/** Removes the databases of its app-server, once that has ended; a new session of that name would find them. */
export function removeDatabases(layout: Layout, alias: string): void {
  const isUsed = parseChildren(readOwn(layout.children, MOST_BYTES.table)).some((child) =>
    child.alias === alias && isAlive(child)
  );
  if (!isUsed) removeTree(join(layout.sqlite, alias));
}

/** The status without an alias. */
export function withoutAlias(status: Status, alias: string): Status {
  const sessions = new Map(status.sessions);
  sessions.delete(alias);
  return { ...status, sessions };
}

/** The status with the entry of a renamed alias under its new name. */
export function withNewName(status: Status, alias: string, to: string): Status {
  const entry = status.sessions.get(alias);
  const { sessions } = withoutAlias(status, alias);
  return entry === undefined ? status : { ...status, sessions: new Map(sessions).set(to, entry) };
}

async function followOut(host: Host, layout: Layout, alias: string, trashed: string): Promise<void> {
  const home = trashedHomeOf(layout, trashed);
  // A link leads to a home or a login elsewhere, which is not ours to change.
  if (kindOf(home) === "directory") makePrivate(authFileOf(home));
  forgetAlias(host, layout, alias);
  forgetBindings(layout, alias);
  await forgetPromises(host, layout, alias);
  await changePublished(
    layout,
    ({ sessions }) => !sessions.has(alias),
    (status) => withoutAlias(status, alias),
  );
  removeDatabases(layout, alias);
}

async function followBack(host: Host, layout: Layout, alias: string, trashed: string): Promise<void> {
  const record = recordIn(layout, trashed);
  if (record === undefined) putThreadPathsAside(homeOf(layout, alias)); // its alias may have been another one
  else {
    if (record.alias !== alias) putThreadPathsAside(homeOf(layout, alias));
    if (record.picks !== undefined) returnPicks(layout, alias, record.picks);
    if (record.isPaused) returnPaused(host, layout, alias);
    returnBindings(layout, alias, record.alias, record.bindings);
    await returnPromises(host, layout, alias, record.promises);
  }
  removeTree(join(layout.trash, trashed));
}

async function followName(host: Host, layout: Layout, alias: string, to: string): Promise<void> {
  putThreadPathsAside(homeOf(layout, to));
  renamePicks(host, layout, alias, to, aliasesOf(layout));
  renameLeases(host, layout, alias, to);
  renamePaused(host, layout, alias, to);
  renameBindings(layout, alias, to);
  await renamePromises(host, layout, alias, to);
  await changePublished(
    layout,
    ({ sessions }) => !sessions.has(alias),
    (status) => withNewName(status, alias, to),
  );
  removeDatabases(layout, alias);
  await renameLoginReading(host, layout, alias, to);
}

/** What `cap` and `clb` know of a login by the path of its file. */
async function renameLoginReading(host: Host, layout: Layout, alias: string, to: string): Promise<void> {
  const [old, now] = [alias, to].map((name) => loginKey(authFileOf(homeOf(layout, name))));
  const reading = knownIn(layout, host.clock.now()).get(old!);
  if (reading !== undefined) await publishKnown(host, layout, new Map([[now!, reading]]));
}
