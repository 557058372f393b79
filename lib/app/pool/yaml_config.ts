import { type ConfigEntry, documentText, type OddLine } from "../../core/pool/python/config_lines.ts";
import type { FileValue } from "../../core/pool/settings.ts";
import { objectOf } from "../../core/text/json.ts";
import { Failure, wordsOf } from "../../core/text/failure.ts";
import { parseYaml } from "../../io/yaml.ts";

/**
 * The values of entries of which some need YAML. `document` is the whole text; its keys count where no line sets them.
 * It is given only when necessary, because YAML rejects some valid lines; `odd` are its keys that mean nothing. Throws
 * Failure naming line and key.
 */
export function yamlValues(
  entries: ReadonlyMap<string, ConfigEntry>,
  document: string | undefined,
  keys: ReadonlySet<string>,
): { readonly values: ReadonlyMap<string, FileValue>; readonly odd: readonly OddLine[] } {
  const found = new Map<string, unknown>();
  const strange: string[] = [];
  if (document !== undefined) collect(parsed(documentText(document), ""), keys, found, strange);
  const values = new Map<string, FileValue>();
  for (const key of new Set([...entries.keys(), ...found.keys()])) {
    const entry = entries.get(key);
    if (entry !== undefined && entry.block === undefined) {
      values.set(key, entry);
      continue;
    }
    const where = entry === undefined ? `${key}: ` : `line ${entry.line}: ${key}: `;
    const value = found.has(key) ? found.get(key) : objectOf(parsed(entry?.block ?? "", where))?.get(key);
    values.set(key, fileValue(value, where));
  }
  const odd = strange.filter((key) => !entries.has(key)).map((text) => {
    const at = (document ?? "").split("\n").findIndex((line) => line.includes(text));
    return { line: Math.max(at, 0) + 1, text, isBelowOdd: false };
  });
  return { values, odd };
}

function fileValue(value: unknown, where: string): FileValue {
  const items = Array.isArray(value) ? value : [value];
  if (items.some((item) => typeof item === "object" && (item !== null || Array.isArray(value)))) {
    throw new Failure("failed", `${where}its items must be texts`);
  }
  if (Array.isArray(value) && items.length > 0 && items.every((item) => String(item).trim() === "")) {
    throw new Failure("failed", `${where}its items are empty`);
  }
  if (Array.isArray(value)) return { texts: value.map(String) };
  return { text: value === null || value === undefined ? "" : String(value) };
}

function parsed(text: string, where: string): unknown {
  try {
    return parseYaml(text);
  } catch (error) {
    const [reason = ""] = wordsOf(error).split("\n");
    const line = /^(.*?),? at line (\d+)/.exec(reason);
    // Line numbers of a part differ from those of the file.
    if (line === null || where !== "") throw new Failure("failed", `${where}${line?.[1] ?? reason}`);
    throw new Failure("failed", `line ${line[2]}: ${line[1]}`);
  }
}

/** Collects known keys at any depth, like the line reader; the last one wins. `strange` gets keys that hold none. */
function collect(
  value: unknown,
  keys: ReadonlySet<string>,
  found: Map<string, unknown>,
  strange: string[],
): number {
  let count = 0;
  for (const [key, child] of objectOf(value) ?? []) {
    const inside = keys.has(key) ? 1 : collect(child, keys, found, []);
    if (keys.has(key)) found.set(key, child);
    if (inside === 0) strange.push(key);
    count += inside;
  }
  return count;
}
