import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { helpOf, TOPICS } from "../lib/cli/help.ts";
import { VERSIONS } from "../lib/io/library.ts";
import { VERSION } from "../lib/core/text/version.ts";
import * as library from "../mod.ts";
import { DOORS } from "./layers.ts";
import { settingsTable } from "./settings_table.ts";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
/** Tables as they mean, however they are aligned. */
const unaligned = (markdown: string) =>
  markdown.replace(/ +/g, " ").replace(/-{2,}/g, "---").replaceAll("| --- ", "|---").replaceAll(
    "|--- |",
    "|---|",
  );
const readme = unaligned(read("README.md"));
const manifest = JSON.parse(read("package.json"));

describe("the README", () => {
  test("tells of every key of config.toml what the program knows of it", () => {
    expect(readme).toContain(unaligned(settingsTable()));
  });

  test("names every command that help names", () => {
    const commands = TOPICS.filter((topic) => !topic.includes(" ") && !["config", "help"].includes(topic));
    expect(commands.filter((command) => !new RegExp(`agentlb ${command}\\b`).test(readme))).toEqual([]);
  });

  test("names every variable that the program reads", () => {
    const named = [...read("lib/core/system/timing.ts").matchAll(/AGENTLB_[A-Z0-9_]+/g)].map(([name]) =>
      name
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => name !== "AGENTLB_" && !readme.includes(`\`${name}\``))).toEqual([]);
  });

  test("gives the exit codes that help gives", () => {
    for (const code of ["0", "1", "2", "4", "5"]) {
      expect(helpOf("")).toMatch(new RegExp(`\\b${code} [a-z]`));
      expect(readme).toContain(`\n| ${code} |`);
    }
  });

  test("has two commands that work: both are scripts, and CI runs the one for tests", () => {
    expect(readme).toContain("\nnpm ci && npm run demo\n");
    expect(readme).toContain("\nnpm ci && npm test\n");
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(["demo", "test", "build"]));
    expect(read(".ci/run")).toMatch(/\nnpm ci\nnpm test\n/);
  });

  test("names every library that runs with the program", () => {
    expect(Object.keys(DOORS).filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });

  test("names every function of the library", () => {
    const functions = Object.entries(library).filter(([, value]) => typeof value === "function");
    expect(functions.length).toBeGreaterThan(5);
    expect(functions.filter(([name]) => !new RegExp(`\`${name}\\b`).test(readme))).toEqual([]);
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
