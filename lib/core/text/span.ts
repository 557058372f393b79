const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };

/** A span such as `90s`, `10m` or `1h30m` in milliseconds; a bare number is seconds. Undefined for anything else. */
export function parseSpan(text: string): number | undefined {
  if (/^\d{1,8}$/.test(text)) return Number(text) * 1000;
  if (!/^(\d{1,8}[dhms])+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+)([dhms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNIT_MS[unit!]!,
    0,
  );
}
