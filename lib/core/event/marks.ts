import { exhaustionOf, exhaustionWords } from "../pick/exhaustion.ts";
import { isDeadLogin, probeResultIn, probeText, troubleOf } from "../codex/reasons.ts";
import { type Gauge, gaugesOf } from "../quota/windows.ts";
import type { SessionStatus } from "../session/status.ts";
import { definedFields } from "../text/json.ts";
import { formatTime, parseTime } from "../text/time.ts";
import type { Happening } from "./event.ts";

/** What was told of a session and still holds: none of it is told again. Times are epoch milliseconds, 0 = unknown. */
export interface Mark {
  /** The account of which it was told; a later login begins anew. */
  readonly account?: string;
  /** It is exhausted until then. */
  readonly exhausted?: number;
  /** The window is near its limit, until its reset. */
  readonly short?: number;
  readonly long?: number;
  readonly isLoginDead?: true;
  /** The time when the crash loop was told. */
  readonly crashLoop?: number;
}

/** What happened in a session since a mark was made. */
export interface News {
  readonly mark: Mark;
  readonly happenings: readonly Happening[];
  /** The time when time alone may bring more; undefined = never. */
  readonly nextMs: number | undefined;
}

/** A window counts as near its limit until it has so much more left again: readings vary. */
const SLACK_PERCENT = 5;

/**
 * Compares a session with what was told of it: every change is told once. A window is near its limit below `nearPercent`
 * left.
 */
export function newsOf(
  alias: string,
  before: Mark | undefined,
  session: SessionStatus,
  nowMs: number,
  nearPercent: number,
): News {
  const { account } = session;
  const isOther = account !== undefined && before?.account !== undefined && account !== before.account;
  const known: Mark = isOther || before === undefined ? {} : before;
  const happenings: Happening[] = [];
  const about = definedFields({ alias, account: account ?? known.account });
  const tell = (happening: Happening) => void happenings.push({ ...happening, ...about });

  const mark: { -readonly [K in keyof Mark]: Mark[K] } = definedFields({
    account: account ?? known.account,
    exhausted: exhaustedOf(known.exhausted, session, nowMs, tell),
    ...nearOf(known, session, nowMs, nearPercent, tell),
    crashLoop: crashLoopOf(known.crashLoop, session, nowMs, tell),
  });
  if (isLoginDead(known, session, tell)) mark.isLoginDead = true;
  const next = [mark.exhausted, mark.short, mark.long].filter((ms) => ms !== undefined && ms > nowMs);
  return { mark, happenings, nextMs: next.length === 0 ? undefined : Math.min(...next as number[]) };
}

type Tell = (happening: Happening) => void;

/** The end of an exhaustion that was told, or is now; undefined when there is none. */
function exhaustedOf(
  told: number | undefined,
  session: SessionStatus,
  nowMs: number,
  tell: Tell,
): number | undefined {
  const exhaustion = exhaustionOf(session, nowMs);
  if (exhaustion !== undefined) {
    const { untilMs, onCredits } = exhaustion;
    // After the end that was told, it is another exhaustion.
    if (told === undefined || (told > 0 && told <= nowMs)) {
      tell({
        kind: "exhausted",
        reason: exhaustionWords(exhaustion, nowMs),
        ...(untilMs === undefined ? {} : { comesBackAt: formatTime(untilMs) }),
        ...(onCredits ? { onCredits } : {}),
      });
    }
    return untilMs ?? 0;
  }
  if (told === undefined) return undefined;
  // Without a reading nothing is known, as right after another login.
  if (session.lastRateLimitUpdateAt === "") return told;
  tell({ kind: "reset" });
  return undefined;
}

function nearOf(
  known: Mark,
  session: SessionStatus,
  nowMs: number,
  nearPercent: number,
  tell: Tell,
): Pick<Mark, "short" | "long"> {
  const gauges = gaugesOf(session.rateLimits, nowMs);
  const of = (window: "short" | "long") =>
    near(window, known[window], gauges[window], nowMs, nearPercent, tell);
  const [short, long] = [of("short"), of("long")];
  return definedFields({ short, long });
}

function near(
  window: "short" | "long",
  told: number | undefined,
  gauge: Gauge | undefined,
  nowMs: number,
  nearPercent: number,
  tell: Tell,
): number | undefined {
  const mark = told !== undefined && told > 0 && told <= nowMs ? undefined : told;
  if (gauge === undefined) return mark;
  const { left, resetsAtMs } = gauge;
  if (left >= nearPercent) return left >= nearPercent + SLACK_PERCENT ? undefined : mark;
  // A window with nothing left is told as exhausted.
  if (mark === undefined && left <= 0) return undefined;
  if (mark === undefined) {
    tell({
      kind: "limit-near",
      window,
      leftPercent: left,
      ...(resetsAtMs === undefined ? {} : { resetsAt: formatTime(resetsAtMs) }),
    });
  }
  return resetsAtMs ?? mark ?? 0;
}

function isLoginDead(known: Mark, session: SessionStatus, tell: Tell): boolean {
  const result = probeResultIn(session.lastProbeResult);
  if (result === undefined || !isDeadLogin(result)) {
    // Passing faults tell nothing of the login.
    const isAlive = result !== undefined && troubleOf(result) === undefined;
    return known.isLoginDead === true && !isAlive;
  }
  // A session that was never logged in has lost nothing.
  const hadLogin = result.kind !== "loginRequired" || "detail" in result || session.account !== undefined ||
    known.account !== undefined;
  if (!hadLogin) return false;
  if (known.isLoginDead !== true) tell({ kind: "login-dead", reason: probeText(result) });
  return true;
}

/** A crash loop is over with the next answer of an app-server; a new supervisor alone does not end it. */
function crashLoopOf(
  told: number | undefined,
  { health, nextTryAt, lastProbeAt, lastProbeResult }: SessionStatus,
  nowMs: number,
  tell: Tell,
): number | undefined {
  if (health !== "unhealthy") {
    if (told === undefined) return undefined;
    const hasAnswered = lastProbeResult === "ok" && (parseTime(lastProbeAt) ?? 0) > told;
    return hasAnswered ? undefined : told;
  }
  if (told !== undefined) return told;
  tell({ kind: "crash-loop", ...(nextTryAt === undefined ? {} : { nextTryAt }) });
  return nowMs;
}
