const UNIT_MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 } as const;

/**
 * A span of time as people write it, in milliseconds: `90s`, `2h`, `1h30m`, `1d 12h`; the largest unit first. Undefined
 * for anything else.
 */
export function parseSpan(text: string): number | undefined {
  const found = /^(?:(\d{1,6})d)? ?(?:(\d{1,6})h)? ?(?:(\d{1,6})m)? ?(?:(\d{1,6})s)?$/.exec(text.trim());
  if (found === null || text.trim() === "") return undefined;
  const [, days, hours, minutes, seconds] = found.map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return days * UNIT_MS.d + hours * UNIT_MS.h + minutes * UNIT_MS.m + seconds * UNIT_MS.s;
}
