import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { assertFake, serviceOf } from "./home.ts";
import { isolation } from "./refusing_proxy.ts";
import { finished, type Result } from "./result.ts";

/** Top folder of the source tree. */
export const TREE = fileURLToPath(new URL("../", import.meta.url)).replace(/\/$/, "");

/** The real Codex program itself. */
export const NATIVE_CODEX = nativeCodex();

/** The real Codex as `npm` installs it: a script that starts the program. */
export const NPM_CODEX = join(TREE, "node_modules/@openai/codex/bin/codex.js");

export interface CodexOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly program?: string;
}

/** Runs the real Codex in a home to its end. Refuses a home that names any service but the fake one. */
export function runCodex(home: string, args: readonly string[], options: CodexOptions = {}): Promise<Result> {
  const child = startCodex(home, args, options);
  child.stdin?.end(options.input ?? "");
  return finished(child, options.timeoutMs ?? 60_000);
}

/** Starts the real Codex in a home, with three pipes and in its own process group. */
export function startCodex(home: string, args: readonly string[], options: CodexOptions = {}): ChildProcess {
  assertFake(home);
  const program = options.program ?? NATIVE_CODEX;
  return spawn(program, args, {
    env: codexEnv(home, options.env),
    cwd: options.cwd ?? home,
    detached: true,
    stdio: "pipe",
  });
}

/**
 * The environment of a real Codex: of ours only PATH, plus proxies that block everything. Refreshes go where the auth
 * file says. Revocations do not: without their own variable they go to the real service.
 */
export function codexEnv(home: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const temp = join(home, "tmp"); // Codex warns about homes below the temporary folder
  mkdirSync(temp, { recursive: true });
  const env: Record<string, string> = {
    ...isolation(),
    PATH: process.env.PATH ?? "",
    HOME: dirname(home),
    CODEX_HOME: home,
    TERM: "xterm",
    TMPDIR: temp,
    CODEX_REVOKE_TOKEN_URL_OVERRIDE: `${serviceOf(home)}/oauth/revoke`,
    // Old versions of Codex do not look for it in the auth file.
    CODEX_REFRESH_TOKEN_URL_OVERRIDE: `${serviceOf(home)}/oauth/token`,
  };
  return { ...env, ...more };
}

function nativeCodex(): string {
  const scope = join(TREE, "node_modules/@openai");
  for (const name of existsSync(scope) ? readdirSync(scope) : []) {
    const vendor = join(scope, name, "vendor");
    for (const triple of existsSync(vendor) ? readdirSync(vendor) : []) {
      const program = join(vendor, triple, "bin", "codex");
      if (existsSync(program)) return program;
    }
  }
  return "codex-is-not-installed";
}
