import { ORIGIN } from "../../core/shell/launch.ts";
import { type Origin, parseOrigin } from "../../core/supervisor/own_record.ts";
import { renderIdentity } from "../../core/system/identity.ts";
import { homeOf, type Layout } from "../../core/system/layout.ts";
import { wordsOf } from "../../core/text/failure.ts";
import { emptyStatus, parseStatus, type Status } from "../../core/session/status.ts";
import { formatTime } from "../../core/text/time.ts";
import { timingFrom } from "../../core/system/timing.ts";
import { VERSION } from "../../core/text/version.ts";
import { exists, readOwn } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import { putAside, removeFile, replaceFile, sweepTemporaries } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { type Journal, openJournal } from "../../io/journal.ts";
import { type HeldLock, tryLock } from "../../io/lock/lock.ts";
import { onSignals, ownIdentity, restrictNewFiles } from "../../io/process/process.ts";
import { ANNOUNCE, READY } from "../daemon/daemon.ts";
import { SupervisorEvents } from "../event/supervisor_events.ts";
import { aliasesOf } from "../session/sessions.ts";
import { glanceAt } from "../session/state_file.ts";
import { originNow } from "../daemon/caller.ts";
import { OwnRecordFile } from "./records/own_record.ts";
import { Publisher } from "./records/publisher.ts";
import { RootGuard } from "./records/root_guard.ts";
import { heedStopRequest } from "../daemon/stop_request.ts";
import { Supervisor } from "./supervisor.ts";
import { TrashSweep } from "./trash_sweep.ts";

/** Settings for tests. */
export interface DaemonOptions {
  readonly renewalMarginMs?: number;
}

/** Runs the supervisor of a root until SIGTERM or SIGINT; returns at once if another one runs. */
export async function runDaemon(host: Host, layout: Layout, options: DaemonOptions = {}): Promise<void> {
  restrictNewFiles();
  const announce = (line: string) => host.env[ANNOUNCE] === "1" && host.out(`${line}\n`);
  let supervisor: Supervisor | undefined;
  let isEnded = false;
  const stop = () => {
    isEnded = true;
    supervisor?.stop();
  };
  onSignals(["SIGTERM", "SIGINT"], stop);
  onSignals(["SIGHUP"], () => supervisor?.reload());

  const lock = await takeLock(host, layout).catch((error: unknown) => {
    announce(wordsOf(error));
    throw error;
  });
  if (lock === undefined) return void announce("another supervisor runs already");
  const self = ownIdentity();
  const guard = new RootGuard(host, layout, () => lock.isCurrent());
  const journal = openJournal(layout.log, host.clock, () => guard.mayWrite(layout.log));
  let stopListening = () => {};
  try {
    lock.write(renderIdentity({ ...self, version: VERSION, exe: host.self.join(" ") }));
    if (!host.system.hasSignals) stopListening = heedStopRequest(layout, self, stop);
    replaceFile(layout.pidFile, `${self.pid}\n`);
    journal.note("started", { pid: self.pid, version: VERSION });
    for (
      const folder of [
        ...ownFolders(layout),
        ...aliasesOf(layout).map((alias) => homeOf(layout, alias)),
      ]
    ) {
      sweepTemporaries(folder, host.clock.now());
    }
    const timing = timingFrom(host.env);
    const daemon = { pid: self.pid, startedAt: formatTime(host.clock.now()) };
    const flushMs = timing.flushIntervalSec * 1000;
    const publisher = new Publisher({
      layout,
      host,
      journal,
      daemon,
      flushMs,
      mayWrite: (path) => guard.mayWrite(path),
    });
    const { sessions } = statusBefore(host, layout, journal);
    guard.forget(layout.status);
    supervisor = new Supervisor({
      ...options,
      host,
      layout,
      timing,
      journal,
      publisher,
      ownRecord: new OwnRecordFile({
        host,
        layout,
        journal,
        pid: self.pid,
        origin: originIn(host),
        mayWrite: (path) => guard.mayWrite(path),
      }),
      events: new SupervisorEvents({ layout, host, journal, mayWrite: (path) => guard.mayWrite(path) }),
      sessions,
      guard,
      trash: new TrashSweep({ host, layout, journal, guard }),
    });
    if (isEnded) supervisor.stop();
    announce(READY);
    await supervisor.run();
    journal.note("stopped", { pid: self.pid });
    if (guard.isOurs()) lock.write("");
    if (guard.isOurs() && glanceAt(layout.pidFile, Number) === self.pid) removeFile(layout.pidFile);
  } catch (error) {
    journal.note("failed", { why: wordsOf(error) });
    announce(wordsOf(error));
    throw error;
  } finally {
    stopListening();
    lock.release();
  }
}

/** The folders with files of ours alone. */
function ownFolders(layout: Layout): string[] {
  const { root, sessions, state, sessionStates, promises, runs } = layout;
  return [root, sessions, state, sessionStates, promises, runs];
}

/** The origin passed by the caller, else that of this process. */
function originIn(host: Host): Origin {
  try {
    return parseOrigin(JSON.parse(host.env[ORIGIN] ?? ""));
  } catch {
    return originNow(host, false);
  }
}

/** Takes the supervisor lock, which is held until exit; gives up after a second. */
async function takeLock({ clock }: Host, layout: Layout): Promise<HeldLock | undefined> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const lock = await tryLock(layout.supervisorLock);
    if (lock) return lock;
    await clock.sleep(50);
  }
  return undefined;
}

/** The status of an earlier supervisor; an unreadable file is put aside. */
function statusBefore(host: Host, layout: Layout, journal: Journal): Status {
  const text = readOwn(layout.status, MOST_BYTES.table);
  if (text === undefined) return emptyStatus();
  try {
    return parseStatus(text);
  } catch (error) {
    if (exists(layout.status)) {
      journal.note("put status.json aside", {
        as: putAside(layout.status, host.clock.now()),
        why: wordsOf(error),
      });
    }
    return emptyStatus();
  }
}
