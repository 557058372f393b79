import { dirname } from "node:path";
import { aliasOfKept, keptPath, kindOfKept } from "../../core/backup/kept_file.ts";
import { parseRestoring, renderRestoring, type Restoring } from "../../core/backup/restoring.ts";
import { homeOf, type Layout, shareRecordOf } from "../../core/system/layout.ts";
import { Failure, wordsOf } from "../../core/text/failure.ts";
import { isPlainBelow } from "../../io/files/access.ts";
import { ensureFolder } from "../../io/files/folders.ts";
import { digestOf } from "../../io/files/place.ts";
import { exists, readOwn } from "../../io/files/read.ts";
import { removeFile, replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";
import { makeHome } from "../login/make_home.ts";
import { installLogin } from "../login/replace_auth_file.ts";
import { createLocked } from "./create.ts";
import { keptBytes } from "./kept_files.ts";
import { type RefusedLogin, refusedLogins } from "./kept_logins.ts";
import { type Backup, backupAt, bytesIn } from "./load.ts";

/** What the user wants back. */
export interface RestoreWish {
  readonly withLogins: boolean;
  /** Also logins that may be dead. */
  readonly isForced: boolean;
}

/** What a restore did. */
export interface Restored {
  readonly backup: string;
  /** The backup of what was there before; undefined when nothing had to change. */
  readonly before: string | undefined;
  /** The paths of the replaced files below the root. */
  readonly files: readonly string[];
  /** The sessions that were made again. */
  readonly made: readonly string[];
  /** Logins that were left as they are when a restore that was cut short was finished. */
  readonly refused: readonly RefusedLogin[];
}

/** Puts a backup back. Before anything changes, it is compared with its manifest, and what it replaces is kept. */
export async function restoreBackup(
  host: Host,
  layout: Layout,
  name: string,
  wish: RestoreWish,
): Promise<Restored> {
  return await withLock(host, layout.backupLock, async () => {
    if (exists(layout.restoring)) await finishLocked(host, layout);
    const backup = wholeBackup(layout, name);
    const { paths, logins } = plan(layout, backup, wish.withLogins);
    if (wish.withLogins && !backup.manifest!.files.some(({ path }) => kindOfKept(path) === "login")) {
      throw new Failure("failed", `Cannot restore logins: backup ${name} holds none`);
    }
    refuseLinks(layout, [...paths, ...logins]);
    refuseLogins(refusedLogins(host, layout, backup, logins), wish.isForced);
    if (paths.length + logins.length === 0) {
      return { backup: name, before: undefined, files: [], made: [], refused: [] };
    }
    const before = await createLocked(host, layout, logins.length > 0, "before a restore");
    const restoring: Restoring = { backup: name, before: before.name, ...wish };
    replaceFile(layout.restoring, renderRestoring(restoring), { durable: true });
    return await carryOut(host, layout, restoring);
  });
}

/** Finishes a restore that was cut short; undefined when there is none. */
export async function finishRestore(host: Host, layout: Layout): Promise<Restored | undefined> {
  if (!exists(layout.restoring)) return undefined;
  return await withLock(host, layout.backupLock, () => finishLocked(host, layout));
}

async function finishLocked(host: Host, layout: Layout): Promise<Restored | undefined> {
  const text = readOwn(layout.restoring);
  if (text === undefined) return undefined;
  let restoring: Restoring;
  try {
    restoring = parseRestoring(text);
  } catch (error) {
    throw new Failure("failed", `Cannot finish a restore: ${layout.restoring}: ${wordsOf(error)}`, {
      hint: `look at what is there, then remove ${layout.restoring}`,
    });
  }
  return await carryOut(host, layout, restoring);
}

/** Replaces every file that differs; called again after a kill, it goes on where that one stopped. */
async function carryOut(host: Host, layout: Layout, restoring: Restoring): Promise<Restored> {
  const backup = wholeBackup(layout, restoring.backup);
  const { paths, logins } = plan(layout, backup, restoring.withLogins);
  refuseLinks(layout, [...paths, ...logins]);
  const made = new Set<string>();
  await withLock(host, layout.stateLock, () => {
    for (const path of [...paths, ...logins]) {
      const alias = aliasOfKept(path);
      if (alias !== undefined && makeHome(homeOf(layout, alias))) made.add(alias);
    }
    for (const path of paths) {
      ensureFolder(dirname(keptPath(layout.root, path)));
      replaceFile(keptPath(layout.root, path), bytesIn(backup, path), { durable: true });
    }
  });
  // Since the kill of an earlier call a login may have been renewed.
  const all = refusedLogins(host, layout, backup, logins);
  const refused = all.filter(({ reason }) => !restoring.isForced || reason === "Codex is running");
  const wanted = logins.filter((path) => !refused.some(({ alias }) => alias === aliasOfKept(path)));
  for (const path of wanted) {
    await installLogin(
      host,
      layout,
      aliasOfKept(path) ?? "",
      new TextDecoder().decode(bytesIn(backup, path)),
    );
  }
  removeFile(layout.restoring);
  return {
    backup: restoring.backup,
    before: restoring.before,
    files: [...paths, ...wanted],
    made: [...made],
    refused,
  };
}

function wholeBackup(layout: Layout, name: string): Backup {
  const backup = backupAt(layout, name);
  if (backup.problem === undefined) return backup;
  throw new Failure("failed", `Cannot restore backup ${name}: ${backup.problem}`, {
    hint: "to see all backups: agentlb backup list",
  });
}

/** The files that differ from those of the backup, in its order. */
function plan(layout: Layout, { manifest }: Backup, withLogins: boolean) {
  const changed = (manifest?.files ?? []).filter(({ path, sha256 }) => {
    const alias = aliasOfKept(path);
    // Settings that are shared are made anew from their parts.
    const isDerived = alias !== undefined && !path.endsWith("/config.local.toml") &&
      kindOfKept(path) === "settings" && exists(shareRecordOf(homeOf(layout, alias)));
    return !isDerived && digestAt(layout, path) !== sha256;
  }).map(({ path }) => path);
  return {
    paths: changed.filter((path) => kindOfKept(path) !== "login"),
    logins: withLogins ? changed.filter((path) => kindOfKept(path) === "login") : [],
  };
}

function digestAt(layout: Layout, path: string): string | undefined {
  const bytes = isPlainBelow(layout.root, keptPath(layout.root, path))
    ? keptBytes(layout.root, path)
    : undefined;
  return bytes === undefined ? undefined : digestOf(bytes);
}

function refuseLinks(layout: Layout, paths: readonly string[]): void {
  const linked = paths.find((path) => !isPlainBelow(layout.root, keptPath(layout.root, path)));
  if (linked === undefined) return;
  throw new Failure("failed", `Cannot restore ${keptPath(layout.root, linked)}: a link leads there`, {
    hint: "put a file or folder in the place of the link",
  });
}

const WORDS: Readonly<Record<RefusedLogin["reason"], string>> = {
  "renewed since": "it has been renewed since, so that of the backup is dead",
  "another account": "the session has the login of another account now",
  "not a login": "the backup holds nothing that Codex takes for a login",
  "not comparable": "neither says which of the two is the newer one",
  "Codex is running": "a Codex has the session open",
};

/** Says why a login is not put back. */
export function refusalWords({ alias, reason }: RefusedLogin): string {
  return `${alias}: ${WORDS[reason]}`;
}

function refuseLogins(refused: readonly RefusedLogin[], isForced: boolean): void {
  const kept = refused.filter(({ reason }) => !isForced || reason === "Codex is running");
  if (kept.length === 0) return;
  const isOpen = kept.some(({ reason }) => reason === "Codex is running");
  throw new Failure("failed", `Cannot restore logins: ${kept.map(refusalWords).join("; ")}`, {
    hint: isOpen
      ? "end that Codex first; or restore without --with-credentials"
      : "restore without --with-credentials; --force puts them back, and Codex may ask you to log in again",
  });
}
