import { basename } from "node:path";
import type { Config } from "../../core/config/config.ts";
import { enoughIn, firstBackMs, leftIn, type LeftWish, type SessionLeft } from "../../core/pick/left.ts";
import type { Layout } from "../../core/system/layout.ts";
import { isSupervisorDisabled, timingFrom } from "../../core/system/timing.ts";
import { type Changes, changesIn } from "../../io/files/changes.ts";
import type { Host } from "../../io/host.ts";
import { ensureSupervisor } from "../daemon/ensure.ts";
import { livingDaemon } from "../daemon/living_daemon.ts";
import { aliasesOf } from "../session/sessions.ts";
import { look, readStatus, type StatusRead } from "./survey.ts";

/** The outcome of a look for a session that has enough left. */
export interface Waited {
  readonly answer: "yes" | "no" | "never" | "timeout";
  /** The session with enough left, for "yes". */
  readonly enough: SessionLeft | undefined;
  /** All sessions of the wish. */
  readonly sessions: readonly SessionLeft[];
  /** The first known time when one should have enough; undefined = unknown. */
  readonly backMs: number | undefined;
}

/** The wall clock may jump, the machine may sleep and a change may go unnoticed: it is looked this often. */
const LOOK_MS = 30_000;
/** The supervisor is started again this long after its end at the earliest. */
const RESTART_MS = 60_000;
const SECOND_MS = 1000;
/** A window counts as reset a moment after its time. */
const SETTLED_MS = 250;

/**
 * Waits until a session has enough left: wakes at changes of status.json and at known resets, and keeps a supervisor
 * running. Ends at `deadline` (monotonic), and at once when waiting can't help. `tell` is called at least once a second
 * on a terminal with what is known.
 */
export async function awaitLeft(
  host: Host,
  layout: Layout,
  config: Config,
  wish: LeftWish,
  deadline: number,
  tell: (waited: Waited) => void,
): Promise<Waited> {
  const { clock } = host;
  await ensureSupervisor(host, layout);
  let startedAt = clock.monotonic();
  const changes = changesIn(
    [layout.root, layout.state],
    [layout.status, layout.paused].map((path) => basename(path)),
  );
  let read: StatusRead | undefined;
  try {
    for (;;) {
      read = readStatus(layout, read);
      const found = lookLeft(host, layout, config, wish, read);
      if (found.answer !== "no") return found;
      if (clock.monotonic() >= deadline) return { ...found, answer: "timeout" };
      if (clock.monotonic() - startedAt >= RESTART_MS && livingDaemon(layout) === undefined) {
        startedAt = clock.monotonic();
        await ensureSupervisor(host, layout);
      }
      await pause(host, found, deadline, changes, tell);
    }
  } finally {
    changes.end();
  }
}

/** Looks once whether a session has enough left; waits for limits that a starting supervisor is still reading. */
export async function lookForLeft(
  host: Host,
  layout: Layout,
  config: Config,
  wish: LeftWish,
): Promise<Waited> {
  await ensureSupervisor(host, layout);
  const { clock } = host;
  const patienceMs = isSupervisorDisabled(host.env) ? 0 : timingFrom(host.env).startTimeoutMs;
  const deadline = clock.monotonic() + patienceMs;
  let read: StatusRead | undefined;
  for (;;) {
    read = readStatus(layout, read);
    const found = lookLeft(host, layout, config, wish, read);
    const isOpen = found.answer === "no" && found.sessions.some(({ isUnknown }) => isUnknown);
    if (!isOpen || clock.monotonic() >= deadline) return found;
    await clock.sleep(50);
  }
}

function lookLeft(
  { clock }: Pick<Host, "clock">,
  layout: Layout,
  config: Config,
  wish: LeftWish,
  read: StatusRead,
): Waited {
  const nowMs = clock.now();
  const { candidates, decision } = look(layout, config, aliasesOf(layout), nowMs, {}, read);
  const sessions = leftIn(candidates, decision.verdicts, wish, nowMs);
  const enough = enoughIn(sessions);
  const isOver = sessions.every(({ isFinal }) => isFinal);
  return {
    answer: enough !== undefined ? "yes" : isOver ? "never" : "no",
    enough,
    sessions,
    backMs: firstBackMs(sessions),
  };
}

/** Pauses until something changes, a known reset, the next look, or the deadline. */
async function pause(
  { clock, isTerminal }: Pick<Host, "clock" | "isTerminal">,
  found: Waited,
  deadline: number,
  changes: Changes,
  tell: (waited: Waited) => void,
): Promise<void> {
  const until = Math.min(deadline, clock.monotonic() + LOOK_MS);
  const { backMs } = found;
  for (;;) {
    tell(found);
    const toReset = backMs === undefined ? Infinity : backMs + SETTLED_MS - clock.now();
    const ms = Math.min(until - clock.monotonic(), toReset > 0 ? toReset : Infinity);
    if (changes.signal().aborted || ms <= 0) return changes.forget();
    await clock.sleep(isTerminal.error ? Math.min(ms, SECOND_MS) : ms, changes.signal());
    if (toReset > 0 && backMs !== undefined && clock.now() >= backMs + SETTLED_MS) return changes.forget();
  }
}
