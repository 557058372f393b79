import { yamlValues } from "../../../lib/app/pool/yaml_config.ts";
import { readConfig, renderConfig } from "../../../lib/core/config/config.ts";
import { CONFIG_KEYS, pathOf } from "../../../lib/core/config/config_keys.ts";
import { documentWith, keyNamed, saysSame, typedValue } from "../../../lib/core/config/listing.ts";
import { count, seconds } from "../../../lib/core/pool/number_options.ts";
import { readConfigLines } from "../../../lib/core/pool/python/config_lines.ts";
import { parseLocalTime } from "../../../lib/core/pool/python/local_time.ts";
import { wholeOfText } from "../../../lib/core/pool/python/whole.ts";
import { FLAVOURS } from "../../../lib/core/pool/flavour.ts";
import { KEYS, wishesOf } from "../../../lib/core/pool/settings.ts";
import { Failure } from "../../../lib/core/text/failure.ts";
import { parseSpan } from "../../../lib/core/text/span.ts";
import { formatSpan, formatTimeMs, parseTime } from "../../../lib/core/text/time.ts";
import { withTomlValue } from "../../../lib/core/text/toml_edit.ts";
import { tomlLines } from "../../../lib/core/text/toml_lines.ts";
import { tomlText } from "../../../lib/core/text/toml.ts";
import { parseToml, renderToml } from "../../../lib/io/formats.ts";
import { Broken, same, type Subject } from "./check.ts";
import { ANY_TEXTS, textsBelow } from "./corpus.ts";
import { tomlFrom } from "./toml_inputs.ts";

const CONFIG_SEEDS = [
  "",
  renderConfig(),
  '[sessions]\nstale_sec = 420 # as long as that\npaid = "last"\n\n[alias.work]\nreserve = 3\n',
  '[bind]\n"~/acme" = ["work", \'x\']\n[notify]\ncommand = ["notify-send", "a b"]\n',
  'a.b.c = 1\n"q\\u00e9" = """\nx\n"""\n[[list]]\nx = { y = [1, 2.5, true], z = 1979-05-27T07:32:00Z }\n[[list]]\n',
  "[sessions]\r\nstale_sec = 1\r\n[ runner ]\r\ndefault_command = 'codex'\r\n",
  ...ANY_TEXTS.slice(0, 20),
];
const CONFIG_PIECES = [
  ...CONFIG_KEYS.flatMap((key) => [`${key.name} = `, `[${key.table}]\n`]),
  ..."\n=.[]{},#\"'",
  '"""',
  "'''",
  "[[",
  "]]",
  "1_000",
  "0xff",
  "1e6",
  "inf",
  "nan",
  "07:32:00",
  "[alias.a]\n",
  "a.b.c = 1\n",
  '"\\u0041" = 2\n',
];

/** config.toml, from its text to the settings. */
export const config: Subject = {
  name: "TOML and settings",
  seeds: CONFIG_SEEDS,
  pieces: CONFIG_PIECES,
  longest: 40_000,
  wellFormed: tomlFrom,
  take(input) {
    const document = parseToml(input, "config.toml");
    const { problems } = readConfig(document, tomlLines(input));
    for (const { line } of problems) {
      if (line !== undefined && (line < 1 || line > input.split("\n").length)) {
        throw new Broken(`line ${line}`);
      }
    }
    const again = parseToml(renderToml(document as Record<string, unknown>), "again");
    if (!saysSame(plainNumbers(document), plainNumbers(again))) {
      same("written and read again", again, document);
    }
  },
};

/** One key of a config.toml, changed. */
export const edit: Subject = {
  name: "TOML with one key changed",
  seeds: CONFIG_SEEDS,
  pieces: CONFIG_PIECES,
  longest: 40_000,
  wellFormed: tomlFrom,
  take(input) {
    const before = parseToml(input, "config.toml");
    const name = ["sessions.stale_sec", "alias.a.b.reserve", "alias.x]\n#.priority"][input.length % 3]!;
    const place = keyNamed(name)!;
    const value = typedValue(place.key, ["7"]);
    let after: unknown;
    try {
      after = parseToml(withTomlValue(input, place.path, "7"), "changed");
    } catch (error) {
      if (error instanceof Failure) return; // told to the user, who has to do it by hand
      throw error;
    }
    const wanted = documentWith(before, place.path, value);
    // Where it says something else, the program refuses as well; but a plain file it has to manage.
    if (
      !saysSame(plainNumbers(after), plainNumbers(wanted)) &&
      /^(\[sessions\]\n)?(stale_sec = \d+\n)?$/.test(input)
    ) {
      same("changed", after, wanted);
    }
  },
};

/** NaN is not the same as itself; a number with a fraction is none without one; of 0 there is one. */
function plainNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainNumbers);
  if (typeof value === "number") return `${value + 0}.`;
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plainNumbers(each)]));
}

/** cap_config.yaml: the line reader, and YAML where lines are not enough. */
export const poolConfig: Subject = {
  name: "cap_config.yaml",
  seeds: [...textsBelow("test/testdata/cases/pool/yaml", ".yaml"), ...ANY_TEXTS.slice(0, 20)],
  pieces: [
    ...[...KEYS].map((key) => `${key}: `),
    ..."\n:-[]{}&*#|>!%@,?'\"\t ",
    "\n  - ",
    "&a ",
    "*a",
    "<<: *a",
    "|\n  x\n",
    "---\n",
    "...\n",
    "!!binary ",
    "~/x",
    '["a", "b"]',
    "] # ",
  ],
  longest: 10_000,
  take(input) {
    const reading = readConfigLines(input, KEYS);
    for (const { line } of reading.entries.values()) if (!(line >= 1)) throw new Broken(`line ${line}`);
    const isYaml = reading.needsDocument ||
      [...reading.entries.values()].some(({ block }) => block !== undefined);
    let values: Parameters<typeof wishesOf>[2] = reading.entries;
    if (isYaml) values = yamlValues(reading.entries, reading.needsDocument ? input : undefined, KEYS).values;
    const wishes = wishesOf(FLAVOURS.cap, {}, values);
    if (!wishes.sources.every((source) => typeof source === "string" && source !== "")) {
      throw new Broken("sources");
    }
  },
};

/** Spans, times and numbers as people and files write them. */
export const durations: Subject = {
  name: "durations and times",
  seeds: [
    "90s",
    "1d 12h",
    "1h30m5s",
    "2026-11-20T10:20:55Z",
    "2026-11-20T10:20:55.123+01:00",
    "2024-02-29T23:59:60-23:59",
    "0000-01-01T00:00:00Z",
    "2026-11-20T10:20:55",
    "1_000.5e3",
    "-.5",
    "+12",
    ...ANY_TEXTS.slice(0, 20),
  ],
  pieces: [..."0123456789", ..."dhmsTZ+-:. _eE", "00:00", "1111111111"],
  longest: 40_000,
  take(input) {
    const span = parseSpan(input);
    if (span !== undefined) {
      if (!Number.isSafeInteger(span) || span < 0) throw new Broken(`span ${span}`);
      if (!/^\s*(\d+[dhms] ?)+\s*$/.test(input)) throw new Broken(`span ${span}`);
      formatSpan(span);
    }
    const time = parseTime(input);
    if (time !== undefined && time >= 0 && time < 253_402_300_800_000) {
      same("time", parseTime(formatTimeMs(time)), time);
    }
    parseLocalTime(input);
    wholeOfText(input);
    for (const read of [seconds, count]) {
      try {
        const value = read(new Map([["interval", input]]), "interval");
        if (!Number.isFinite(value)) throw new Broken(`number ${value}`);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
      }
    }
    const key = CONFIG_KEYS[input.length % CONFIG_KEYS.length]!;
    const value = typedValue(key, [input]);
    const text = typeof value === "string" ? tomlText(value) : undefined;
    if (text !== undefined) {
      const document = parseToml(`x = ${text}\n`, pathOf(key)) as { x: string };
      if (!/\p{Cs}/u.test(input)) same("a text in TOML", document.x, input);
    }
  },
};
