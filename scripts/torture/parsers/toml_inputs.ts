import { CONFIG_KEYS } from "../../../lib/core/config/config_keys.ts";
import { type Chance, oneOf } from "./inputs.ts";

const VALUES = [
  ...[
    "1",
    "-1",
    "0",
    "420",
    "+7",
    "1_000",
    "0xff",
    "0b1",
    "9223372036854775807",
    "1.5",
    "1e6",
    "-0.0",
    "inf",
    "nan",
  ],
  ...[
    "true",
    "false",
    '""',
    '"a"',
    "'a\\b'",
    '"\\u00e9\\n"',
    '"""\na\\\n  b"""',
    "'''\n'x'\n'''",
    '"last"',
    '"drain"',
  ],
  ...["[]", '["a", "b"]', "[1, [2]]", '[\n  "a", # one\n]', "{}", '{ a = 1, "b.c" = [2] }', "{ a.b = 1 }"],
  ...["1979-05-27T07:32:00Z", "1979-05-27 07:32:00.5-01:00", "1979-05-27", "07:32:00"],
];
const NAMES = [
  ...CONFIG_KEYS.map(({ name }) => name),
  ...["reserve", "priority", "x", '"q \\" ="', "'l'", "a.b", '"~/w"', "1", "a . 'b'"],
];
const HEADERS = [
  ...CONFIG_KEYS.map(({ table }) => `[${table}]`),
  ...["[alias.work]", '[alias."a.b"]', "[ bind ]", "[[list]]", "[x.y]"],
];

/** TOML, mostly valid: tables with keys and values of all kinds. */
export function tomlFrom(chance: Chance): string {
  const lines: string[] = [];
  for (let left = 1 + Math.floor(chance() * 7); left > 0; left--) {
    if (chance() < 0.4) lines.push(`${oneOf(HEADERS, chance)}${chance() < 0.2 ? " # x = [" : ""}`);
    if (chance() < 0.15) lines.push(oneOf(["", "# comment = 1", "  ", "\t#"], chance));
    const end = chance() < 0.1 ? " # y" : "";
    lines.push(`${oneOf(NAMES, chance)} ${chance() < 0.1 ? "=" : "= "}${oneOf(VALUES, chance)}${end}`);
  }
  return lines.join(chance() < 0.2 ? "\r\n" : "\n") + (chance() < 0.7 ? "\n" : "");
}
