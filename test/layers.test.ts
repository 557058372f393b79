import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { faultsIn, MAX_FILES, MAX_LINES } from "./layers.ts";
import { ROOMS, tableOf } from "./rooms.ts";

const TREE = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/** Every file of the tree that is ours, by its path from the top. */
function files(folder = ""): string[] {
  return readdirSync(join(TREE, folder), { withFileTypes: true }).flatMap((entry) => {
    if (["node_modules", "dist", ".git"].includes(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return files(path);
    return entry.isFile() ? [path] : [];
  });
}

function read(path: string): string {
  return readFileSync(join(TREE, path), "utf8");
}

describe("the checker of layers catches a planted", () => {
  const planted: readonly [fault: string, files: Record<string, string>, words: string][] = [
    [
      "import of io by core",
      { "lib/core/a.ts": 'import { b } from "../io/b.ts";' },
      "lib/core/a.ts imports lib/io/b.ts",
    ],
    [
      "import of io by core, of a type, over lines",
      { "lib/core/a.ts": 'import type {\n  B,\n  C,\n} from "../io/b.ts";' },
      "lib/core/a.ts imports lib/io/b.ts",
    ],
    [
      "re-export of app by core",
      { "lib/core/a.ts": 'export { b } from "../app/b.ts";' },
      "lib/core/a.ts imports lib/app/b.ts",
    ],
    [
      "value of core in io",
      { "lib/io/a.ts": 'import { type B, b } from "../core/b.ts";' },
      "lib/io/a.ts imports lib/core/b.ts: io may import only types of core",
    ],
    [
      "run-time import of cli by app",
      { "lib/app/a.ts": 'const { b } = await import("../cli/b.ts");' },
      "lib/app/a.ts imports lib/cli/b.ts",
    ],
    [
      "import of io by cli",
      { "lib/cli/a.ts": 'import { b } from "../io/files.ts";' },
      "lib/cli/a.ts imports lib/io/files.ts",
    ],
    [
      "value of the host in cli",
      { "lib/cli/a.ts": 'import { realHost } from "../io/host.ts";' },
      "lib/cli/a.ts imports lib/io/host.ts",
    ],
    ["import of app by cli.ts", { "cli.ts": 'import "./lib/app/a.ts";' }, "cli.ts imports lib/app/a.ts"],
    [
      "import of cli by mod.ts",
      { "mod.ts": 'export * from "./lib/cli/a.ts";' },
      "mod.ts imports lib/cli/a.ts",
    ],
    [
      "node module in core",
      { "lib/core/a.ts": 'import { readFileSync } from "node:fs";' },
      "lib/core/a.ts imports node:fs",
    ],
    [
      "library beside its door",
      { "lib/io/a.ts": 'import { parse } from "smol-toml";' },
      "lib/io/a.ts imports smol-toml",
    ],
    [
      "library that nobody knows",
      { "lib/io/a.ts": 'import x from "left-pad";' },
      "lib/io/a.ts imports left-pad",
    ],
    ["module of one runtime", { "lib/io/a.ts": 'const ffi = "bun:ffi";' }, 'lib/io/a.ts names "bun:'],
    ["global of one runtime", { "lib/app/a.ts": "Deno.exit(1);" }, "lib/app/a.ts names Deno"],
    [
      "circle in app, of types too",
      {
        "lib/app/a.ts": 'import { b } from "./b.ts";',
        "lib/app/b.ts": 'import { c } from "./c.ts";',
        "lib/app/c.ts": 'import type { A } from "./a.ts";',
      },
      "lib/app/a.ts -> lib/app/b.ts -> lib/app/c.ts -> lib/app/a.ts",
    ],
    [
      "circle in core",
      { "lib/core/a.ts": 'import { b } from "./b.ts";', "lib/core/b.ts": 'import { a } from "./a.ts";' },
      "lib/core/a.ts -> lib/core/b.ts -> lib/core/a.ts",
    ],
    [
      "circle in core, of types alone",
      {
        "lib/core/a.ts": 'import type { B } from "./b/b.ts";',
        "lib/core/b/b.ts": 'import type { A } from "../a.ts";',
      },
      "lib/core/a.ts -> lib/core/b/b.ts -> lib/core/a.ts",
    ],
    [
      "circle in io, of types too",
      { "lib/io/c.ts": 'import type { D } from "./d.ts";', "lib/io/d.ts": 'import { c } from "./c.ts";' },
      "lib/io/c.ts -> lib/io/d.ts -> lib/io/c.ts",
    ],
    [
      "reading beside its door",
      { "lib/io/a.ts": 'import { readFileSync } from "node:fs";' },
      "lib/io/a.ts imports readFileSync of node:fs: ask lib/io/files/open.ts",
    ],
    [
      "opening beside its door",
      { "lib/io/files/a.ts": 'import { closeSync, openSync } from "node:fs";' },
      "lib/io/files/a.ts imports openSync of node:fs",
    ],
    [
      "reading beside its door, by a member",
      { "lib/io/a.ts": 'import fs, { closeSync } from "node:fs";\nconst text = fs.readFileSync(path);' },
      "lib/io/a.ts imports readFileSync of node:fs: ask lib/io/files/open.ts",
    ],
    [
      "writing beside its doors",
      { "lib/io/a.ts": 'import { appendFileSync, closeSync } from "node:fs";' },
      "lib/io/a.ts imports appendFileSync of node:fs: ask lib/io/files/replace.ts or lib/io/files/append.ts",
    ],
    [
      "writing beside its doors, by a member",
      { "lib/io/lock/a.ts": 'import * as fs from "node:fs";\nfs.writeSync(fd, bytes);' },
      "lib/io/lock/a.ts imports writeSync of node:fs",
    ],
    [
      "score beside what decides, in a simulation",
      { "lib/core/simulation/a.ts": 'import { type Candidate, judge } from "../pick/score.ts";' },
      "lib/core/simulation/a.ts imports judge of lib/core/pick/score.ts: ask decide",
    ],
    [
      "score beside what decides, in a use case",
      { "lib/app/a.ts": 'import {\n  best as first,\n  type Verdict,\n} from "../core/pick/score.ts";' },
      "lib/app/a.ts imports best of lib/core/pick/score.ts",
    ],
    [
      "score beside what decides, loaded later",
      { "lib/app/a.ts": 'const { judge } = await import("../core/pick/score.ts");' },
      "lib/app/a.ts imports everything of lib/core/pick/score.ts",
    ],
    [
      "policy beside what decides",
      { "lib/core/simulation/a.ts": 'import { drain } from "../pick/policies/drain.ts";' },
      "lib/core/simulation/a.ts imports drain of lib/core/pick/policies/drain.ts",
    ],
    [
      "rank beside what decides",
      { "lib/core/simulation/a.ts": 'import { POLICIES, rank } from "../pick/policy.ts";' },
      "lib/core/simulation/a.ts imports rank of lib/core/pick/policy.ts",
    ],
    [
      "exhaustion beside what decides, in a simulation",
      { "lib/core/simulation/a.ts": 'import { exhaustionOf } from "../pick/exhaustion.ts";' },
      "lib/core/simulation/a.ts imports exhaustionOf of lib/core/pick/exhaustion.ts",
    ],
    [
      "decision where words are made",
      { "lib/cli/a.ts": 'import { decide } from "../core/pick/decide.ts";' },
      "lib/cli/a.ts imports decide of lib/core/pick/decide.ts",
    ],
    [
      "answer of the vendor's program parsed elsewhere",
      { "lib/core/pool/a.ts": 'const type = answer.get("rateLimitReachedType");' },
      "lib/core/pool/a.ts names rateLimitReachedType",
    ],
    [
      "line of a rollout parsed elsewhere",
      { "lib/app/pool/a.ts": 'if (payload.type === "task_complete") return;' },
      "lib/app/pool/a.ts names task_complete",
    ],
    [
      "auth file parsed elsewhere",
      { "lib/app/session/a.ts": "const { id_token } = JSON.parse(text).tokens;" },
      "lib/app/session/a.ts names id_token",
    ],
    [
      "reader of auth files in a use case",
      { "lib/app/session/a.ts": 'import { type Account, parseAccount } from "../../core/codex/account.ts";' },
      "lib/app/session/a.ts imports parseAccount of lib/core/codex/account.ts",
    ],
    [
      "reader of answers loaded later",
      { "lib/app/session/a.ts": 'const { parseReading } = await import("../../core/codex/rate_limits.ts");' },
      "lib/app/session/a.ts imports everything of lib/core/codex/rate_limits.ts",
    ],
    [
      "app-server started elsewhere",
      { "lib/app/library/a.ts": 'spawn({ file, args: ["app-server", "--listen", url] });' },
      'lib/app/library/a.ts names ["app-server"',
    ],
    [
      "method of the vendor's protocol",
      { "lib/app/library/a.ts": 'await rpc.request("account/rateLimits/read", {});' },
      "lib/app/library/a.ts names account/rateLimits",
    ],
    [
      "version of the vendor's program in a comment",
      { "lib/io/a.ts": "/** Codex leaves it behind (codex 0.169). */" },
      "lib/io/a.ts names codex 0.169",
    ],
    ["clock", { "lib/app/a.ts": "const now = Date.now();" }, "lib/app/a.ts names Date.now"],
    [
      "clock in a template",
      { "lib/app/a.ts": "const now = `at ${`${Date.now()}`}`;" },
      "lib/app/a.ts names Date.now",
    ],
    [
      "clock without a number",
      { "lib/core/a.ts": "const now = new Date();" },
      "lib/core/a.ts names new Date()",
    ],
    [
      "chance",
      { "lib/io/a.ts": "const x = /'/.test(y) ? Math.random() : 0;" },
      "lib/io/a.ts names Math.random",
    ],
    ["console", { "lib/cli/a.ts": 'console.log("x");' }, "lib/cli/a.ts names console."],
    ["environment", { "lib/app/a.ts": 'const home = process.env["HOME"];' }, "lib/app/a.ts names process."],
    [
      "process by import",
      { "lib/io/a.ts": 'import { env } from "node:process";' },
      "lib/io/a.ts imports node:process",
    ],
    [
      "file that is too long",
      { "lib/app/a.ts": "\n".repeat(MAX_LINES + 1) },
      `lib/app/a.ts has ${MAX_LINES + 1} lines`,
    ],
    [
      "room that is too full",
      Object.fromEntries(Array.from({ length: MAX_FILES + 1 }, (_, n) => [`lib/core/x/a${n}.ts`, ""])),
      `lib/core/x has ${MAX_FILES + 1} files side by side`,
    ],
    ...[
      'if (host.platform === "x") stop();',
      'if ("x" !== host?.platform) stop();',
      "const isOdd = platform == name;",
      "switch (host.platform) {}",
      'const isMac = NAMES.includes("darwin");',
      "const isWindows = name === 'win32';",
      "const isHere = [`linux`].includes(name);",
      'import { win32 } from "node:path";',
      "const name = os.platform();",
    ].map((text): typeof planted[number] => [
      `question for the platform: ${text}`,
      { "lib/app/a.ts": text },
      "lib/app/a.ts asks for the platform",
    ]),
    [
      "question for the platform beside the room that may",
      { "lib/io/process/process.ts": "const name = process.platform;" },
      "lib/io/process/process.ts asks for the platform",
    ],
  ];

  test.each(planted)("%s", (_, sources, words) => {
    const faults = faultsIn(new Map(Object.entries(sources)));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(words);
  });

  test("and nothing in what is allowed", () => {
    const sources = {
      "lib/core/a.ts": 'import { join } from "node:path";\nimport { b } from "./b.ts";',
      "lib/core/b.ts":
        "// Date.now() and process.env are not for us\nconst words = 'process.env console.log';",
      "lib/io/a.ts":
        'import type { B } from "../core/b.ts";\nimport { Failure } from "../core/text/failure.ts";',
      "lib/io/lock/flock_bun.ts": 'const name = "bun:ffi";\nconst { Deno } = globalThis;',
      "lib/core/pick/decide.ts":
        'import { judge } from "./score.ts";\nimport { type Mode, rank } from "./policy.ts";',
      "lib/core/pick/policy.ts": 'import { drain } from "./policies/drain.ts";',
      "lib/core/simulation/rules.ts":
        'import { decide } from "../pick/decide.ts";\nimport { type Mode, POLICIES } from "../pick/policy.ts";',
      "lib/app/survey.ts":
        'import { type Candidate, decide } from "../core/pick/decide.ts";\nimport type { Verdict } from "../core/pick/score.ts";',
      "lib/app/codex/a.ts":
        'import { parseReading } from "../../core/codex/rate_limits.ts";\nconst args = ["app-server"]; // codex 0.169',
      "lib/app/pool/limits/status.ts": 'const via = viaOf(options, "app-server"); // what task_complete says',
      "lib/io/host.ts": "export const now = Date.now;\nprocess.exit(1);",
      "lib/io/platform/here.ts": 'if (process_.platform === "win32") asked();',
      "lib/core/shell/words.ts": 'const isEscape = platform !== "win32";',
      "lib/app/c.ts":
        '// win32\nconst name = `codex-${host.platform}-${arch}`, system = "darwin-arm64"; split(text, host.platform);',
      "lib/app/a.ts":
        'import { a } from "../io/a.ts";\nchild.process.kill();\nconst x = new Date(0), y = 1 / 2 / 3;',
      "lib/cli/a.ts": 'import type { Host } from "../io/host.ts";\nimport { parseArgs } from "node:util";',
      "cli.ts": 'import { realHost } from "./lib/io/host.ts";\nprocess.exitCode = 1;',
    };
    expect(faultsIn(new Map(Object.entries(sources)))).toEqual([]);
  });
});

describe("the table of rooms", () => {
  const faults = (sources: Record<string, string>, table: string) =>
    faultsIn(new Map(Object.entries(sources)), tableOf(table));
  const A = { "lib/core/a/a.ts": 'import type { B } from "../b/b.ts";', "lib/core/b/b.ts": "" };

  test("allows what it names, in its own layer and in others", () => {
    const sources = {
      ...A,
      "lib/app/a.ts": 'import { b } from "../core/b/b.ts";\nimport { c } from "./c/c.ts";',
    };
    const table = "core/a core: b\ncore/b\napp app: c core: b\napp/c core: a app: .";
    expect(faults({ ...sources, "lib/app/c/c.ts": "" }, table.replace(" app: .", ""))).toEqual([]);
    expect(tableOf(table).get("app/c")).toEqual(new Set(["core/a", "app"]));
  });

  test("refuses an arrow that it does not name, with both files", () => {
    expect(faults(A, "core/a\ncore/b")).toEqual([
      "lib/core/a/a.ts imports lib/core/b/b.ts: core/a may not import from core/b (test/rooms.ts)",
    ]);
  });

  test("must know every room", () => {
    expect(faults(A, "core/a core: b")).toEqual(["lib/core/b has no line in test/rooms.ts"]);
  });

  test("has no circles itself", () => {
    expect(faults(A, "core/a core: b\ncore/b core: c\ncore/c core: a")).toEqual([
      "a circle of rooms in test/rooms.ts: core/a -> core/b -> core/c -> core/a",
    ]);
  });

  test("names no room that is gone", () => {
    const rooms = new Set(files("lib").map((path) => path.split("/").slice(1, -1).join("/")));
    const named = [...ROOMS].flatMap(([room, allowed]) => [room, ...allowed]);
    expect(named.filter((room) => !rooms.has(room))).toEqual([]);
  });
});

test("every file imports, names and measures only what its layer may", () => {
  const ours = files().filter((path) => /^(lib\/.*|cli|mod)\.ts$/.test(path));
  expect(ours.length).toBeGreaterThan(20);
  expect(faultsIn(new Map(ours.map((path) => [path, read(path)])), ROOMS)).toEqual([]);
});

describe("no file names", () => {
  // Put together here, so that this file may be searched as well.
  const hosts = [
    "registry.npm" + "js.org",
    "registry.yarn" + "pkg.com",
    "js" + "r.io",
    "npm.pkg." + "github.com",
  ];
  const texts = () =>
    files().filter((path) => !/\.(png|gif|gz|zst)$/.test(path)).map((path) => [path, read(path)] as const);
  const naming = (words: readonly string[], among: readonly (readonly [path: string, text: string])[]) =>
    among.flatMap(([path, text]) =>
      words.filter((word) => text.includes(word)).map((word) => `${path}: ${word}`)
    );

  test("a registry", () => {
    expect(naming(hosts, [["planted", `"resolved": "https://${hosts[0]}/x.tgz"`]])).toHaveLength(1);
    expect(naming(hosts, texts())).toEqual([]);
  });

  test("a folder of the machine it was written on", () => {
    const folders = [TREE, homedir(), "/Use" + "rs/", "file:" + "///"]
      .filter((folder) => folder.split("/").length > 2 && !folder.startsWith("/tmp"));
    expect(naming(folders, [["planted", `import "file:${"///"}x.ts"`]])).toHaveLength(1);
    expect(naming(folders, texts())).toEqual([]);
  });
});
