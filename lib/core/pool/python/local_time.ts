/** Epoch milliseconds of a local time as in the state, `2026-11-20T12:41:07`; undefined for anything else. */
export function parseLocalTime(text: string | undefined): number | undefined {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)$/.exec(text ?? "");
  if (found === null) return undefined;
  const [year, month, day, hour, minute, second] = found.slice(1).map(Number);
  return new Date(year ?? 0, (month ?? 1) - 1, day, hour, minute, second).getTime();
}
