import { Failure } from "../../core/text/failure.ts";
import { authFileOf, homeOf, type Layout } from "../../core/system/layout.ts";
import { exists, realPath } from "../../io/files/read.ts";
import { nameBeside, removeFile, renameAtOnce, writeNew } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { tryLock } from "../../io/lock/lock.ts";
import { awaitRenewal, renewing } from "../codex/await_renewal.ts";

const PATIENCE_MS = 5000;
const LOOK_MS = 50;

/**
 * Replaces the auth file of a session, or the target of its link, by `text`. Codex gives up a renewal when it can't get
 * this lock for 5 s, so the lock is taken without waiting, and only for the rename.
 */
export async function installLogin(host: Host, layout: Layout, alias: string, text: string): Promise<void> {
  const auth = authFileOf(homeOf(layout, alias));
  const target = realPath(auth) ?? auth;
  if (target === auth && exists(auth) && realPath(auth) === undefined) {
    throw new Failure("failed", `${auth} is a link that leads nowhere`);
  }
  const fresh = nameBeside(target);
  writeNew(fresh, text);
  try {
    let deadline = host.clock.monotonic() + PATIENCE_MS;
    for (;;) {
      const result = await tryToInstall(host, layout, alias, fresh, target);
      if (result === "done") return;
      if (result === "renewing") {
        await awaitRenewal(host, layout, alias);
        deadline = host.clock.monotonic() + PATIENCE_MS;
      }
      if (host.clock.monotonic() >= deadline) {
        throw new Failure("failed", `another process has held ${target}.lock for ${PATIENCE_MS / 1000} s`, {
          hint: host.system.holderHint(`${target}.lock`),
        });
      }
      await host.clock.sleep(LOOK_MS);
    }
  } finally {
    removeFile(fresh);
  }
}

/** The state lock keeps our processes from beginning a renewal; the lock of the file keeps all from writing it. */
async function tryToInstall(
  { system }: Pick<Host, "system">,
  layout: Layout,
  alias: string,
  fresh: string,
  target: string,
): Promise<"done" | "busy" | "renewing"> {
  const state = await tryLock(layout.stateLock);
  if (state === undefined) return "busy";
  try {
    if (renewing(layout, alias)) return "renewing";
    const lock = await tryLock(`${target}.lock`);
    if (lock === undefined) return "busy";
    try {
      if (!renameAtOnce(fresh, target)) throw new Error(`${fresh} has been removed`);
      return "done";
    } catch (error) {
      // Codex needs its lock back before any wait.
      if (system.isPassing(error)) return "busy";
      throw error;
    } finally {
      lock.release();
    }
  } finally {
    state.release();
  }
}
