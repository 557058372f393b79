import { documentWith, saysSame } from "../../core/config/listing.ts";
import type { Finding, Repair } from "../../core/doctor/finding.ts";
import { codexSettingsOf, shareLockOf, shareRecordOf } from "../../core/system/layout.ts";
import { Failure, wordsOf } from "../../core/text/failure.ts";
import { withTomlValue } from "../../core/text/toml_edit.ts";
import { isPlainBelow } from "../../io/files/access.ts";
import { closeToOthers, ownFolder } from "../../io/files/folders.ts";
import { exists, fingerprintOf, readOwn } from "../../io/files/read.ts";
import { putAside, removeFile, replaceFile } from "../../io/files/replace.ts";
import { parseToml } from "../../io/formats.ts";
import type { Host } from "../../io/host.ts";
import { tryLock, withLock } from "../../io/lock/lock.ts";
import { finishRestore } from "../backup/restore.ts";
import { hasBackgroundCodex } from "../codex/homes.ts";
import { livingDaemon } from "../daemon/living_daemon.ts";
import { pidInFile } from "../daemon/predecessor.ts";
import type { Layout } from "../../core/system/layout.ts";
import { isBroken } from "./files.ts";

/** A repair that was tried. */
export interface Repaired {
  readonly check: Finding["check"];
  /** What was done; undefined when it failed, or was not needed any more. */
  readonly done: string | undefined;
  /** The reason why it failed. */
  readonly problem: string | undefined;
}

/**
 * Makes the repairs that some findings have. Each changes one file in one step, or is finished by the next call, and
 * none follows a link or leaves the root.
 */
export async function repairAll(
  host: Host,
  layout: Layout,
  findings: readonly Finding[],
): Promise<Repaired[]> {
  const made: Repaired[] = [];
  for (const { check, repair } of findings) {
    if (repair === undefined) continue;
    try {
      const done = await carryOut(host, layout, repair);
      if (done !== undefined) made.push({ check, done, problem: undefined });
    } catch (error) {
      made.push({ check, done: undefined, problem: wordsOf(error) });
    }
  }
  return made;
}

async function carryOut(host: Host, layout: Layout, repair: Repair): Promise<string | undefined> {
  switch (repair.kind) {
    case "close":
      closeToOthers(repair.path, layout.root);
      return `took the rights of others to ${repair.path} away`;
    case "put aside":
      prepareLocks(host, layout);
      return await withLock(host, layout.stateLock, () => setAside(host, layout, repair.path));
    case "put status aside":
      return await withoutSupervisor(host, layout, () => setAside(host, layout, repair.path));
    case "remove pid":
      return await withoutSupervisor(host, layout, () => {
        if (pidInFile(layout) !== repair.pid || !isPlainBelow(layout.root, repair.path)) return undefined;
        removeFile(repair.path);
        return `removed ${repair.path}`;
      });
    case "quiet":
      return await withHome(host, repair.home, () => quieten(layout, repair.home));
    case "restore": {
      prepareLocks(host, layout);
      const restored = await finishRestore(host, layout);
      return restored &&
        `finished restoring ${restored.backup}; what was there before is in ${restored.before}`;
    }
  }
}

function setAside(host: Host, layout: Layout, path: string): string | undefined {
  if (!isPlainBelow(layout.root, path) || !isBroken(layout, path)) return undefined;
  return `renamed ${path} to ${putAside(path, host.clock.now())}`;
}

/** Makes the folder of the locks, which a root that was put together by hand lacks. */
function prepareLocks(host: Host, layout: Layout): void {
  if (!isPlainBelow(layout.root, layout.locks)) {
    throw new Failure("failed", `a link leads to ${layout.locks}`);
  }
  ownFolder(layout.locks, host.uid);
}

/** Acts while no supervisor can run, under its lock, which is what its files are written under. */
async function withoutSupervisor<T>(host: Host, layout: Layout, act: () => T): Promise<T> {
  prepareLocks(host, layout);
  const lock = livingDaemon(layout) === undefined ? await tryLock(layout.supervisorLock) : undefined;
  if (lock === undefined) {
    throw new Failure("failed", "a supervisor is running or starting: run agentlb supervisor restart");
  }
  try {
    return act();
  } finally {
    lock.release();
  }
}

/** Acts under the lock of a home that shares settings; other homes have none. */
async function withHome<T>(host: Host, home: string, act: () => T): Promise<T> {
  return exists(shareRecordOf(home)) ? await withLock(host, shareLockOf(home), act) : act();
}

const QUIET = ["features", "daemon_auto_start"];

function quieten(layout: Layout, home: string): string | undefined {
  const path = codexSettingsOf(home);
  if (!isPlainBelow(layout.root, path)) throw new Failure("failed", `a link leads to ${path}`);
  const before = fingerprintOf(path);
  const text = readOwn(path) ?? "";
  if (!hasBackgroundCodex(home)) return undefined;
  const changed = withTomlValue(text, QUIET, "false");
  const wanted = documentWith(parseToml(text, path), QUIET, false);
  if (!saysSame(parsed(changed, path), wanted)) {
    throw new Failure("failed", `${path} has a form that is not changed here: do it by hand`);
  }
  // Codex writes this file, too.
  replaceFile(path, changed, { durable: true, mayReplace: () => fingerprintOf(path) === before });
  return `put daemon_auto_start = false into ${path}`;
}

function parsed(text: string, path: string): unknown {
  try {
    return parseToml(text, path);
  } catch {
    return undefined;
  }
}
