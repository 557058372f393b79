/**
 * Seconds east of Greenwich at a moment (Unix seconds), by a compiled time zone file (RFC 9636); undefined beyond its
 * table unless its rule is a fixed offset.
 */
export function offsetAt(file: Uint8Array, seconds: number): number | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const first = headerAt(view, 0);
  if (first === undefined || first.version < 2) return undefined;
  const start = HEADER + lengthOf(first, 4);
  const header = headerAt(view, start);
  if (header === undefined) return undefined;
  const times = start + HEADER;
  const kinds = times + header.times * 8;
  const types = kinds + header.times;
  const timeOf = (index: number) => Number(view.getBigInt64(times + index * 8));
  const last = header.times - 1;
  if (last < 0 || seconds >= timeOf(last)) {
    return fixedOffset(new TextDecoder().decode(file.subarray(start + HEADER + lengthOf(header, 8))).trim());
  }
  let [low, high] = [0, last];
  if (seconds < timeOf(low)) return undefined;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (timeOf(middle) <= seconds) low = middle;
    else high = middle;
  }
  return view.getInt32(types + view.getUint8(kinds + low) * 6);
}

const HEADER = 44;
const MAGIC = 0x545a6966;

interface Header {
  readonly version: number;
  readonly marks: number;
  readonly leaps: number;
  readonly times: number;
  readonly types: number;
  readonly letters: number;
}

function headerAt(view: DataView, at: number): Header | undefined {
  if (view.byteLength < at + HEADER || view.getUint32(at) !== MAGIC) return undefined;
  const [utc = 0, standard = 0, leaps = 0, times = 0, types = 0, letters = 0] = [20, 24, 28, 32, 36, 40]
    .map((offset) => view.getUint32(at + offset));
  return { version: view.getUint8(at + 4) - 0x30, marks: utc + standard, leaps, times, types, letters };
}

function lengthOf({ marks, leaps, times, types, letters }: Header, timeSize: number): number {
  return times * (timeSize + 1) + types * 6 + letters + leaps * (timeSize + 4) + marks;
}

/** A POSIX rule without summer time, as `CST-8` or `<+0530>-5:30`; its sign is inverted. */
function fixedOffset(rule: string): number | undefined {
  const [, sign, hours, minutes = "0"] =
    /^(?:<[^>]+>|[A-Za-z]{3,})([+-]?)(\d{1,2})(?::(\d\d))?$/.exec(rule) ?? [];
  if (hours === undefined) return undefined;
  const seconds = Number(hours) * 3600 + Number(minutes) * 60;
  return seconds === 0 ? 0 : sign === "-" ? seconds : -seconds;
}
