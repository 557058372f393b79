import { escaped } from "../../../core/text/json.ts";
import type { ChangedSetting, Settings } from "../../../app/config/settings.ts";
import { tomlOf } from "../../../core/config/config.ts";
import type { ConfigValue } from "../../../core/config/config_keys.ts";
import type { Setting, SettingOrigin } from "../../../core/config/listing.ts";
import { printable } from "../../../core/text/printable.ts";
import type { Face } from "../../../core/text/screen/face.ts";
import { cutEnd, cutMiddle, type Width } from "../../../core/text/screen/shorten.ts";
import type {
  ChangedSettingOutput,
  SettingOutput,
  SettingsOutput,
  SettingValue,
} from "../../output/settings.ts";

/** A terminal, and how to measure on it. */
export interface Screen {
  readonly face: Face;
  readonly width: Width;
}

/**
 * The output of `agentlb config show`: one line for each setting, and for each variable. On a screen long values, and
 * then long keys, are cut so that no line is wider.
 */
export function settingsText({ settings, variables }: Settings, screen?: Screen): string {
  const rows = [
    ...settings.map(({ key, value, origin }) =>
      [printable(key), tomlWords(value), originWords(origin)] as const
    ),
    ...variables.map(({ name, value, isSet }) =>
      [name, value === "" ? "-" : printable(value), isSet ? "variable" : "default"] as const
    ),
  ];
  const widest = (at: 0 | 1 | 2) => Math.max(...rows.map((row) => row[at].length));
  const [first, second] = [Math.min(48, widest(0)), Math.min(48, widest(1))];
  if (screen === undefined) {
    return rows.map(([key, value, origin]) => `${key.padEnd(first)}  ${value.padEnd(second)}  ${origin}\n`)
      .join("");
  }
  const room = Math.max(0, screen.face.columns - widest(2) - 2 * GAP.length);
  const least = Math.min(second, LEAST_VALUE);
  const keys = Math.max(LEAST_KEY, Math.min(first, room - least));
  const values = Math.max(LEAST_VALUE, Math.min(second, room - keys));
  const fit = (text: string, columns: number, cut: typeof cutEnd) => {
    const shown = cut(text, columns, screen.width, screen.face);
    return shown + " ".repeat(Math.max(0, columns - screen.width(shown)));
  };
  return rows.map(([key, value, origin]) =>
    `${fit(key, keys, cutMiddle)}${GAP}${fit(value, values, cutEnd)}${GAP}${origin}\n`
  ).join("");
}

const GAP = "  ";
const LEAST_KEY = 12;
const LEAST_VALUE = 8;

/** The output of `agentlb config show --json`. */
export function settingsJson(file: string, { settings, variables }: Settings): string {
  return json(
    {
      schema: "agentlb.settings/1",
      file,
      settings: settings.map(plain),
      variables: variables.map(({ name, value, isSet }) => ({
        name,
        value,
        from: isSet ? "variable" : "default",
      })),
    } satisfies SettingsOutput,
  );
}

/** The output of `agentlb config get`: the bare value, a list one text a line. */
export function settingText({ value }: Setting): string {
  if (typeof value === "object") return value.map((each) => `${each}\n`).join("");
  return `${value === Infinity ? "no limit" : value}\n`;
}

/** The output of `agentlb config get --json`. */
export function settingJson(file: string, setting: Setting): string {
  return json({ schema: "agentlb.setting/1", file, ...plain(setting) } satisfies SettingOutput);
}

/** The output of `agentlb config set`. */
export function changedText({ before, after }: ChangedSetting): string {
  const was = before.origin.from === "file"
    ? tomlWords(before.value)
    : `${tomlWords(before.value)}, the default`;
  return `${printable(after.key)} = ${tomlWords(after.value)} (was ${was})\n`;
}

/** The output of `agentlb config set --json`. */
export function changedJson(file: string, { before, after }: ChangedSetting): string {
  return json(
    {
      schema: "agentlb.setting-changed/1",
      file,
      before: plain(before),
      after: plain(after),
    } satisfies ChangedSettingOutput,
  );
}

function plain({ key, value, default: usual, origin }: Setting): SettingValue {
  return {
    key,
    ...(value === Infinity ? {} : { value }),
    ...(usual === undefined || usual === Infinity ? {} : { default: usual }),
    from: origin.from,
    ...(origin.from === "file" && origin.line !== undefined ? { line: origin.line } : {}),
    ...(origin.from === "variable" ? { variable: origin.variable } : {}),
  };
}

function tomlWords(value: ConfigValue): string {
  return value === Infinity ? "no limit" : printable(tomlOf(value), 4096);
}

function originWords(origin: SettingOrigin): string {
  if (origin.from === "variable") return origin.variable;
  if (origin.from === "default") return "default";
  return origin.line === undefined ? "config.toml" : `config.toml:${origin.line}`;
}

function json(value: unknown): string {
  return `${escaped(JSON.stringify(value, undefined, 2))}\n`;
}
