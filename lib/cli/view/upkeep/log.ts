import { recordOf } from "../../../core/text/json.ts";
import { printable } from "../../../core/text/printable.ts";

/** A line of the supervisor's log for people: the time, what was noted, and its details. */
export function logLine(line: string): string {
  let note: Readonly<Record<string, unknown>> | undefined;
  try {
    note = recordOf(JSON.parse(line));
  } catch {
    note = undefined;
  }
  if (note === undefined) return printable(line, 4096);
  const { t, what, ...details } = note;
  const words = Object.entries(details).map(([name, value]) => `${printable(name)}=${valueOf(value)}`);
  return [...[t, what].map((each) => printable(String(each ?? "-"), 4096)), ...words].join("  ");
}

function valueOf(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /^[^\s"=]+$/.test(text)
    ? printable(text, 4096)
    : `"${printable(text.replaceAll('"', '\\"'), 4096)}"`;
}
