import { defaultConfig } from "../../core/config/config.ts";
import type { Finding } from "../../core/doctor/finding.ts";
import type { Layout } from "../../core/system/layout.ts";
import type { Host } from "../../io/host.ts";
import { readSettings } from "../config/file.ts";
import type { Around } from "./around.ts";
import { lookAtCodex } from "./codex.ts";
import { lookAtFiles } from "./files.ts";
import { lookAtPools } from "./pools.ts";
import { lookAtRoot } from "./root.ts";
import { lookAtSessions } from "./sessions.ts";
import { lookAtSupervisor } from "./supervisor.ts";

/** The checks, in the order of the output. */
const LOOKS: readonly ((around: Around) => Finding[] | Promise<Finding[]>)[] = [
  lookAtCodex,
  lookAtRoot,
  lookAtFiles,
  lookAtSupervisor,
  lookAtSessions,
  lookAtPools,
];

/** Runs all checks; changes nothing. */
export async function examine(host: Host, layout: Layout): Promise<Finding[]> {
  const around = { host, layout, config: configIn(layout) };
  const found: Finding[] = [];
  for (const look of LOOKS) found.push(...await look(around));
  return found;
}

function configIn(layout: Layout): Around["config"] {
  try {
    return readSettings(layout).config;
  } catch {
    return defaultConfig(); // another check reports the error
  }
}
