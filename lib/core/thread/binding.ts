import { sep } from "node:path";
import { byteOrder } from "../text/byte_order.ts";
import { objectOf, renderLines } from "../text/json.ts";

/** A folder and the sessions that may be used for work in it and below. */
export interface Binding {
  /** An absolute path, links resolved. */
  readonly folder: string;
  readonly aliases: readonly string[];
  /** True when config.toml has it, which only the user changes. */
  readonly isInConfig: boolean;
}

/**
 * The aliases by folder in state/bindings.json. Throws Error for anything that is not understood: a folder must not be
 * open to all sessions because of that.
 */
export function parseBindings(text: string): Map<string, readonly string[]> {
  const folders = objectOf(objectOf(JSON.parse(text))?.get("folders"));
  if (folders === undefined) throw new Error("not an object with folders");
  return new Map(Array.from(folders, ([folder, aliases]) => {
    const isList = Array.isArray(aliases) && aliases.every((alias) => typeof alias === "string");
    if (!isList) throw new Error(`no list of aliases for ${folder}`);
    return [folder, aliases];
  }));
}

export function renderBindings(folders: ReadonlyMap<string, readonly string[]>): string {
  const sorted = [...folders].sort(([a], [b]) => byteOrder(a, b));
  return `${renderLines([["v", 1], ["folders", Object.fromEntries(sorted)]])}\n`;
}

/** The binding that holds in a folder: that of the nearest folder above it; config.toml goes first for the same one. */
export function bindingFor(bindings: readonly Binding[], folder: string): Binding | undefined {
  return bindings.filter((binding) => isWithin(folder, binding.folder)).reduce<Binding | undefined>(
    (nearest, each) => nearest === undefined || rank(each) > rank(nearest) ? each : nearest,
    undefined,
  );
}

function rank({ folder, isInConfig }: Binding): number {
  return folder.length * 2 + Number(isInConfig);
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}
