import { ALIAS_KEYS, CONFIG_KEYS, type ConfigValue } from "../lib/core/config/config_keys.ts";

/** The pages' table of all keys of config.toml, as Markdown. */
export function settingsTable(): string {
  const rows = [...CONFIG_KEYS, ...ALIAS_KEYS].map((
    { table, name, default: value, effect, raise, lower, typical },
  ) =>
    `| \`${table}.${name}\` | ${shown(value)} | ${effect} | ${raise || "–"} | ${lower || "–"} | ${
      typical || "–"
    } |`
  );
  return [
    "| key | default | is | raise it when | lower it when | typical |",
    "|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

function shown(value: ConfigValue): string {
  if (value === Infinity) return "no limit";
  const text = typeof value === "object" ? `[${value.join(", ")}]` : String(value);
  return text === "" ? "–" : `\`${text.replaceAll("|", "\\|")}\``;
}
