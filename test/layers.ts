import { dirname, join } from "node:path";
import { type Rooms } from "./rooms.ts";
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
/** The most files that may lie side by side in a room of `lib`. */
export const MAX_FILES = 15;
/** The room that is a list by its nature: one file per command. */
const LIST = "cli/commands";

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
  { of: /^lib\/core\/pick\/policies\//, by: /^lib\/core\/pick\/(policy|trials|policies\/\w+)\.ts$/ },
  { of: /^lib\/core\/(pick\/exhaustion|quota\/windows)\.ts$/, by: /^lib\/(?!core\/simulation\/)/ },
  {
    of: /^lib\/core\/pick\/policy\.ts$/,
    names: ["rank", "figureOf", "isFitting", "modeOf", "usualOf"],
    by: /^lib\/core\/pick\/(decide|trials)\.ts$/,
  },
  {
    of: /^lib\/core\/pick\/decide\.ts$/,
    names: ["judgedOf", "eligibleCandidateOf", "compareCandidates", "sharedLeases", "turnsIn"],
    by: /^lib\/core\/pick\/trials\.ts$/,
  },
  {
    of: /^lib\/core\/pick\/decide\.ts$/,
    names: ["decide"],
    by: /^lib\/(app\/[\w\/]+|core\/(quota\/forecast|pick\/why|simulation\/rules))\.ts$/,
  },
];

/** Where the process, the clock, chance and the console may be named. */
const OUTSIDE = [
  "lib/io/host.ts",
  "lib/io/process/process.ts",
  "lib/io/platform/here.ts",
  "lib/io/platform/macos.ts",
  "lib/io/platform/windows.ts",
  "cli.ts",
];
const GLOBALS =
  /(?<![\w.$])(process\s*(?:\?\.|[.[])|Date\.now\b|new Date\(\)|Math\.random\b|console\s*[.[]|performance\.)/;
/** Where the globals and modules of a single runtime may be named. */
const RUNTIMES = /^lib\/io\/(host|library|lock\/(lock|flock_\w+)|platform\/windows)\.ts$/;
const RUNTIME_NAMES = /(?<![\w$])(Deno|Bun)(?![\w$])|["'`](bun|jsr|npm):/;

/** Whoever reads a file by its name goes through the door that never waits and knows limits; its own are the system's. */
const READER = "lib/io/files/open.ts";
const READING = ["readFileSync", "readFile", "createReadStream", "open", "promises"];
const SYSTEM_READERS = /^lib\/io\/(files\/open|platform\/(linux|macos))\.ts$/;
/** Those that open new files, locks, folders, the terminal and tables of the kernel. */
const OPENERS =
  /^lib\/io\/(files\/(open|replace|place|folders)|lock\/lock|platform\/(kernel_table|macos)|process\/spawn)\.ts$/;

/** Whoever changes the content of a file asks one of two: whole new ones, and lines that are appended. */
const WRITERS = ["lib/io/files/replace.ts", "lib/io/files/append.ts"];
const WRITING = /^(write|append|copyFile|cp$|cpSync|truncate|createWriteStream)/;
/** Names by which a file is copied as it is, emptied for an anew beginning, or a terminal is written to. */
const ALSO_WRITING: Readonly<Record<string, readonly string[]>> = {
  "lib/io/files/replace.ts": ["writeSync", "copyFileSync"],
  "lib/io/files/place.ts": ["copyFileSync"],
  "lib/io/files/tree.ts": ["copyFileSync"],
  "lib/io/host.ts": ["writeSync"],
  "lib/io/process/screen.ts": ["writeSync"],
};

/** Everything that is known of the vendor's program lies in two rooms; screens are read in a third. */
const VENDOR = /^lib\/(core|app)\/codex\//;
const VENDOR_WORDS =
  /\b(account\/(rateLimits|read)|rateLimitsByLimitId|individualLimit|rateLimitReachedType|creator_(account|user)_id|session_meta|task_(started|complete)|turn_aborted|token_count|codex_error_info|usage_limit_exceeded|used_percent|window_minutes|id_token|access_token|refresh_token|auth_mode|chatgpt_\w+_id)\b|stdio:\/\/|\[\s*["']app-server["']/;
/** What turns a text into an account: whoever wants to know asks `app/codex/account_file`. */
const VENDOR_READERS = [
  "parseAccount",
  "loginIn",
  "parseReading",
  "rolloutLine",
  "rolloutLines",
  "snapshotIn",
];
/** A version of the vendor's program, also in a comment. */
const VENDOR_VERSION = /\b(?:codex|Codex|openai\/codex)\b[^\n]{0,20}?\b0\.1\d\d\b|\(0\.1\d\d\)/;

/** Where the name of the platform may be looked at. */
const PLATFORM_ROOMS = /^lib\/(io\/platform|core\/shell)\//;
const PLATFORM_QUESTIONS =
  /(?<![\w$-])(win32|darwin)(?![\w$-])|["'`]linux["'`]|(?<![\w$])process\s*(\?\.|\.)\s*platform|(?<![\w$])platform\s*(\(|[!=]==?)|[!=]==?\s*([\w$]+\??\.)*platform(?![\w$])|switch\s*\(\s*([\w$]+\??\.)*platform\s*\)/;

/** Everything that breaks the plan, one line each, naming the file and, for an import, both files. Without a table any room may import from any. */
export function faultsIn(sources: Sources, rooms?: Rooms): string[] {
  const imports = [...sources].flatMap(([path, text]) => importsOf(path, text));
  return [
    ...imports.flatMap(importFault),
    ...imports.flatMap(scorerFault),
    ...imports.flatMap(vendorImportFault),
    ...imports.flatMap(readingFault),
    ...imports.flatMap(writingFault),
    ...fileCircles(imports),
    ...[...sources].flatMap(([path, text]) => fileFaults(path, text)),
    ...crowdedRooms(sources),
    ...rooms === undefined ? [] : roomFaults(sources, imports, rooms),
  ];
}

/** Imports that the table of rooms does not allow, rooms that it does not know, and circles in the table itself. */
function roomFaults(sources: Sources, imports: readonly Import[], rooms: Rooms): string[] {
  const unknown = [...roomsOf(sources).keys()].filter((room) => !rooms.has(room));
  return [
    ...unknown.map((room) => `lib/${room} has no line in test/rooms.ts`),
    ...imports.flatMap(({ from, to }) => {
      const [room, target] = [roomOf(from), roomOf(to)];
      if (room === undefined || target === undefined || room === target) return [];
      return rooms.get(room)?.has(target) ?? true
        ? []
        : [`${from} imports ${to}: ${room} may not import from ${target} (test/rooms.ts)`];
    }),
    ...circlesIn(new Map([...rooms].map(([room, allowed]) => [room, [...allowed]])))
      .map((circle) => `a circle of rooms in test/rooms.ts: ${circle.join(" -> ")}`),
  ];
}

function crowdedRooms(sources: Sources): string[] {
  return [...roomsOf(sources)].filter(([room, count]) => count > MAX_FILES && room !== LIST)
    .map(([room, count]) => `lib/${room} has ${count} files side by side, more than ${MAX_FILES}`);
}

/** How many files lie in each room. */
function roomsOf(sources: Sources): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const path of sources.keys()) {
    const room = roomOf(path);
    if (room !== undefined) counts.set(room, (counts.get(room) ?? 0) + 1);
  }
  return counts;
}

/** The folder below `lib` that a file of it lies in. */
function roomOf(path: string): string | undefined {
  return path.startsWith("lib/") ? dirname(path).slice("lib/".length) : undefined;
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
    const namesOf = name === "node:fs" ? systemNamesIn : namesIn;
    add(name, type !== undefined, type === undefined ? namesOf(clause, text) : []);
  }
  for (const [, name = ""] of text.matchAll(/\bimport\s*\(\s*["'`]([^"'`]+)["'`]/g)) add(name, false);
  return found;
}

/** The values in `{ a, type B, c as d }`: a and c. */
function namesIn(clause: string | undefined): string[] | undefined {
  return listedIn(/^\{([^}]*)\}$/.exec(clause?.trim() ?? "")?.[1]);
}

/** The same, and of a whole module, as in `fs, { a }` or `* as fs`, its members that the text names: `fs.b`. */
function systemNamesIn(clause: string | undefined, text: string): string[] | undefined {
  const [, whole, list] = /^(?:(?:\*\s+as\s+)?([\w$]+))?,?\s*(?:\{([^}]*)\})?$/.exec(clause?.trim() ?? "") ??
    [];
  if (whole === undefined) return listedIn(list);
  const members = text.matchAll(new RegExp(`(?<![\\w.$])${whole}\\.(\\w+)`, "g"));
  return [...listedIn(list) ?? [], ...Array.from(members, ([, name]) => name!)];
}

function listedIn(list: string | undefined): string[] | undefined {
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

function readingFault({ from, to, names }: Import): string[] {
  if (!/^node:fs(\/promises)?$/.test(to) || !from.startsWith("lib/io/")) return [];
  const used = to === "node:fs"
    ? (names ?? []).filter((name) =>
      (READING.includes(name) && !SYSTEM_READERS.test(from)) || (name === "openSync" && !OPENERS.test(from))
    )
    : ["everything"];
  return used.map((name) => `${from} imports ${name} of ${to}: ask ${READER}`);
}

function writingFault({ from, to, names }: Import): string[] {
  if (to !== "node:fs" || !from.startsWith("lib/io/")) return [];
  const allowed = ALSO_WRITING[from] ?? [];
  return (names ?? []).filter((name) => WRITING.test(name) && !allowed.includes(name))
    .map((name) => `${from} imports ${name} of ${to}: ask ${WRITERS.join(" or ")}`);
}

function vendorImportFault({ from, to, names }: Import): string[] {
  if (!VENDOR.test(to) || VENDOR.test(from) || !from.startsWith("lib/")) return [];
  const holdsReaders = /\/(account|rate_limits|rollout)\.ts$/.test(to);
  const used = names?.filter((name) => VENDOR_READERS.includes(name)) ?? (holdsReaders ? ["everything"] : []);
  return used.length === 0
    ? []
    : [`${from} imports ${used.join(", ")} of ${to}: only core/codex and app/codex may`];
}

function vendorFaults(path: string, source: string, code: string): string[] {
  if (VENDOR.test(path)) return [];
  const word = VENDOR_WORDS.exec(code)?.[0] ?? VENDOR_VERSION.exec(source)?.[0];
  return word === undefined
    ? []
    : [`${path} names ${word}: only core/codex and app/codex know the vendor's program`];
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

/** Circles of imports within a layer, of types too. */
function fileCircles(imports: readonly Import[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) {
    const layer = layerOf(from);
    if (layer !== undefined && layer === layerOf(to)) next.set(from, [...next.get(from) ?? [], to]);
  }
  return circlesIn(next).map((circle) => `a circle of imports: ${circle.join(" -> ")}`);
}

/** Circles in a graph, each beginning and ending with the same node. */
function circlesIn(next: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const walk = (node: string, trail: readonly string[]) => {
    if (trail.includes(node)) {
      circles.push([...trail.slice(trail.indexOf(node)), node]);
      return;
    }
    if (done.has(node)) return;
    for (const target of next.get(node) ?? []) walk(target, [...trail, node]);
    done.add(node);
  };
  for (const node of next.keys()) walk(node, []);
  return circles;
}

function fileFaults(path: string, source: string): string[] {
  if (layerOf(path) === undefined) return [];
  const faults: string[] = [];
  const lines = source.replace(/\n$/, "").split("\n").length;
  if (path.startsWith("lib/") && lines > MAX_LINES) {
    faults.push(`${path} has ${lines} lines, more than ${MAX_LINES}`);
  }
  const question = PLATFORM_QUESTIONS.exec(withoutComments(source))?.[0];
  if (question !== undefined && !PLATFORM_ROOMS.test(path)) {
    faults.push(
      `${path} asks for the platform (${question.trim()}): only lib/io/platform and lib/core/shell may`,
    );
  }
  const outside = GLOBALS.exec(withoutText(source))?.[1];
  if (outside !== undefined && !OUTSIDE.includes(path)) {
    faults.push(`${path} names ${outside.trim()}: only ${OUTSIDE.join(", ")} may`);
  }
  const code = withoutComments(source);
  if (path.startsWith("lib/")) faults.push(...vendorFaults(path, source, code));
  const runtime = /["'`](?:bun|jsr|npm):/.exec(code)?.[0] ?? RUNTIME_NAMES.exec(withoutText(source))?.[0];
  if (runtime !== undefined && !RUNTIMES.test(path)) {
    faults.push(`${path} names ${runtime}: only lib/io/host, library, lock, flock and windows may`);
  }
  return faults;
}

function layerOf(path: string): string | undefined {
  if (path === "mod.ts" || path === "cli.ts") return path;
  return /^lib\/(core|io|app|cli)\//.exec(path)?.[1];
}
