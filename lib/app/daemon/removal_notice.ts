import { join } from "node:path";
import { parseChildren } from "../../core/session/app_server_record.ts";
import { parseIdentity, renderIdentity } from "../../core/system/identity.ts";
import type { Layout } from "../../core/system/layout.ts";
import { VERSION } from "../../core/text/version.ts";
import { namesIn, readOwn } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import { removeFile, replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { isAlive, ownIdentity } from "../../io/process/process.ts";

const PATIENCE_MS = 10_000;
const LOOK_MS = 20;
const PREFIX = ".leaving-";

/**
 * Announces the removal of a session and waits up to 10 s until no supervised app-server runs in its home: a starting
 * one would create the home again. Returns a function that withdraws the notice.
 */
export async function announceRemoval(host: Host, layout: Layout, alias: string): Promise<() => void> {
  const file = fileOf(layout, alias);
  replaceFile(file, renderIdentity({ ...ownIdentity(), version: VERSION, exe: "" }));
  const deadline = host.clock.monotonic() + PATIENCE_MS;
  while (isServed(layout, alias) && host.clock.monotonic() < deadline) await host.clock.sleep(LOOK_MS);
  return () => removeFile(file);
}

/** The sessions under removal by a living process. */
export function leavingIn(layout: Layout): string[] {
  const notices = namesIn(layout.sessions).filter((name) => name.startsWith(PREFIX));
  return notices.map((name) => name.slice(PREFIX.length)).filter((alias) => {
    const identity = parseIdentity(readOwn(fileOf(layout, alias)) ?? "");
    return identity !== undefined && isAlive(identity);
  });
}

function isServed(layout: Layout, alias: string): boolean {
  return parseChildren(readOwn(layout.children, MOST_BYTES.table)).some((child) =>
    child.alias === alias && child.pid !== 0 && isAlive(child)
  );
}

/** The notice is in the folder of the sessions, because the supervisor watches that. */
function fileOf(layout: Layout, alias: string): string {
  return join(layout.sessions, `${PREFIX}${alias}`);
}
