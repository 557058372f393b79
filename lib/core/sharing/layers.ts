/** A TOML table; the tables in it are maps as well, so that no key is looked up on a prototype. */
export type Table = ReadonlyMap<string, unknown>;

/** The path of a key in nested tables. */
export type KeyPath = readonly string[];

/** A parsed TOML document as a table; empty for anything else. */
export function tableFrom(document: unknown): Table {
  const table = mapped(document);
  return isTable(table) ? table : new Map();
}

/** The plain objects of a table, for writing it. */
export function plainTable(table: Table): Record<string, unknown> {
  return plain(table) as Record<string, unknown>;
}

/** Tells whether a value in a table is a table. */
export function isTable(value: unknown): value is Table {
  return value instanceof Map;
}

/** Puts layers over each other: tables are merged key by key, any other value of a later layer wins. */
export function merged(...layers: readonly Table[]): Table {
  const all = new Map<string, unknown>();
  for (const layer of layers) {
    for (const [key, value] of layer) {
      const below = all.get(key);
      all.set(key, isTable(below) && isTable(value) ? merged(below, value) : value);
    }
  }
  return all;
}

/** A table without some paths; a table that this empties goes as well. */
export function without(table: Table, paths: readonly KeyPath[]): Table {
  const left = new Map<string, unknown>();
  for (const [key, value] of table) {
    const inside = paths.filter(([first]) => first === key).map((path) => path.slice(1));
    if (inside.some((path) => path.length === 0)) continue;
    const kept = isTable(value) && inside.length > 0 ? without(value, inside) : value;
    if (isTable(kept) && kept.size === 0 && isTable(value) && value.size > 0) continue;
    left.set(key, kept);
  }
  return left;
}

/** What was done to a table: the values set since, and the paths of what was removed. */
export interface Difference {
  readonly set: Table;
  readonly removed: readonly KeyPath[];
}

export function difference(before: Table, now: Table): Difference {
  const set = new Map<string, unknown>();
  const removed: KeyPath[] = [...before].filter(([key]) => !now.has(key)).flatMap(([key, value]) =>
    thingsIn(value).map((path) => [key, ...path])
  );
  for (const [key, value] of now) {
    const old = before.get(key);
    if (isTable(old) && isTable(value)) {
      const inside = difference(old, value);
      if (inside.set.size > 0) set.set(key, inside.set);
      removed.push(...inside.removed.map((path) => [key, ...path]));
    } else if (!before.has(key) || !isSameValue(old, value)) set.set(key, value);
  }
  return { set, removed };
}

/** The paths below a removed value: a table of named things goes thing by thing, so that a new one may come. */
function thingsIn(value: unknown): KeyPath[] {
  if (!isTable(value) || value.size === 0 || ![...value.values()].every(isTable)) return [[]];
  return [...value].flatMap(([key, item]) => thingsIn(item).map((path) => [key, ...path]));
}

/** Tells whether two values of TOML are the same; the order of keys does not count. */
export function isSameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (isTable(a) && isTable(b)) {
    return a.size === b.size && [...a].every(([key, value]) => b.has(key) && isSameValue(value, b.get(key)));
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, at) => isSameValue(item, b[at]));
  }
  return a instanceof Date && b instanceof Date && JSON.stringify(a) === JSON.stringify(b);
}

function mapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mapped);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return new Map(Object.entries(value).map(([key, item]) => [key, mapped(item)]));
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  return isTable(value) ? Object.fromEntries(Array.from(value, ([key, item]) => [key, plain(item)])) : value;
}
