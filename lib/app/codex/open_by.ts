import { parseChildren } from "../../core/session/app_server_record.ts";
import { type Layout, threadLocksOf } from "../../core/system/layout.ts";
import { readText } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { type Opener, openersIn } from "../../io/process/openers.ts";
import { mayBeAlive } from "../../io/process/process.ts";
import { runsIn } from "./run_record.ts";

/** The Codex processes that have a home open, other than app-servers of ours; where they are not shown, those we run. */
export function openersOf(
  { system }: Pick<Host, "system">,
  layout: Pick<Layout, "children" | "runs">,
  home: string,
): Opener[] {
  if (system.processes === undefined) return runsIn(layout, home);
  const ours = parseChildren(readText(layout.children)).filter((child) =>
    child.pid !== 0 && mayBeAlive(child)
  );
  return openersIn(home, threadLocksOf(home), new Set(ours.map((child) => child.pid)));
}
