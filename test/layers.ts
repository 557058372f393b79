import { dirname, join } from "node:path";
import { withoutComments, withoutText } from "./source_text.ts";

/** The texts of source files by their path from the top of the tree ("lib/core/score.ts"). */
export type Sources = ReadonlyMap<string, string>;

export interface Import {
  readonly from: string;
  /** A path from the top of the tree, "node:…", or the name of a library. */
  readonly to: string;
  readonly isType: boolean;
  /** What it takes by name, types left out; undefined when it could be anything. */
  readonly names?: readonly string[];
}

/** The longest file that is allowed in `lib`, in lines. */
export const MAX_LINES = 300;

/** What the files of one layer may import from the tree; "type" = types only. */
const MAY_IMPORT: Readonly<Record<string, Readonly<Record<string, "all" | "type">>>> = {
  core: { core: "all" },
  io: { io: "all", core: "type" },
  app: { app: "all", io: "all", core: "all" },
  cli: { cli: "all", app: "all", core: "all" },
  "mod.ts": { core: "all", io: "all", app: "all" },
  "cli.ts": { cli: "all" },
};

/** Single files that a layer may import beyond that. */
const ALSO: Readonly<Record<string, Readonly<Record<string, "all" | "type">>>> = {
  io: { "lib/core/text/failure.ts": "all" },
  cli: { "lib/io/host.ts": "type" },
  "cli.ts": { "lib/io/host.ts": "all" },
};

const NODE_MODULES: Readonly<Record<string, readonly string[] | "any">> = {
  core: ["node:path", "node:crypto"],
  io: "any",
  app: ["node:path"],
  cli: ["node:path", "node:util"],
  "mod.ts": [],
  "cli.ts": ["node:process"],
};

/** Each library has one door. */
export const DOORS: Readonly<Record<string, string>> = {
  "smol-toml": "lib/io/formats.ts",
  "re2js": "lib/io/pattern.ts",
  "string-width": "lib/io/width.ts",
  "yaml": "lib/io/yaml.ts",
};

/** What judges and ranks, and who alone may use it: whoever else wants to know asks `decide`. There is one scorer. */
const SCORERS: readonly { readonly of: RegExp; readonly names?: readonly string[]; readonly by: RegExp }[] = [
  { of: /^lib\/core\/pick\/score\.ts$/, by: /^lib\/core\/pick\/(decide|policy|policies\/\w+)\.ts$/ },
  { of: /^lib\/core\/pick\/policies\//, by: /^lib\/core\/pick\/(policy|policies\/\w+)\.ts$/ },
  { of: /^lib\/core\/(pick\/exhaustion|quota\/windows)\.ts$/, by: /^lib\/(?!core\/simulation\/)/ },
  { of: /^lib\/core\/pick\/policy\.ts$/, names: ["rank"], by: /^lib\/core\/pick\/decide\.ts$/ },
  {
    of: /^lib\/core\/pick\/decide\.ts$/,
    names: ["decide"],
    by: /^lib\/(app\/[\w\/]+|core\/(quota\/forecast|pick\/why|simulation\/rules))\.ts$/,
  },
];

/** Where the process, the clock, chance and the console may be named. */
const OUTSIDE = ["lib/io/host.ts", "lib/io/process/process.ts", "cli.ts"];
const GLOBALS =
  /(?<![\w.$])(process\s*(?:\?\.|[.[])|Date\.now\b|new Date\(\)|Math\.random\b|console\s*[.[]|performance\.)/;
/** Where the globals and modules of a single runtime may be named. */
const RUNTIMES = /^lib\/io\/(host|library|lock\/(lock|flock_\w+)|platform\/kernel32)\.ts$/;
const RUNTIME_NAMES = /(?<![\w$])(Deno|Bun)(?![\w$])|["'`](bun|jsr|npm):/;

/** Everything that breaks the plan, one line each, naming the file and, for an import, both files. */
export function faultsIn(sources: Sources): string[] {
  const imports = [...sources].flatMap(([path, text]) => importsOf(path, text));
  return [
    ...imports.flatMap(importFault),
    ...imports.flatMap(scorerFault),
    ...cyclesIn(imports),
    ...[...sources].flatMap(([path, text]) => fileFaults(path, text)),
  ];
}

/** The imports of one file, dynamic ones too. */
export function importsOf(path: string, source: string): Import[] {
  const text = withoutComments(source);
  const found: Import[] = [];
  const add = (name: string, isType: boolean, names?: readonly string[]) => {
    const to = name.startsWith(".") ? join(dirname(path), name) : name;
    found.push({ from: path, to, isType, ...(names === undefined ? {} : { names }) });
  };
  const statements = /^\s*(import|export)\s+(type\s+)?(?:([\w*${}\s,]+?)\s+from\s*)?["']([^"'\n]+)["']/gm;
  for (const [, , type, clause, name = ""] of text.matchAll(statements)) {
    add(name, type !== undefined, type === undefined ? namesIn(clause) : []);
  }
  for (const [, name = ""] of text.matchAll(/\bimport\s*\(\s*["'`]([^"'`]+)["'`]/g)) add(name, false);
  return found;
}

/** The values in `{ a, type B, c as d }`: a and c. */
function namesIn(clause: string | undefined): string[] | undefined {
  const list = /^\{([^}]*)\}$/.exec(clause?.trim() ?? "")?.[1];
  return list?.split(",").map((item) => item.trim()).filter((item) =>
    item !== "" && !item.startsWith("type ")
  )
    .map((item) => item.split(/\s/)[0]!);
}

function scorerFault({ from, to, names }: Import): string[] {
  return SCORERS.flatMap(({ of, names: guarded, by }) => {
    if (!of.test(to) || by.test(from) || !from.startsWith("lib/")) return [];
    const used = guarded === undefined || names === undefined
      ? names ?? ["everything"]
      : names.filter((name) => guarded.includes(name));
    return used.length === 0
      ? []
      : [`${from} imports ${used.join(", ")} of ${to}: ask decide of lib/core/pick/decide.ts`];
  });
}

function importFault({ from, to, isType }: Import): string[] {
  const layer = layerOf(from);
  if (layer === undefined) return [];
  if (to.startsWith("node:")) {
    const allowed = NODE_MODULES[layer] ?? [];
    if (to === "node:process" && !OUTSIDE.includes(from)) {
      return [`${from} imports ${to}: only ${OUTSIDE.join(", ")} may`];
    }
    return allowed === "any" || allowed.includes(to) ? [] : [`${from} imports ${to}: ${layer} may not`];
  }
  const target = layerOf(to);
  if (target === undefined) {
    if (RUNTIMES.test(from) && to === "bun:ffi") return [];
    return DOORS[to] === from ? [] : [`${from} imports ${to}: ${DOORS[to] ?? "nobody"} may`];
  }
  const allowed = ALSO[layer]?.[to] ?? MAY_IMPORT[layer]?.[target];
  if (allowed === "all" || (allowed === "type" && isType)) return [];
  return [
    `${from} imports ${to}: ${layer} may import ${
      allowed === "type" ? "only types of" : "nothing from"
    } ${target}`,
  ];
}

/** Circles of imports: in `app` of any kind, elsewhere of what is there at run time. */
function cyclesIn(imports: readonly Import[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to, isType } of imports) {
    const isAlike = layerOf(from) === layerOf(to) && layerOf(to) !== undefined;
    if (isAlike && (!isType || layerOf(from) === "app")) next.set(from, [...next.get(from) ?? [], to]);
  }
  const faults: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) {
      const circle = [...trail.slice(trail.indexOf(path)), path];
      faults.push(`a circle of imports: ${circle.join(" -> ")}`);
      return;
    }
    if (done.has(path)) return;
    for (const target of next.get(path) ?? []) walk(target, [...trail, path]);
    done.add(path);
  };
  for (const path of next.keys()) walk(path, []);
  return faults;
}

function fileFaults(path: string, source: string): string[] {
  if (layerOf(path) === undefined) return [];
  const faults: string[] = [];
  const lines = source.replace(/\n$/, "").split("\n").length;
  if (path.startsWith("lib/") && lines > MAX_LINES) {
    faults.push(`${path} has ${lines} lines, more than ${MAX_LINES}`);
  }
  const outside = GLOBALS.exec(withoutText(source))?.[1];
  if (outside !== undefined && !OUTSIDE.includes(path)) {
    faults.push(`${path} names ${outside.trim()}: only ${OUTSIDE.join(", ")} may`);
  }
  const code = withoutComments(source);
  const runtime = /["'`](?:bun|jsr|npm):/.exec(code)?.[0] ?? RUNTIME_NAMES.exec(withoutText(source))?.[0];
  if (runtime !== undefined && !RUNTIMES.test(path)) {
    faults.push(`${path} names ${runtime}: only lib/io/host, library, lock, flock and kernel32 may`);
  }
  return faults;
}

function layerOf(path: string): string | undefined {
  if (path === "mod.ts" || path === "cli.ts") return path;
  return /^lib\/(core|io|app|cli)\//.exec(path)?.[1];
}
