import { join } from "node:path";
import type { Layout } from "../../core/system/layout.ts";
import { parseRun, renderRun } from "../../core/session/run_record.ts";
import { ensureFolder } from "../../io/files/folders.ts";
import { namesIn, readOwn } from "../../io/files/read.ts";
import { removeFile, replaceFile } from "../../io/files/replace.ts";
import type { Opener } from "../../io/process/openers.ts";
import { isAlive, ownIdentity } from "../../io/process/process.ts";

/**
 * Records that this process runs, or becomes, a Codex in a home, for systems without /proc. Returns a function that
 * removes the record. A record without its process is ignored.
 */
export function noteRun(layout: Pick<Layout, "runs">, home: string): () => void {
  const self = ownIdentity();
  const file = join(layout.runs, `${self.pid}.json`);
  ensureFolder(layout.runs);
  replaceFile(file, renderRun({ ...self, home }));
  return () => removeFile(file);
}

/** The Codex processes that other agentlb processes run in a home. */
export function runsIn(layout: Pick<Layout, "runs">, home: string): Opener[] {
  const self = ownIdentity().pid;
  return namesIn(layout.runs).flatMap((name): Opener[] => {
    const file = join(layout.runs, name);
    const run = parseRun(readOwn(file));
    if (run === undefined || run.pid === self) return [];
    if (isAlive(run)) return run.home === home ? [{ pid: run.pid, name: "codex" }] : [];
    removeFile(file);
    return [];
  });
}
