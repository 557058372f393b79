import { type Layout } from "../../core/system/layout.ts";
import { parseTime } from "../../core/text/time.ts";
import { type UsedUp, usedUpIn } from "../../core/thread/used_up.ts";
import { realPath } from "../../io/files/read.ts";
import { holderIn } from "../codex/account_file.ts";
import { limitedSince, type LimitedThread } from "./limited_threads.ts";
import { glancePublished } from "../session/published_status.ts";

/** What there is to tell after a run that a used-up limit ended. */
export interface Told {
  readonly alias: string;
  readonly email: string | undefined;
  readonly limit: UsedUp;
  /** The threads that ended at it in this run, the last one first. */
  readonly threads: readonly LimitedThread[];
  /** True when `continue --last` means the only one. */
  readonly isLast: boolean;
}

/** Looks whether a run in a session, begun at `sinceMs` in the folder `cwd`, ended at a used-up limit. */
export function toldAfter(
  layout: Layout,
  { alias, home }: { readonly alias: string; readonly home: string },
  cwd: string,
  sinceMs: number,
  now: () => number,
): Told | undefined {
  const threads = ofThisRun(limitedSince(home, sinceMs), cwd);
  const [last] = threads;
  if (last === undefined) return undefined;
  const published = parseTime(glancePublished(layout)?.sessions.get(alias)?.exhaustedUntil);
  return {
    alias,
    email: holderIn(home).email,
    limit: usedUpIn(last.refusal, now(), published),
    threads,
    isLast: threads.length === 1 && isSameFolder(last.cwd, cwd),
  };
}

/** Another Codex in the same home may have reached the limit meanwhile: threads of this folder come first. */
function ofThisRun(threads: readonly LimitedThread[], cwd: string): readonly LimitedThread[] {
  const here = threads.filter((thread) => isSameFolder(thread.cwd, cwd));
  return here.length > 0 ? here : threads;
}

function isSameFolder(a: string, b: string): boolean {
  return a === b || (a !== "" && realPath(a) === realPath(b));
}
