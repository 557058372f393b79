import { basename } from "node:path";
import { parseIdentity, type ProcessIdentity, renderIdentity } from "../../core/system/identity.ts";
import type { Layout } from "../../core/system/layout.ts";
import { VERSION } from "../../core/text/version.ts";
import { readOwn } from "../../io/files/read.ts";
import { removeFile, replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { signal } from "../../io/process/process.ts";
import { watchFolder } from "../../io/files/watch.ts";

/** The polling interval for a folder that cannot be watched. */
const LOOK_MS = 1000;

/**
 * Asks a supervisor to end. On systems without signals the request is a file that names the process.
 */
export function askToStop({ system }: Pick<Host, "system">, layout: Layout, who: ProcessIdentity): void {
  if (system.hasSignals) {
    signal(who.pid, "SIGTERM");
  } else {
    replaceFile(layout.stopRequest, renderIdentity({ ...who, version: VERSION, exe: "" }));
  }
}

/** Calls `stop` when a file asks this supervisor to end; returns a function that ends this and removes the file. */
export function heedStopRequest(layout: Layout, self: ProcessIdentity, stop: () => void): () => void {
  const isMeant = () => {
    const asked = parseIdentity(readOwn(layout.stopRequest) ?? "");
    return asked !== undefined && asked.pid === self.pid && asked.startTime === self.startTime;
  };
  const look = () => {
    if (isMeant()) stop();
  };
  const unwatch = watchFolder(layout.root, (name) => name === basename(layout.stopRequest) && look());
  const timer = unwatch === undefined ? setInterval(look, LOOK_MS) : undefined;
  look(); // the request may be older than the watch
  return () => {
    unwatch?.();
    clearInterval(timer);
    if (isMeant()) removeFile(layout.stopRequest);
  };
}
