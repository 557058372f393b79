import type { ChildProcess } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NATIVE_CODEX, TREE } from "./codex.ts";
import { type FakeCodex, installFakeCodex, type Script } from "./fake_codex.ts";
import { type FakeService, type HomeOptions, writeHome } from "./home.ts";
import { endSupervisor, processesOf } from "./leftover.ts";
import { run, type RunOptions, start, type Way } from "./program.ts";
import { isolation } from "./refusing_proxy.ts";
import type { Result } from "./result.ts";
import { until } from "./until.ts";

export interface SandboxOptions {
  /** The `codex` on PATH. The real one is started only in homes that name a fake service. */
  readonly codex?: "fake" | "real" | "none";
  /** Path of the real Codex; by default that of the tree. */
  readonly program?: string;
  /** The version that it reports; by default its own. */
  readonly version?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Time limit for processes to end after the supervisor was stopped. */
  readonly leaveMs?: number;
}

type SandboxRun = Partial<Omit<RunOptions, "env">> & { readonly env?: Readonly<Record<string, string>> };

/** A user of one test: own HOME, own root, own PATH. */
export interface Sandbox {
  readonly dir: string;
  /** The user's HOME. */
  readonly home: string;
  readonly root: string;
  /** First on PATH. */
  readonly bin: string;
  /** Working folder of programs: an empty folder below HOME. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly fake: FakeCodex;
  /** The home of an alias. */
  homeOf(alias: string): string;
  /** Makes a session by hand: a home (a login needs a backend or an auth file) and the script of its fake. */
  addAlias(alias: string, options?: Partial<HomeOptions> & { readonly script?: Script }): string;
  run(way: Way, args: readonly string[], options?: SandboxRun): Promise<Result>;
  start(way: Way, args: readonly string[], options?: SandboxRun): ChildProcess;
  /** Ends the supervisor, fails when a process of this user is left (after ending it), removes everything. */
  close(): Promise<void>;
}

/** Makes a user with its own folder. */
export function makeSandbox(options: SandboxOptions = {}): Sandbox {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-rig-")));
  const home = join(dir, "home");
  const root = join(home, ".agentlb");
  const bin = join(dir, "bin");
  const cwd = join(home, "work");
  for (const folder of [home, bin, cwd, join(dir, "tmp")]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  const kind = options.codex ?? "fake";
  const fake = installFakeCodex(bin, kind === "fake" ? "codex" : "fake-codex");
  if (kind === "real") guardedCodex(join(bin, "codex"), options);
  const env = { ...sandboxEnv(dir, home, bin), ...options.env };
  const merge = ({ env: more, ...rest }: SandboxRun = {}): RunOptions => ({
    cwd,
    ...rest,
    env: { ...env, ...more },
  });
  const homeOf = (alias: string) => join(root, "sessions", alias);
  return {
    dir,
    home,
    root,
    bin,
    cwd,
    env,
    fake,
    homeOf,
    addAlias(alias, { script, ...more } = {}) {
      const path = homeOf(alias);
      mkdirSync(root, { recursive: true, mode: 0o700 });
      writeHome(path, { backend: UNUSED_SERVICE, ...more });
      if (script !== undefined) fake.tell(path, script);
      return path;
    },
    run: (way, args, more) => run(way, args, merge(more)),
    start: (way, args, more) => start(way, args, merge(more)),
    async close() {
      await endSupervisor(root, home);
      const leaveMs = options.leaveMs ?? 10_000;
      try {
        await until(
          () => processesOf(home).length === 0,
          () => `all processes of ${home} gone:\n${processesOf(home).map((left) => left.command).join("\n")}`,
          leaveMs,
        );
      } finally {
        for (const { pid } of processesOf(home)) killQuietly(pid);
        rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
}

/** The service address of homes that never use it. */
const UNUSED_SERVICE: FakeService = {
  url: "http://127.0.0.1:9",
  modelUrl: "http://localhost:9",
  authFile() {
    throw new Error("a made-up login needs a backend");
  },
};

function sandboxEnv(dir: string, home: string, bin: string): Record<string, string> {
  return {
    ...isolation(),
    HOME: home,
    PATH: `${bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    // Outside of the homes, because Codex warns about homes below it.
    TMPDIR: join(dir, "tmp"),
    LANG: "C.UTF-8",
    TZ: "UTC",
    // Shared, otherwise every new HOME would make Deno compile everything again.
    DENO_DIR: join(TREE, "node_modules/.cache/rig-deno"),
    DENO_NO_UPDATE_CHECK: "1",
  };
}

/** A `codex` that starts the real one only when all addresses are on loopback. */
function guardedCodex(path: string, { program = NATIVE_CODEX, version }: SandboxOptions): void {
  const lie = version === undefined
    ? []
    : [`if [ "$*" = --version ]; then echo 'codex-cli ${version}'; exit; fi`];
  const lines = [
    "#!/bin/sh",
    ...lie,
    'config="${CODEX_HOME:-/nowhere}/config.toml"',
    'case "$*" in',
    '  "login status"*|--version) ;;',
    '  login*"--experimental_issuer http://127.0.0.1:"*) ;;',
    "  *)",
    '    if ! grep -q \'^chatgpt_base_url = "http://127.0.0.1:\' "$config" 2>/dev/null; then',
    '      echo "the rig starts no Codex in $CODEX_HOME: no fake chatgpt_base_url" >&2',
    "      exit 97",
    "    fi",
    // Old versions of Codex store no issuer; then the environment must name the refresh endpoint.
    '    case "${CODEX_REFRESH_TOKEN_URL_OVERRIDE:-}" in http://127.0.0.1:*) issued=1 ;; *) issued= ;; esac',
    '    if [ -z "$issued" ] && [ -e "$CODEX_HOME/auth.json" ] &&',
    '      grep -q \'"refresh_token"\' "$CODEX_HOME/auth.json" &&',
    '      ! grep -q \'"issuer": *"http://127.0.0.1:\' "$CODEX_HOME/auth.json"; then',
    '      echo "the rig starts no Codex in $CODEX_HOME: its login is no made-up one" >&2',
    "      exit 97",
    "    fi ;;",
    "esac",
    // Revocations ignore the auth file: without this variable they go to the real service.
    "service=$(printf '%s\\n' \"$*\" | sed -n 's|.*--experimental_issuer \\(http://127.0.0.1:[0-9]*\\).*|\\1|p')",
    'if [ -z "$service" ] && [ -e "$config" ]; then',
    '  service=$(sed -n \'s|^chatgpt_base_url = "\\(http://127.0.0.1:[0-9]*\\)/.*|\\1|p\' "$config")',
    "fi",
    'export CODEX_REVOKE_TOKEN_URL_OVERRIDE="${service:-http://127.0.0.1:9}/oauth/revoke"',
    `exec '${program.replaceAll("'", `'\\''`)}' "$@"`,
    "",
  ];
  writeFileSync(path, lines.join("\n"));
  chmodSync(path, 0o755);
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // ended by itself
  }
}
