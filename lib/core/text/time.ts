const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const SHORTEST = "0000-00-00T00:00:00Z".length;
const DAY_MS = 86_400_000;
const FOUR_CENTURIES_MS = 146_097 * DAY_MS;
const EARLIEST = Date.parse("0000-01-01T00:00:00Z");
const LATEST = Date.parse("9999-12-31T23:59:59.999Z");

/** RFC 3339 to epoch milliseconds, finer fractions cut off; undefined for anything else. */
export function parseTime(text: unknown): number | undefined {
  if (typeof text !== "string" || text.length < SHORTEST) return undefined;
  const own = ownTime(text);
  if (own !== undefined) return own;
  const found = RFC3339.exec(text);
  if (found === null) return undefined;
  const part = (index: number) => Number(found[index] ?? 0);
  const [month, day, hour, minute, second] = [part(2), part(3), part(4), part(5), part(6)];
  const offset = (part(9) * 60 + part(10)) * 60_000 * (found[8] === "-" ? -1 : 1);
  // The last second of a minute may be a leap second: it reads as the next minute's first.
  if (hour > 23 || minute > 59 || second > 60 || part(9) > 23 || part(10) > 59) return undefined;
  const year = part(1);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  // Counted from a later year of the 400-year cycle, because `Date.UTC` moves the years 0 to 99 to the last century.
  const midnight = Date.UTC(year + 400, month - 1, day) - FOUR_CENTURIES_MS;
  const fraction = Number((found[7] ?? "").slice(0, 3).padEnd(3, "0"));
  return midnight + ((hour * 60 + minute) * 60 + second) * 1000 + fraction - offset;
}

/** A time just as `formatTime` and `formatTimeMs` write it, which nearly all are: many times quicker than a pattern. */
function ownTime(text: string): number | undefined {
  if (text.length !== SHORTEST && text.length !== SHORTEST + ".000".length) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return undefined;
  const again = new Date(ms).toISOString();
  return again === text || (text.length === SHORTEST && `${again.slice(0, 19)}Z` === text) ? ms : undefined;
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/** Epoch milliseconds as `2026-11-20T10:20:55Z`; fractions of a second are cut off. */
export function formatTime(ms: number): string {
  return `${iso(ms).slice(0, 19)}Z`;
}

/** Epoch milliseconds as `2026-11-20T10:20:55.123Z`. */
export function formatTimeMs(ms: number): string {
  return iso(ms);
}

/** Epoch milliseconds as the time of day, `10:20:55Z`. */
export function formatClock(ms: number): string {
  return formatTime(ms).slice(11);
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A local time, to the minute: `14:35`; on another day than `nowMs` with the day, `2 Dec 14:35`. */
export function formatMoment(ms: number, nowMs: number): string {
  const [moment, now] = [new Date(ms), new Date(nowMs)];
  const two = (part: number) => String(part).padStart(2, "0");
  const time = `${two(moment.getHours())}:${two(moment.getMinutes())}`;
  const isToday = moment.toDateString() === now.toDateString();
  return isToday ? time : `${moment.getDate()} ${MONTHS[moment.getMonth()]} ${time}`;
}

/** An age in one unit, as the status table shows it: `59s`, `59m`, `23h`, `7d`; never below `0s`. */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.trunc(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.trunc(seconds / 60)}m`;
  if (ms < DAY_MS) return `${Math.trunc(seconds / 3600)}h`;
  return `${Math.trunc(seconds / 86_400)}d`;
}

/**
 * Time until a moment, in its two largest units: `45s`, `12m`, `2h 10m`, `3d 4h`; from one minute on rounded up to the
 * next.
 */
export function formatSpan(ms: number): string {
  if (ms <= 59_000) return `${Math.max(0, Math.ceil(ms / 1000))}s`;
  const minutes = Math.ceil(ms / 60_000);
  const [days, hours] = [Math.trunc(minutes / 1440), Math.trunc(minutes / 60)];
  const [large, small] = days > 0 ? [`${days}d`, `${hours % 24}h`] : [`${hours}h`, `${minutes % 60}m`];
  if (hours === 0) return small;
  return small.startsWith("0") ? large : `${large} ${small}`;
}

/** Only four-digit years are RFC 3339. */
function iso(ms: number): string {
  return new Date(Math.min(Math.max(ms, EARLIEST), LATEST)).toISOString();
}
