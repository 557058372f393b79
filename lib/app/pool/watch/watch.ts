import { Failure } from "../../../core/text/failure.ts";
import type { Flavour } from "../../../core/pool/flavour.ts";
import { isSet, type PoolOptions, textOption } from "../../../core/pool/options.ts";
import type { Origin } from "../../../core/pool/origin.ts";
import { count, seconds } from "../../../core/pool/number_options.ts";
import { isFolder } from "../../../io/files/read.ts";
import type { Host } from "../../../io/host.ts";
import type { End } from "../../codex/run.ts";
import { listAuthFiles } from "../pick/auth_files.ts";
import { interruptible } from "../limits/interrupt.ts";
import { loadPool, typedPath } from "../load.ts";
import { registryPath } from "../registry.ts";
import { restartFileOf } from "./restart_record.ts";
import { lookOnce, type Watch } from "./round.ts";
import { patiently, timingOf, viaOf } from "../limits/status.ts";
import { findTwf, workersTmux } from "./twf.ts";

const MESSAGE = "Task continues. If you are waiting for a reply, please ignore this message.";
const LEAST_INTERVAL_SEC = 5;

/** `watch-team TEAM_DIR`: rotates a team when its account is used up and a worker is stuck. */
export async function watchTeamCommand(
  host: Host,
  flavour: Flavour,
  from: Origin,
  options: PoolOptions,
): Promise<End> {
  const intervalMs = Math.max(LEAST_INTERVAL_SEC, seconds(options, "interval", "usage")) * 1000;
  const interrupt = interruptible();
  try {
    const watch = await openWatch(host, flavour, from, options, interrupt.signal);
    const code = await goOn(watch, isSet(options, "once") ? undefined : intervalMs, interrupt.signal);
    return interrupt.name() ?? code;
  } finally {
    interrupt.release();
  }
}

/** Looks once, or repeatedly until interrupted; returns the exit code of the last look. */
async function goOn(watch: Watch, intervalMs: number | undefined, interrupted: AbortSignal): Promise<number> {
  const { host, leaving } = watch;
  try {
    let code = await lookOnce(watch);
    while (intervalMs !== undefined && !interrupted.aborted) {
      await host.clock.sleep(intervalMs, interrupted);
      if (!interrupted.aborted) code = await lookOnce(watch);
    }
    return code;
  } finally {
    if (leaving.size > 0) await patiently(host, Promise.all(leaving));
  }
}

/** Collects everything that a watch needs. Throws Failure for a missing part. */
export async function openWatch(
  host: Host,
  flavour: Flavour,
  from: Origin,
  options: PoolOptions,
  interrupted: AbortSignal,
): Promise<Watch> {
  const reading = {
    ...timingOf(options, "status_timeout"),
    flavour,
    via: viaOf(options, "app-server"),
    interrupted,
  };
  const tries = Math.max(0, count(options, "max_retries", "usage")) || 10;
  const graceMs = seconds(options, "grace", "usage") * 1000;
  const loaded = await loadPool(host, flavour, from);
  const dir = typedPath(host, loaded, textOption(options, "team_dir") ?? "");
  if (!isFolder(dir)) throw refusal(`❌ team dir not found: ${dir}`);
  const settings = { ...loaded, authTeamGlob: textOption(options, "glob") ?? loaded.authTeamGlob };
  const files = () => {
    const found = listAuthFiles(dir, settings.authTeamGlob, settings.stateFile);
    if (found.length > 0) return found;
    throw refusal(`❌ no auth files found under ${dir} (glob='${settings.authTeamGlob}')`);
  };
  files();
  return {
    host,
    settings,
    dir,
    files,
    registry: await registryPath(host, settings, textOption(options, "registry")),
    record: restartFileOf(settings, dir),
    tmux: workersTmux(host),
    twfPath: findTwf(host, settings),
    reading: {
      ...reading,
      source: () => settings.sources()[0] ?? "",
      disableMcp: isSet(options, "disable_mcp"),
    },
    policy: { rotateOnUnknown: isSet(options, "rotate_on_unknown") },
    tries,
    graceMs,
    needle: textOption(options, "needle") ?? "",
    message: textOption(options, "message") || MESSAGE,
    said: new Map(),
    waiting: undefined,
    interrupted,
    leaving: new Set(),
  };
}

function refusal(message: string): Failure {
  return new Failure("failed", message, { verbatim: true });
}
