const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const HALF_YEAR_MS = 183 * 86_400_000;

/**
 * The time of "(resets 12:41)", "(resets 3:42 PM)" or "(resets 10:41 on 23 Nov)", in unix seconds: local time, today
 * when no day is named, in the nearest year. Undefined when the text names no time.
 */
export function resetTime(text: string, nowMs: number): number | undefined {
  const found = /\(resets (\d{1,2}):(\d\d)(?: ?([AP])M)?(?: on (\d{1,2}) ([A-Za-z]{3})[a-z]*)?\)/.exec(text);
  if (found === null) return undefined;
  const [, hourText, minuteText, half, dayText, monthText] = found;
  const now = new Date(nowMs);
  const hour = half === undefined ? Number(hourText) : Number(hourText) % 12 + (half === "P" ? 12 : 0);
  const month = monthText === undefined ? now.getMonth() : MONTHS.indexOf(monthText.toLowerCase());
  if (month < 0) return undefined;
  const day = dayText === undefined ? now.getDate() : Number(dayText);
  const inYear = (year: number) => new Date(year, month, day, hour, Number(minuteText)).getTime();
  const year = now.getFullYear();
  const nearest = [year - 1, year, year + 1].map(inYear).find((ms) => Math.abs(ms - nowMs) <= HALF_YEAR_MS);
  return nearest === undefined ? undefined : Math.floor(nearest / 1000);
}
