import { resetTime } from "./reset_time.ts";
import type { LimitWindow } from "../../quota/limits.ts";
import { definedFields } from "../../text/json.ts";
import { MAIN_LIMIT, type Readings } from "../../codex/rate_limits.ts";
import { minutesOf, windowsOf } from "../limits/window_words.ts";

/** A `/status` card of the Codex screen. */
export interface Card {
  /** Its lines as on screen, without the frame older versions draw. */
  readonly text: string;
  readonly version: string | undefined;
  readonly email: string | undefined;
  readonly plan: string | undefined;
  /** The account's own windows. */
  readonly windows: readonly LimitWindow[];
  /** The windows of single models, by model name. */
  readonly models: ReadonlyMap<string, readonly LimitWindow[]>;
  /** The text in place of windows: "data not available yet". */
  readonly note: string | undefined;
  /** The credits of the account: "13 credits". */
  readonly credits: string | undefined;
  /** Codex warns that the numbers may be old. */
  readonly isStale: boolean;
}

/** A field and its value, continuation lines joined by blanks. */
interface Field {
  readonly label: string;
  readonly value: string;
}

const TITLE = />_ OpenAI Codex \(v?([^)]*)\)/;
/** Words for window lengths; "Monthly credit limit" is no window, but the only limit where there is none. */
const WINDOW = /^(\d+[hm]|daily|weekly|monthly|annual|yearly) limit$/i;
const SPENDING = /^(\w+) credit limit$/i;
const LEFT = /(?:^|\s)<?(\d+)% left/;

/**
 * The last card on a screen, as Codex draws it in panes of 40 columns and more, or older versions in a frame; undefined
 * when there is none. `nowMs` and the local zone determine the day of a reset time.
 */
export function parseCard(screen: string, nowMs: number): Card | undefined {
  const lines = screen.split("\n").map(unframed);
  for (let at = lines.length - 1; at >= 0; at--) {
    const title = TITLE.exec(lines[at] ?? "");
    if (title === null) continue;
    const body = bodyFrom(lines, at + 1);
    const fields = fieldsIn(body);
    if (!fields.some(({ label }) => label === "Account" || label === "Model" || /limits?$/i.test(label))) {
      continue;
    }
    return cardOf([lines[at] ?? "", ...body], title[1], fields, nowMs);
  }
  return undefined;
}

/** Tells whether a card is complete. */
export function isComplete(card: Card): boolean {
  return card.windows.length > 0 || (card.credits !== undefined && card.note === undefined);
}

/** The account's own limits on a card; of more than two windows those with the least left. */
export function readingsOf({ windows }: Card): Readings {
  const [a = null, b = null] = [...windows].sort((x, y) => y.usedPercent - x.usedPercent);
  const [primary = null, secondary = null] = windowsOf({ primary: a, secondary: b });
  return { limits: { limitId: MAIN_LIMIT, primary, secondary }, allowance: {} };
}

function cardOf(
  lines: readonly string[],
  version: string | undefined,
  fields: readonly Field[],
  nowMs: number,
): Card {
  const own: LimitWindow[] = [];
  const models = new Map<string, LimitWindow[]>();
  let windows = own;
  const valueOf = (name: string) => fields.find(({ label }) => label === name)?.value;
  for (const { label, value } of fields) {
    const length = WINDOW.exec(label)?.[1];
    if (length === undefined) {
      const model = /^(.+) limit$/.exec(label)?.[1];
      if (model === undefined || value !== "") continue;
      windows = [];
      models.set(model, windows);
    } else {
      windows.push(...windowIn(length, value, nowMs));
    }
  }
  const spending = fields.find(({ label }) => SPENDING.test(label));
  if (own.length === 0 && spending !== undefined) {
    own.push(...windowIn(SPENDING.exec(spending.label)![1]!, spending.value, nowMs));
  }
  const [, email, plan] = /^(\S+@\S+)(?: \((.*)\))?$/.exec(valueOf("Account") ?? "") ?? [];
  return {
    text: lines.join("\n").trimEnd(),
    version,
    email,
    plan,
    windows: own,
    models,
    note: valueOf("Limits"),
    credits: valueOf("Credits"),
    isStale: /may be stale/.test(valueOf("Warning") ?? ""),
  };
}

/** The window of a field; none when it has no percentage left. */
function windowIn(length: string, value: string, nowMs: number): LimitWindow[] {
  const [, left] = LEFT.exec(value) ?? [];
  if (left === undefined) return [];
  return [{
    usedPercent: 100 - Math.min(Number(left), 100),
    ...definedFields({
      windowDurationMins: minutesOf(length.toLowerCase()),
      resetsAt: resetTime(value, nowMs),
    }),
  }];
}

/** A card ends where the conversation continues: at a marker in the margin, a toast, or empty space. */
function bodyFrom(lines: readonly string[], start: number): string[] {
  const body: string[] = [];
  for (let at = start; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (/^\s*[›•⚠■✗─╭╰]/.test(line) || /^\S/.test(line)) break;
    if (line === "" && body.length > 0 && body.at(-1) === "" && (lines[at + 1] ?? "") === "") break;
    body.push(line);
  }
  return body;
}

function fieldsIn(lines: readonly string[]): Field[] {
  const fields: { label: string; value: string; indent: number }[] = [];
  for (const line of lines) {
    const indent = line.length - line.trimStart().length;
    const last = fields.at(-1);
    const [, label, value] = /^\s+([^\s:][^:]*):(?:\s+(.*))?$/.exec(line) ?? [];
    // The continuation of a value is indented as far as the value.
    const isField = label !== undefined && indent <= (fields[0]?.indent ?? 4);
    if (isField) fields.push({ label, value: value ?? "", indent });
    else if (line === "") continue;
    else if (last && indent > last.indent) last.value = `${last.value} ${line.trim()}`.trim();
  }
  return fields;
}

function unframed(line: string): string {
  return line.replace(/^\s*│(.*)│\s*$/, "$1").trimEnd();
}
