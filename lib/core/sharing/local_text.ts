import { type Difference, isSameValue, isTable, type Table } from "./layers.ts";

interface Toml {
  parse(text: string): Table;
  render(table: Table): string;
}

/**
 * A session's own settings with changes put in. Where nothing that stands there changes, its lines and comments stay;
 * else the text is written anew from `all`.
 */
export function withSettings(text: string, { set, removed }: Difference, all: Table, toml: Toml): string {
  const tables = new Map([...set].filter(([, value]) => isTable(value)));
  const values = new Map([...set].filter(([, value]) => !isTable(value)));
  const parts = [
    values.size > 0 ? toml.render(values) : "",
    text,
    tables.size > 0 ? toml.render(tables) : "",
  ];
  const longer = parts.filter((part) => part !== "").map((part) => part.endsWith("\n") ? part : `${part}\n`)
    .join("\n");
  try {
    if (removed.length === 0 && isSameValue(toml.parse(longer), all)) return longer;
  } catch {
    // a table or a value that stands there already
  }
  return toml.render(all);
}
