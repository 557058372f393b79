import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { VERSION } from "../../lib/core/text/version.ts";
import { TREE } from "../../rig/codex.ts";
import { commandOf } from "../../rig/program.ts";
import type { Result } from "../../rig/result.ts";
import { makeSandbox, type Sandbox } from "../../rig/sandbox.ts";
import { examplesIn } from "./support/examples.ts";
import { publish } from "./support/published.ts";
import { addSession } from "./support/session.ts";
import { runWords } from "./support/skill.ts";
import { patience } from "../../rig/patience.ts";

// The package as npm makes it from a copy of the tree, and installs it where there is nothing else and no network.

const FILES = [
  "CHANGELOG.md",
  "LICENSE",
  "README.md",
  "SECURITY.md",
  ...["agentlb", "cap", "clb"].map((name) => `dist/completions/bash/${name}`),
  ...["agentlb", "cap", "clb"].map((name) => `dist/completions/fish/${name}.fish`),
  ...["agentlb", "cap", "clb"].map((name) => `dist/completions/powershell/${name}.ps1`),
  ...["agentlb", "cap", "clb"].map((name) => `dist/completions/zsh/_${name}`),
  "dist/js/THIRD-PARTY-LICENSES",
  "dist/js/agentlb.js",
  "dist/js/cap.js",
  "dist/js/clb.js",
  "dist/js/mod.js",
  ...["agentlb", "cap", "clb"].map((name) => `dist/man/man1/${name}.1`),
  "dist/man/man5/agentlb-config.5",
  "dist/skills/codex-account-pool/SKILL.md",
  "dist/skills/codex-account-pool/scripts/cap",
  "dist/skills/codex-account-pool/scripts/cap.js",
  "dist/skills/codex-account-pool/scripts/cap_config.yaml",
  "dist/skills/codex-account-pool/scripts/package.json",
  "dist/skills/codex-load-balancer/SKILL.md",
  "dist/skills/codex-load-balancer/scripts/clb",
  "dist/skills/codex-load-balancer/scripts/clb.js",
  "dist/skills/codex-load-balancer/scripts/clb_config.yaml",
  "dist/skills/codex-load-balancer/scripts/package.json",
  "dist/types/lib/app/library/app_servers.d.ts",
  "dist/types/lib/app/library/client.d.ts",
  "dist/types/lib/app/library/options.d.ts",
  "dist/types/lib/app/library/pools.d.ts",
  "dist/types/lib/app/library/sessions.d.ts",
  "dist/types/lib/core/codex/reasons.d.ts",
  "dist/types/lib/core/pick/hindrance.d.ts",
  "dist/types/lib/core/pick/policies/scored_candidate.d.ts",
  "dist/types/lib/core/pick/policy.d.ts",
  "dist/types/lib/core/pick/report/report.d.ts",
  "dist/types/lib/core/pick/score.d.ts",
  "dist/types/lib/core/pick/settings.d.ts",
  "dist/types/lib/core/quota/allowance.d.ts",
  "dist/types/lib/core/quota/cost.d.ts",
  "dist/types/lib/core/quota/limits.d.ts",
  "dist/types/lib/core/quota/windows.d.ts",
  "dist/types/lib/core/session/status.d.ts",
  "dist/types/lib/core/text/failure.d.ts",
  "dist/types/lib/core/text/json.d.ts",
  "dist/types/mod.d.ts",
  ...["docs", "docs/screens"].flatMap((folder) =>
    readdirSync(join(TREE, folder)).map((name) => `${folder}/${name}`)
  )
    .filter((path) => path !== "docs/screens").sort(),
  "package.json",
  ...readdirSync(join(TREE, "schemas")).map((name) => `schemas/${name}`).sort(),
];
/** What is in a tree that somebody works in and must not be in the package. */
const NOT_SHIPPED = ["dist/agentlb", "dist/linux-x64/agentlb", "dist/release/SHA256SUMS", ".env"];
const TSC = join(TREE, "node_modules/typescript/bin/tsc");

let user: Sandbox;
/** Where the package is installed. */
let project: string;

/** Runs words there, with the Node that we run on first on PATH. */
function inProject(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Result> {
  const PATH = `${dirname(process.execPath)}:${user.env.PATH}`;
  const npm_config_cache = join(user.dir, "npm-cache");
  const npm = { npm_config_cache, npm_config_offline: "true", npm_config_update_notifier: "false" };
  return runWords(user, words, { cwd: project, env: { PATH, ...npm, ...env } });
}

/** Every file below a folder, by its path from there, in order. */
function filesBelow(folder: string, path = folder): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const whole = join(path, entry.name);
    return entry.isDirectory() ? filesBelow(folder, whole) : [relative(folder, whole)];
  }).sort();
}

beforeAll(async () => {
  user = makeSandbox({ env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
  for (const alias of ["a", "b"]) user.addAlias(alias);
  const tree = join(user.dir, "tree");
  cpSync(TREE, tree, {
    recursive: true,
    filter: (path) => !/^(node_modules|dist|\.git)(\/|$)/.test(relative(TREE, path)),
  });
  symlinkSync(join(TREE, "node_modules"), join(tree, "node_modules"));
  for (const path of NOT_SHIPPED) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), "made up");
  }
  project = join(user.home, "project");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{"type": "module"}\n');
  const packed = await inProject(["npm", "pack", tree]);
  expect(packed).toMatchObject({ code: 0 });
  const installed = await inProject(["npm", "install", `./agentlb-${VERSION}.tgz`]);
  expect(installed).toMatchObject({ code: 0 });
  expect(installed.stdout).toContain("added 1 package");
}, patience(120_000));

afterAll(() => user.close(), patience(30_000));

test("the package holds what runs, and no source, test or compiled program", () => {
  expect(filesBelow(join(project, "node_modules/agentlb"))).toEqual(FILES);
  const shipped = (path: string) => readFileSync(join(project, "node_modules/agentlb", path), "utf8");
  for (const path of FILES.filter((path) => path.endsWith(".d.ts"))) {
    // A user's compiler needs the types of no runtime to read them.
    expect(shipped(path).replace(/^ *\*.*$/gm, "")).not.toMatch(/node:|NodeJS|\.ts"/);
  }
  // Where npm makes no links but scripts, the program learns from its own file's name which one it is.
  const { bin, man } = JSON.parse(shipped("package.json"));
  expect(man).toEqual(FILES.filter((path) => path.startsWith("dist/man/")));
  const programs = ["agentlb", "cap", "clb"];
  expect(bin).toEqual(Object.fromEntries(programs.map((name) => [name, `dist/js/${name}.js`])));
  expect(shipped("dist/js/THIRD-PARTY-LICENSES")).toMatch(/\nsmol-toml \S+ \(BSD-3-Clause\)\n/);
});

describe("installed, the programs run", { timeout: patience(60_000) }, () => {
  const bin = (name: string) => join(project, "node_modules/.bin", name);

  test("through npx and by their links", async () => {
    expect(await inProject(["npx", "agentlb", "--version"])).toMatchObject({
      code: 0,
      stdout: `agentlb ${VERSION}\n`,
    });
    publish(user, { a: { used: [90, 90] }, b: {} });
    const picked = await inProject([bin("agentlb"), "pick"]);
    expect(picked).toMatchObject({ code: 0, stdout: `b\t${user.homeOf("b")}\n` });
  });

  test.each(["cap", "clb"])("as %s, which is what its link is called", async (name) => {
    const source = join(user.home, "source");
    mkdirSync(source, { recursive: true });
    const env = { [`${name.toUpperCase()}_SOURCES`]: source };
    const where = await inProject([bin(name), "where"], env);
    expect(where).toMatchObject({ code: 0, stderr: "" });
    expect(where.stdout).toContain(`.local/state/agentlb/${name}.json`);
    const picked = await inProject([bin(name), "pick", "--worker", "w", "--base", "b"], env);
    expect(picked).toMatchObject({ code: 0, stdout: `${source}\n`, stderr: "" });
  });
});

describe("a program that imports the package", { timeout: patience(90_000) }, () => {
  const CODE = `
    import { pickSession, readReport } from "agentlb";
    const { alias, reason } = await pickSession();
    console.log(alias, reason, (await readReport()).supervisor.running);
  `;
  const [NODE, DENO, BUN] = [commandOf("node")[0], commandOf("deno")[0], commandOf("bun")[0]];

  test.each([["node", [NODE]], ["deno", [DENO, "run", "-A", "--no-prompt"]], ["bun", [BUN]]])(
    "picks on %s, and the supervisor is the program of the package",
    async (_, command) => {
      const own = makeSandbox({ leaveMs: 20_000 });
      try {
        addSession(own, "a", [90, 90]);
        addSession(own, "b", [50, 50]);
        publish(own, { a: { used: [90, 90], ageSec: 0 }, b: { ageSec: 0 } });
        writeFileSync(join(project, "program.mjs"), CODE);
        const env = { ...own.env, AGENTLB_DAEMON_START_TIMEOUT_MS: "20000" };
        const ran = await runWords(own, [...command, join(project, "program.mjs")], { env });
        expect(ran).toMatchObject({ stdout: "b most left true\n", stderr: "", code: 0 });
        const { exe } = JSON.parse(readFileSync(join(own.root, "locks/supervisor.lock"), "utf8"));
        expect(exe).toContain(join(project, "node_modules/agentlb/dist/js/agentlb.js"));
      } finally {
        await own.close();
      }
    },
  );
});

describe("a TypeScript program that imports the package is checked", { timeout: patience(90_000) }, () => {
  /** Names every type that the package has; where an error is expected there must be one. */
  const USE = `
    import {
      type AppServerClient, type AppServerOptions, codexEnvironment, Failure, type FailureCode, type Limits,
      type LimitWindow, openAppServer, type Options, parseStatus, pickAuth, type PickedSession, type PickOptions,
      pickSession, pickSource, type PoolOptions, type RateLimits, readLimits, readReport, type SessionReport,
      type SessionStatus, type Status, type StatusReport, type Terms,
    } from "agentlb";

    const options: Options & PickOptions & PoolOptions & AppServerOptions = { how: "turn", skill: "/skill", codex: "codex" };
    const picked: PickedSession = await pickSession(options);
    const report: StatusReport = await readReport(options);
    const sessions: readonly SessionReport[] = report.sessions;
    const terms: Terms | undefined = picked.terms ?? sessions[0]?.terms;
    const status: Status = parseStatus("{}");
    const session: SessionStatus | undefined = status.sessions.get(picked.alias);
    const limits: Limits = await readLimits(picked.home, options);
    const main: RateLimits | undefined = limits.get("codex") ?? session?.rateLimits;
    const window: LimitWindow | null | undefined = main?.primary;
    const server: AppServerClient = await openAppServer(picked.home);
    const environment: Readonly<Record<string, string>> = await codexEnvironment(picked.home);
    const paths: string[] = [await pickSource("worker"), await pickAuth({ flavour: "clb" })];
    const code: FailureCode = new Failure("usage", "no").code;
    export { code, environment, paths, server, terms, window };

    // @ts-expect-error: no such way to pick
    await pickSession({ how: "best of all" });
    // @ts-expect-error: what was picked stays
    picked.alias = "other";
    // @ts-expect-error: whoever asks must look at the answer
    const answer: string = await server.request("model/list");
    // @ts-expect-error: not for others
    import { openTalk } from "agentlb";
  `;
  const DENO_CHECK = [commandOf("deno")[0], "check", "--quiet"];
  const STRICT = [
    "--noEmit",
    "--strict",
    "--exactOptionalPropertyTypes",
    "--target",
    "es2023",
    "--lib",
    "es2023",
  ];

  function tsc(
    files: readonly string[],
    module: "nodenext" | "bundler",
    types: readonly string[],
  ): Promise<Result> {
    const how = module === "nodenext" ? ["nodenext"] : ["esnext", "--moduleResolution", "bundler"];
    const words = [process.execPath, TSC, ...STRICT, "--types", types.join(), "--module", ...how, ...files];
    return inProject(words);
  }

  test.each(["nodenext", "bundler"] as const)(
    "by tsc (%s), without the types of any runtime",
    async (module) => {
      writeFileSync(join(project, "use.ts"), USE);
      expect(await tsc(["use.ts"], module, [])).toMatchObject({ stdout: "", code: 0 });
    },
  );

  test("by Deno", async () => {
    writeFileSync(join(project, "use.ts"), USE);
    expect(await inProject([...DENO_CHECK, "use.ts"])).toMatchObject({ code: 0, stderr: "" });
  });

  test("by both, when it is an example of the documentation", async () => {
    const modules = join(project, "node_modules");
    mkdirSync(join(modules, "@types"));
    for (const name of ["@types/node", "undici-types"]) {
      symlinkSync(join(TREE, "node_modules", name), join(modules, name));
    }
    const files = [...examplesIn("mod.ts"), ...examplesIn("docs/library.md")].map(({ name, code }) => {
      const file = `example-${name.replace(/\W/g, "-")}.ts`;
      writeFileSync(join(project, file), code);
      return file;
    });
    expect(files.length).toBeGreaterThan(5);
    expect(await tsc(files, "nodenext", ["node"])).toMatchObject({ stdout: "", code: 0 });
    expect(await inProject([...DENO_CHECK, ...files])).toMatchObject({ code: 0, stderr: "" });
  });
});
