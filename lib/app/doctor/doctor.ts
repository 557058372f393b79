import { defaultConfig } from "../../core/config/config.ts";
import type { Finding } from "../../core/doctor/finding.ts";
import { UnfitFile } from "../../core/text/failure.ts";
import type { Layout } from "../../core/system/layout.ts";
import type { Host } from "../../io/host.ts";
import { readSettings } from "../config/file.ts";
import type { Around } from "./around.ts";
import { lookAtClock } from "./clock.ts";
import { lookAtCodex } from "./codex.ts";
import { lookAtFiles, oddFile } from "./files.ts";
import { lookAtPools } from "./pools.ts";
import { lookAtRoot } from "./root.ts";
import { lookAtSessions } from "./sessions.ts";
import { lookAtSupervisor } from "./supervisor.ts";

/** The checks, in the order of the output. */
const LOOKS: readonly ((around: Around) => Finding[] | Promise<Finding[]>)[] = [
  lookAtCodex,
  lookAtRoot,
  lookAtFiles,
  lookAtClock,
  lookAtSupervisor,
  lookAtSessions,
  lookAtPools,
];

/** Runs all checks; changes nothing. */
export async function examine(host: Host, layout: Layout): Promise<Finding[]> {
  const around = { host, layout, config: configIn(layout) };
  const found: Finding[] = [];
  for (const look of LOOKS) {
    try {
      found.push(...await look(around));
    } catch (error) {
      if (!(error instanceof UnfitFile)) throw error;
      found.push(oddFile(error));
    }
  }
  // Several checks may stumble over one file.
  return found.filter(({ what }, at) => found.findIndex((other) => other.what === what) === at);
}

function configIn(layout: Layout): Around["config"] {
  try {
    return readSettings(layout).config;
  } catch {
    return defaultConfig(); // another check reports the error
  }
}
