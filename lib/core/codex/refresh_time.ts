/**
 * What Codex's reader makes of `last_refresh`: RFC 3339 with some freedom, as found by trying (blanks between the parts,
 * one digit for two, `UTC` for `Z`), but a second and a time zone there must be.
 */
const LOCAL =
  String.raw`\s*([+-]\d+|\d{1,4})\s*-\s*(\d{1,2})\s*-\s*(\d{1,2})[Tt ]\s*(\d{1,2})\s*:\s*(\d{1,2})\s*:` +
  String.raw`\s*(\d{1,2})(?:\.\d+)?\s*`;
const WITHOUT_ZONE = new RegExp(`^${LOCAL}$`);
const WITH_ZONE = new RegExp(`^${LOCAL}(?:[Zz]|[Uu][Tt][Cc]|[-+\u2212](\\d{2})[:\\s]*(\\d{2}))\\s*$`);
/** The last year that Codex can hold. */
const LAST_YEAR = 262_142;

/** Why Codex can't read a text as the time of the last refresh; undefined when it can. */
export function refreshTimeFault(text: string): string | undefined {
  const parts = text.includes("\ufeff") ? null : WITH_ZONE.exec(text);
  if (parts !== null && isTime(parts.slice(1).map((part) => Number(part ?? 0)))) return undefined;
  return WITHOUT_ZONE.test(text)
    ? "its last_refresh has no time zone"
    : "its last_refresh is no time that Codex can read";
}

function isTime(
  [year, month, day, hour, minute, second, offsetHours, offsetMinutes]: readonly number[],
): boolean {
  if (Math.abs(year!) > LAST_YEAR || month! < 1 || month! > 12 || day! < 1 || day! > daysIn(year!, month!)) {
    return false;
  }
  return hour! < 24 && minute! < 60 && second! <= 60 && offsetHours! < 24 && offsetMinutes! < 60;
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}
