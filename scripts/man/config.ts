import {
  ALIAS_KEYS,
  CONFIG_KEYS,
  type ConfigKey,
  type ConfigValue,
} from "../../lib/core/config/config_keys.ts";
import { bold, escaped, head, page, paragraph, prose, section, verbatim } from "./roff.ts";

/** The page agentlb-config(5), from the keys of config.toml. */
export function configPage(version: string): string {
  const all = [...CONFIG_KEYS, ...ALIAS_KEYS];
  const tables = new Set(all.map(({ table }) => table));
  return page([
    ...head("agentlb-config", 5, version, "the settings of agentlb"),
    section("Synopsis"),
    ...verbatim(["~/.agentlb/config.toml", "$AGENTLB_HOME/config.toml"]),
    section("Description"),
    ...paragraph(
      "Settings of agentlb in TOML. Without the file every setting has its default; `agentlb config init` writes it " +
        "with all of them.",
    ),
    ...[...tables].flatMap((table) => [
      // A heading in capitals would not be the name that the file needs.
      `.SH "${escaped(`[${table}]`)}"`,
      ...all.filter((key) => key.table === table).flatMap(keyLines),
    ]),
    section("See also"),
    "agentlb(1)",
  ]);
}

function keyLines(key: ConfigKey): string[] {
  const notes = [
    ["Raise it when", key.raise],
    ["Lower it when", key.lower],
    ["Typical:", key.typical],
  ].filter(([, text]) => text !== "").map(([title, text]) => `${title} ${text}.`);
  const values = key.oneOf === undefined ? [] : [`One of: ${key.oneOf.join(", ")}.`];
  const effect = `${key.effect[0]!.toUpperCase()}${key.effect.slice(1)}.`;
  return [
    ".TP",
    `${bold(key.name)} = ${escaped(shown(key.default))}`,
    [effect, ...values, ...notes].map(prose).join("\n"),
  ];
}

function shown(value: ConfigValue): string {
  return value === Infinity ? "(no limit)" : JSON.stringify(value);
}
