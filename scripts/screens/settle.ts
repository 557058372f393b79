/** What differs between two runs of the same screens. */
export interface Course {
  /** The user's home folder. */
  readonly home: string;
  /** The minute, local time, in which the run began: it becomes 13:00. */
  readonly begunMinute: number;
  /** The threads that Codex made, in their order. */
  readonly threads: readonly string[];
}

const NOON = 13 * 60;

/** A screen as every run shows it: paths of /home/me, times of a run begun at 13:00, the same ids of threads. */
export function settle(screen: string, { home, begunMinute, threads }: Course): string {
  let text = screen.replaceAll(home, "/home/me");
  for (const [at, id] of threads.entries()) {
    const fixed = `01a2f3c${at}-83bd-7b42-9904-7b0266a0ff1d`;
    text = text.replaceAll(id, fixed).replaceAll(id.slice(0, 8), fixed.slice(0, 8));
  }
  return text
    .replace(/\b([01]\d|2[0-3]):([0-5]\d)\b(?! [AP]M)/g, (_, hours: string, minutes: string) => {
      const after = Number(hours) * 60 + Number(minutes) - begunMinute;
      return clock(NOON + 5 * Math.round(after / 5));
    })
    // Codex writes the time of a reset so.
    .replace(/\b(\d?\d):([0-5]\d) (AM|PM)/g, (_, hours: string, minutes: string, half: string) => {
      const minute = (Number(hours) % 12 + (half === "PM" ? 12 : 0)) * 60 + Number(minutes);
      const [hour = "", rest = ""] = clock(NOON + 5 * Math.round((minute - begunMinute) / 5)).split(":");
      return `${(Number(hour) + 11) % 12 + 1}:${rest} ${Number(hour) < 12 ? "AM" : "PM"}`;
    })
    .replace(/\b\ds ago\b/g, "3s ago")
    // A reading is a few seconds old, and so is what is left until a reset.
    .replace(/\b(\d+)h 59m( *)/g, (_, hours: string, gap: string) => padded(`${Number(hours) + 1}h`, 4, gap))
    .replace(/\b(\d+)d 23h( *)/g, (_, days: string, gap: string) => padded(`${Number(days) + 1}d`, 4, gap));
}

/** Keeps the next column of a table in its place. */
function padded(text: string, shorter: number, gap: string): string {
  return text + (gap.length > 1 ? " ".repeat(shorter) : "") + gap;
}

function clock(minute: number): string {
  const [hours, minutes] = [Math.floor(minute / 60), minute % 60];
  return `${String((hours + 24) % 24).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`;
}
