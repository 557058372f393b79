import { ALLOWED } from "../lib/core/sharing/allowed_settings.ts";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { allCommands } from "../lib/cli/declaration/catalogue.ts";
import { COMMANDS } from "../lib/cli/commands/all.ts";
import { pageOf } from "../lib/cli/declaration/help.ts";
import { PROBE_RESULTS, type ProbeResult, probeText } from "../lib/core/codex/reasons.ts";
import { CHECKS } from "../lib/core/doctor/checks.ts";
import { EXIT } from "../lib/core/text/failure.ts";
import { HINDRANCES } from "../lib/core/pick/hindrance.ts";
import { VERSION } from "../lib/core/text/version.ts";
import * as library from "../mod.ts";
import { VERSIONS } from "../lib/io/library.ts";
import { DOORS } from "./layers.ts";
import { brokenLinks, codeIn, isInTree, markedRows, missingFiles, pagesOfTree, unshown } from "./pages.ts";
import { commandsTable, optionsTable } from "./commands_table.ts";
import { SCHEMAS } from "./schemas.ts";
import { settingsTable } from "./settings_table.ts";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
/** Tables as they mean, however they are aligned. */
const unaligned = (markdown: string) =>
  markdown.replace(/ +/g, " ").replace(/-{2,}/g, "---").replaceAll("| --- ", "|---").replaceAll(
    "|--- |",
    "|---|",
  );
const ALL = await allCommands(COMMANDS);
const manifest = JSON.parse(read("package.json"));
const pages = pagesOfTree();
const page = (name: string) => unaligned(pages.get(name) ?? "");

/** Every kind of reason that `status` gives for a session that is not picked. */
const HINDRANCE_KINDS = Object.keys(HINDRANCES);
/** Everything that `lastProbeResult` may say. */
const PROBE_TEXTS = Object.keys(PROBE_RESULTS).map((kind) =>
  probeText({ kind, n: kind === "noAnswer" ? 10 : 503 } as ProbeResult)
);

describe("the checker of pages catches a planted", () => {
  const broken = (files: Readonly<Record<string, string>>) =>
    brokenLinks(new Map(Object.entries(files)), (path) => path === "LICENSE");

  test("link to a file that is not there", () => {
    expect(broken({ "README.md": "[a](docs/a.md) [b](LICENSE) `[c](c.md)`" })).toEqual([
      "README.md: docs/a.md: there is no docs/a.md",
    ]);
  });

  test("link to a heading that is not there, in the page itself or in another", () => {
    const files = { "README.md": "# A\n[a](#b) [b](docs/b.md#b) [c](docs/b.md#c)", "docs/b.md": "## B\n" };
    expect(broken(files)).toEqual([
      "README.md: #b: README.md has no heading #b",
      "README.md: docs/b.md#c: docs/b.md has no heading #c",
    ]);
  });

  test("promise without a test", () => {
    const rows = [
      "`test/a.test.ts`: one",
      "`test/a.test.ts`: two",
      "`test/b.test.ts`",
      "`npm run torture -- kills`",
    ];
    const planted = rows.map((by, at) => `| ${at} | ${by} |\n`).join("");
    const texts = new Map([["test/a.test.ts", 'test("one"']]);
    expect(unshown(planted, (path) => texts.get(path), ["pool"])).toEqual([
      '1: test/a.test.ts has no test "two"',
      "2: there is no test/b.test.ts",
      "3: there is no long test kills",
    ]);
  });

  test("name of a file that is not there", () => {
    const planted = new Map([["docs/b.md", "`lib/a.ts`, `lib/b.ts`, `lib/<name>.ts`"]]);
    expect(missingFiles(planted, (path) => path === "lib/b.ts")).toEqual(["docs/b.md: there is no lib/a.ts"]);
  });
});

describe("the pages", () => {
  test("begin with a README of one hundred and sixty lines at most", () => {
    expect(read("README.md").trimEnd().split("\n").length).toBeLessThanOrEqual(160);
  });

  test("link to files and headings that are there", () => {
    expect(brokenLinks(pages, isInTree)).toEqual([]);
  });

  test("name files of the tree that are there", () => {
    expect(missingFiles(pages, isInTree)).toEqual([]);
  });

  test("have a test for each promise", () => {
    const promises = pages.get("docs/promises.md")!;
    expect(promises.match(/^\|.*`/gm)!.length).toBeGreaterThan(40);
    const textOf = (path: string) => isInTree(path) ? read(path) : undefined;
    const folder = new URL("../scripts/torture/", import.meta.url);
    const names = readdirSync(folder).filter((name) => name.endsWith(".ts")).flatMap((name) =>
      /^ {2}name: "([\w-]+)",$/m.exec(read(`scripts/torture/${name}`))?.[1] ?? []
    );
    expect(unshown(promises, textOf, names)).toEqual([]);
  });

  test("are all reached from the README, and begin with a title", () => {
    const readme = pages.get("README.md")!;
    for (const [path, text] of pages) {
      if (path.startsWith("docs/")) expect(readme).toContain(`(${path})`);
      expect(text, path).toMatch(/^# /);
    }
  });

  test("tell of every key of config.toml what the program knows of it", () => {
    expect(page("docs/settings.md")).toContain(unaligned(settingsTable()));
  });

  test("tell of every setting that sessions take over, and why", () => {
    const [, table = ""] = /<!-- shared settings: [^>]*-->\n([^]*?)<!-- \/shared settings -->/.exec(
      pages.get("docs/sharing.md") ?? "",
    ) ?? [];
    const rows = [...table.matchAll(/^\| (`.*?) +\| (.*?) +\|$/gm)].map(([, keys = "", why]) => ({
      keys: keys.replaceAll("`", "").split(", "),
      why,
    }));
    expect(rows).toEqual(ALLOWED);
  });

  test("tell of every command and option what their declarations tell", () => {
    expect(page("docs/agentlb.md")).toContain(unaligned(commandsTable(ALL)));
    expect(page("docs/agentlb.md")).toContain(unaligned(optionsTable(ALL)));
  });

  test("name every variable that the program reads", () => {
    const named = [...read("lib/core/system/timing.ts").matchAll(/AGENTLB_[A-Z0-9_]+/g)].map(([name]) =>
      name
    );
    expect(named.length).toBeGreaterThan(5);
    const settings = page("docs/settings.md");
    expect(named.filter((name) => name !== "AGENTLB_" && !settings.includes(`\`${name}\``))).toEqual([]);
  });

  test("give the exit codes that help gives", async () => {
    const help = await pageOf(ALL[0]!, COMMANDS);
    for (const code of ["0", "1", "2", "4", "5"]) {
      expect(help).toMatch(new RegExp(`\\b${code} [a-z]`));
      expect(page("docs/agentlb.md")).toContain(`\n| ${code} |`);
    }
  });

  test("give two commands that work: both are scripts, and CI runs the one for tests", () => {
    expect(page("README.md")).toContain("\nnpm ci && npm run demo\n");
    expect(page("README.md")).toContain("\nnpm ci && npm test\n");
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(["demo", "test", "build"]));
    expect(read(".ci/run")).toMatch(/\nnpm ci\nnpm test\n/);
  });

  test("name scripts of npm that there are", () => {
    const named = [...pages.values()].flatMap((text) => [...text.matchAll(/npm run ([\w:]+)/g)]);
    expect(named.length).toBeGreaterThan(5);
    for (const [, name = ""] of named) expect(manifest.scripts).toHaveProperty([name]);
  });

  test("name every library that runs with the program, with its one file", () => {
    const libraries = markedRows(pages.get("docs/dependencies.md")!, "libraries");
    expect(libraries.map(([name, , , door]) => [codeIn(name)[0], codeIn(door)[0]]).sort()).toEqual(
      Object.entries(DOORS).sort(),
    );
  });

  test("name every tool that builds and tests", () => {
    const tools = { ...manifest.devDependencies, ...manifest.optionalDependencies };
    const known = page("docs/dependencies.md");
    expect(Object.keys(tools).filter((name) => !known.includes(`\`${name}\``))).toEqual([]);
  });

  test("name every function of the library", () => {
    const functions = Object.entries(library).filter(([, value]) => typeof value === "function");
    expect(functions.length).toBeGreaterThan(5);
    expect(functions.filter(([name]) => !new RegExp(`\`${name}\\b`).test(page("docs/library.md")))).toEqual(
      [],
    );
  });
});

describe("the page of JSON", () => {
  const rows = markedRows(pages.get("docs/json.md")!, "outputs");

  test("has one row for every schema, linked", () => {
    expect(rows.map(([schema]) => schema).sort()).toEqual(
      SCHEMAS.map((name) => `[\`${name}\`](../schemas/${name.slice("agentlb.".length, -"/1".length)}.json)`)
        .sort(),
    );
  });

  test("has every command with --json once", () => {
    const named = rows.flatMap(([, commands]) => codeIn(commands));
    const all = ALL.filter(({ options }) => Object.hasOwn(options, "json")).map(({ name }) =>
      name || "agentlb"
    );
    // It prints lines of a file as they are.
    expect([...named, "supervisor logs"].sort()).toEqual(all.sort());
  });

  test("has every kind of failure, with its exit code", () => {
    const codes = [...pages.get("docs/json.md")!.matchAll(/^\| `(\w+)` +\| (\d) +\|/gm)];
    expect(Object.fromEntries(codes.map(([, code, exit]) => [code, Number(exit)]))).toEqual({
      ...EXIT,
      bug: 1,
    });
  });
});

describe("the page of doctor", () => {
  test("has one row for every check, with what it says and what to do", () => {
    const rows = markedRows(pages.get("docs/doctor.md")!, "checks");
    expect(rows.map(([name, severity, about, cure]) => [codeIn(name)[0], severity, about, cure])).toEqual(
      Object.entries(CHECKS).map(([name, { severity, about, cure }]) => [
        name,
        severity,
        about,
        cure.replace("%", "…"),
      ]),
    );
  });
});

describe("the page of reasons", () => {
  const reasons = pages.get("docs/reasons.md")!;

  test("has a row for every kind of reason why a session is not picked", () => {
    const kinds = markedRows(reasons, "hindrances").map(([kind]) => codeIn(kind)[0]);
    expect([...new Set(kinds)].sort()).toEqual([...HINDRANCE_KINDS].sort());
  });

  test("has one row for everything that lastProbeResult may say", () => {
    const named = markedRows(reasons, "results").map(([reason]) => codeIn(reason)[0]);
    expect([...named].sort()).toEqual([...PROBE_TEXTS].sort());
  });

  test("says of each what it means and what to do", () => {
    const rows = [...markedRows(reasons, "hindrances"), ...markedRows(reasons, "results")];
    for (const row of rows) expect(row.filter((cell) => cell !== "").length, row[0]).toBe(row.length);
    expect(rows.length).toBeGreaterThan(15);
  });
});

describe("the manifests", () => {
  test("agree on the version", () => {
    expect(manifest.version).toBe(VERSION);
    expect(read("CHANGELOG.md")).toContain(`\n## ${VERSION}`);
  });

  test("lock every dependency exactly, and whoever installs the package needs none", () => {
    for (
      const [name, version] of Object.entries({
        ...manifest.devDependencies,
        ...manifest.optionalDependencies,
      })
    ) {
      expect(`${name}@${version}`).toMatch(/@\d+\.\d+\.\d+$/);
    }
    expect(manifest).not.toHaveProperty("dependencies");
  });

  test("give Deno the libraries of the sources, in the same versions", () => {
    const wanted = Object.keys(DOORS).map((name) => [name, `npm:${name}@${manifest.devDependencies[name]}`]);
    expect(JSON.parse(read("deno.json")).imports).toEqual(Object.fromEntries(wanted));
    const told = Object.entries(VERSIONS).map(([name, version]) => [name, `npm:${name}@${version}`]);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(wanted));
  });

  test("name one file that is the library", () => {
    expect(JSON.parse(read("deno.json")).exports).toBe("./mod.ts");
    expect(manifest.exports["."]).toEqual({ types: `./${manifest.types}`, default: "./dist/js/mod.js" });
  });
});
