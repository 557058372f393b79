import { join } from "node:path";
import type { Layout } from "../../core/system/layout.ts";
import type { ProcessIdentity } from "../../core/system/identity.ts";
import { parseRun, renderRun } from "../../core/session/run_record.ts";
import { ensureFolder } from "../../io/files/folders.ts";
import { namesIn, readOwn } from "../../io/files/read.ts";
import { removeFile, replaceFile } from "../../io/files/replace.ts";
import type { Opener } from "../../io/process/openers.ts";
import { identityOf, isAlive, ownIdentity } from "../../io/process/process.ts";

/** The record of a run. */
export interface RunRecord {
  /** Names the process that runs Codex as a child of this one, which may be killed before it. */
  handOver(pid: number): void;
  remove(): void;
}

/**
 * Records that this process runs, or becomes, a Codex in a home, for systems without /proc. A record without its process
 * is ignored.
 */
export function noteRun(layout: Pick<Layout, "runs">, home: string): RunRecord {
  let file = noted(layout, ownIdentity(), home);
  return {
    handOver(pid) {
      const identity = identityOf(pid);
      if (identity === undefined) return; // it has ended
      const before = file;
      file = noted(layout, identity, home);
      removeFile(before);
    },
    remove: () => removeFile(file),
  };
}

/** Writes the record of a process and returns its path. */
function noted({ runs }: Pick<Layout, "runs">, identity: ProcessIdentity, home: string): string {
  const file = join(runs, `${identity.pid}.json`);
  ensureFolder(runs);
  replaceFile(file, renderRun({ ...identity, home }));
  return file;
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
