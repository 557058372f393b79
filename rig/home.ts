import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Backend } from "./backend.ts";
import { MODEL } from "./backend/turn.ts";

/** The parts of a made-up home. */
export type FakeService = Pick<Backend, "url" | "modelUrl" | "authFile">;

export interface HomeOptions {
  readonly backend: FakeService;
  /** The account of its login; without one the home has no auth file. */
  readonly account?: string;
  /** Lifetime of the access token; negative = expired already. */
  readonly ttlSec?: number;
  /** The text of the auth file instead of a made-up login. */
  readonly authFile?: string;
  /** Lines put before the tables of config.toml. */
  readonly config?: string;
  /** Keeps Codex's default of `features.daemon_auto_start`. */
  readonly daemon?: boolean;
  /** More features of Codex that are switched on or off. */
  readonly features?: Readonly<Record<string, boolean>>;
}

/** Makes (or rewrites) a home that names only the fake service; returns `dir`. */
export function writeHome(dir: string, options: HomeOptions): string {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(join(dir, "config.toml"), configText(options), { mode: 0o600 });
  const { backend, account, ttlSec } = options;
  const auth = options.authFile ??
    (account === undefined ? undefined : backend.authFile(account, ttlSec === undefined ? {} : { ttlSec }));
  if (auth !== undefined) {
    writeFileSync(join(dir, "auth.json"), auth, { mode: 0o600 });
    chmodSync(join(dir, "auth.json"), 0o600);
  }
  return dir;
}

/** A config.toml that names the fake service for everything. */
export function configText(options: Pick<HomeOptions, "backend" | "config" | "daemon" | "features">): string {
  return [
    `chatgpt_base_url = "${options.backend.url}/backend-api/"`,
    `model = "${MODEL}"`,
    `model_provider = "fake"`,
    `check_for_update_on_startup = false`,
    `cli_auth_credentials_store = "file"`,
    ...(options.config === undefined ? [] : [options.config]),
    "",
    `[model_providers.fake]`,
    `name = "fake"`,
    `base_url = "${options.backend.modelUrl}/backend-api/codex"`,
    `wire_api = "responses"`,
    `requires_openai_auth = true`,
    "",
    // Otherwise Codex tries to send metrics at its end, which takes 5 s without name resolution.
    `[analytics]`,
    `enabled = false`,
    "",
    `[features]`,
    `daemon_auto_start = ${options.daemon ?? false}`,
    ...Object.entries(options.features ?? {}).map(([name, isOn]) => `${name} = ${isOn}`),
    "",
  ].join("\n");
}

/** Throws unless all addresses in `home` are on loopback: the real Codex may be started in it. */
export function assertFake(home: string): void {
  const config = existsSync(join(home, "config.toml")) ? readFileSync(join(home, "config.toml"), "utf8") : "";
  if (!/^chatgpt_base_url = "http:\/\/127\.0\.0\.1:\d+\//m.test(config)) {
    refuse(home, "no fake chatgpt_base_url");
  }
  if (!/^base_url = "http:\/\/localhost:\d+\//m.test(config)) refuse(home, "no fake model provider");
  if (/^\s*(openai_)?base_url = "(?!http:\/\/localhost:)/m.test(config)) refuse(home, "a provider elsewhere");
  const auth = join(home, "auth.json");
  if (!existsSync(auth)) return;
  let issuer: unknown;
  try {
    const { tokens } = JSON.parse(readFileSync(auth, "utf8"));
    if (tokens === undefined || tokens === null) return; // an API key: goes to the model provider only
    issuer = tokens.oauth_provenance?.issuer;
  } catch {
    return; // Codex can't read it either: no token, no refresh
  }
  if (typeof issuer !== "string" || !issuer.startsWith("http://127.0.0.1:")) {
    refuse(home, `auth.json refreshes at ${String(issuer)}`);
  }
}

/** The fake service of a home, as `http://127.0.0.1:<port>`; throws when it names none. */
export function serviceOf(home: string): string {
  const named = /^chatgpt_base_url = "(http:\/\/127\.0\.0\.1:\d+)\//m.exec(configOf(home))?.[1];
  return named ?? refuse(home, "no fake chatgpt_base_url");
}

function configOf(home: string): string {
  const path = join(home, "config.toml");
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

function refuse(home: string, reason: string): never {
  throw new Error(`the rig starts no Codex in ${home}: ${reason}`);
}
