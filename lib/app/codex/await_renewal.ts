import { type ChildEntry, MARK, parseChildren } from "../../core/session/app_server_record.ts";
import { Failure } from "../../core/text/failure.ts";
import { authFileOf, homeOf, type Layout } from "../../core/system/layout.ts";
import { readOwn, realPath } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import type { Host } from "../../io/host.ts";
import { serversIn } from "../../io/process/codex_processes.ts";
import { kinOf } from "../../io/process/kin.ts";
import { mayBeAlive } from "../../io/process/process.ts";

const PATIENCE_MS = 45_000;

/**
 * True while a supervised app-server may be renewing this home's login. Starting Codex or logging in meanwhile could
 * use a refresh token twice and lose the login. Under the lock of the picks, the answer holds until the supervisor sees
 * the pick.
 */
export function renewing(layout: Layout, alias: string): boolean {
  return renewingIn(layout, homeOf(layout, alias), alias);
}

/** The same for any home, also outside the sessions: matches by auth file. */
export function renewingIn(layout: Layout, home: string, alias?: string): boolean {
  const renewing = parseChildren(readOwn(layout.children, MOST_BYTES.table)).filter(({ mayRenew }) =>
    mayRenew
  );
  if (renewing.length === 0) return false;
  const auth = realPath(authFileOf(home));
  return renewing.some((child) => (child.alias === alias || child.auth === auth) && runs(child, home));
}

/** Waits until no supervised app-server can be renewing this home's login; fails after 45 s. */
export async function awaitRenewal(host: Host, layout: Layout, alias: string): Promise<void> {
  const { clock } = host;
  if (!renewing(layout, alias)) return;
  host.err(`agentlb: waiting for the login of "${alias}" to be renewed\n`);
  const deadline = clock.monotonic() + PATIENCE_MS;
  while (renewing(layout, alias)) {
    if (clock.monotonic() >= deadline) {
      throw new Failure(
        "failed",
        `The login of "${alias}" is still being renewed after ${PATIENCE_MS / 1000} s`,
        {
          hint: "try again in a minute: starting Codex beside a renewal could lose the login",
        },
      );
    }
    await clock.sleep(50);
  }
}

/** True while the child may run. Without a pid, it was about to start, and its supervisor may have died since. */
function runs(child: ChildEntry, home: string): boolean {
  if (child.pid === 0) return serversIn(home).length > 0;
  return mayBeAlive(child) || hasLeft(child);
}

/** True while a process runs that an ended child had started, such as the program behind a wrapper. */
function hasLeft({ mark, ...identity }: ChildEntry): boolean {
  return mark !== undefined && kinOf({ identity, mark: { name: MARK, value: mark } }).length > 0;
}
