import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { type Layout, layoutOf } from "../../lib/core/system/layout.ts";
import type { Launch } from "../../lib/core/shell/launch.ts";
import { emptySession, renderStatus, type SessionStatus } from "../../lib/core/session/status.ts";
import { formatTime } from "../../lib/core/text/time.ts";
import { system } from "../../lib/io/platform/here.ts";
import type { Host } from "../../lib/io/host.ts";
import type { Captured } from "../../lib/io/process/capture.ts";
import type { Exit } from "../../lib/io/process/spawn.ts";

export const START = Date.parse("2026-11-20T12:00:00.000Z");

/** What tests change of the outside. */
export interface Given {
  args?: readonly string[];
  env?: Record<string, string | undefined>;
  isTerminal?: boolean;
  screenSize?: Host["screenSize"];
  answer?: string;
  /** The answers to questions, in turn; undefined = Ctrl-C. None are left: Ctrl-C. */
  answers?: readonly (string | undefined)[];
  areArgsText?: boolean;
  /** A login command, or any other in the foreground. */
  foreground?: (launch: Launch) => Exit | Promise<Exit>;
  capture?: (launch: Launch) => Captured;
  become?: (launch: Launch) => Exit;
  /** Tells whether somebody reads stdout. */
  hasReader?: () => boolean;
  /** Called whenever somebody sleeps, with what has passed since the start in milliseconds. */
  slept?: (sinceStart: number) => void;
}

/** A user with an empty folder, a `codex` on PATH that is never run, and a clock that only sleeping moves. */
export interface World {
  readonly layout: Layout;
  readonly bin: string;
  readonly launches: Launch[];
  out: string;
  err: string;
  now: number;
  host(given?: Given): Host;
  /** Makes a session by hand. */
  session(alias: string, files?: Readonly<Record<string, string>>): string;
  /** Writes status.json; a session's reading is `age` seconds old. */
  status(
    sessions: Readonly<
      Record<string, Partial<SessionStatus> & { readonly age?: number; readonly used?: number }>
    >,
  ): void;
  path(...names: string[]): string;
  has(...names: string[]): boolean;
  read(...names: string[]): string;
  json(...names: string[]): Record<string, unknown>;
  write(text: string, ...names: string[]): void;
}

export function world(): World {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-test-")));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const layout = layoutOf(join(dir, "home", ".agentlb"));
  const bin = join(dir, "bin");
  mkdirSync(bin);
  mkdirSync(join(dir, "home"));
  writeFileSync(join(bin, "codex"), "#!/bin/sh\nexit 99\n");
  chmodSync(join(bin, "codex"), 0o755);
  const made: World = {
    layout,
    bin,
    launches: [],
    out: "",
    err: "",
    now: START,
    host: (given = {}) => hostOf(made, dir, given),
    session(alias, files = {}) {
      const home = join(layout.sessions, alias);
      mkdirSync(home, { recursive: true, mode: 0o700 });
      for (const [name, text] of Object.entries(files)) {
        writeFileSync(join(home, name), text, { mode: 0o600 });
      }
      return home;
    },
    status(sessions) {
      const entries = Object.entries(sessions).map((
        [alias, { age, used, ...given }],
      ): [string, SessionStatus] => [alias, {
        ...emptySession(),
        ...(age === undefined ? {} : { lastRateLimitUpdateAt: formatTime(made.now - age * 1000) }),
        ...(used === undefined ? {} : {
          rateLimits: {
            limitId: "codex",
            primary: {
              usedPercent: used,
              windowDurationMins: 300,
              resetsAt: Math.floor(made.now / 1000) + 3600,
            },
            secondary: null,
          },
        }),
        ...given,
      }]);
      const daemon = { pid: process.pid, startedAt: formatTime(START - 60_000) };
      mkdirSync(layout.root, { recursive: true, mode: 0o700 });
      writeFileSync(
        layout.status,
        renderStatus({ version: 1, updatedAt: formatTime(made.now), daemon, sessions: new Map(entries) }),
      );
    },
    path: (...names) => join(layout.root, ...names),
    has: (...names) => existsSync(join(layout.root, ...names)),
    read: (...names) => readFileSync(join(layout.root, ...names), "utf8"),
    json: (...names) => JSON.parse(readFileSync(join(layout.root, ...names), "utf8")),
    write(text, ...names) {
      const path = join(layout.root, ...names);
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, text, { mode: 0o600 });
    },
  };
  return made;
}

function hostOf(world: World, dir: string, given: Given): Host {
  const isTerminal = given.isTerminal ?? false;
  const answers = [...given.answers ?? []];
  return {
    args: given.args ?? [],
    env: { HOME: join(dir, "home"), PATH: world.bin, AGENTLB_SUPERVISOR_DISABLED: "1", ...given.env },
    cwd: dir,
    self: ["/nowhere/agentlb"],
    platform: process.platform,
    system,
    arch: process.arch,
    uid: process.getuid?.(),
    isTerminal: { input: isTerminal, output: isTerminal, error: isTerminal },
    screenSize: given.screenSize ?? { columns: 80, lines: 24 },
    takeScreen() {
      throw new Error("nobody was expected to take the screen");
    },
    clock: {
      now: () => world.now,
      monotonic: () => world.now,
      async sleep(ms) {
        world.now += ms;
        given.slept?.(world.now - START);
        await new Promise((resolve) => setImmediate(resolve));
      },
    },
    spawn() {
      throw new Error("no app-server was expected");
    },
    capture(launch) {
      world.launches.push(launch);
      const answer = given.capture ?? (() => ({ exit: { code: 1 }, stdout: "", stderr: "Not logged in\n" }));
      return Promise.resolve(answer(launch));
    },
    async foreground(launch) {
      world.launches.push(launch);
      if (given.foreground === undefined) throw new Error(`nothing was expected to run: ${launch.file}`);
      return await given.foreground(launch);
    },
    become(launch) {
      world.launches.push(launch);
      return Promise.resolve(given.become?.(launch) ?? { code: 0 });
    },
    attend(launch) {
      world.launches.push(launch);
      return Promise.resolve(given.become?.(launch) ?? { code: 0 });
    },
    endAs() {},
    outliveKeys: () => () => {},
    ask(question) {
      world.err += question;
      return Promise.resolve(given.answer ?? "");
    },
    askOrLeave(question) {
      world.err += question;
      return Promise.resolve(given.answers === undefined ? given.answer ?? "" : answers.shift());
    },
    argsAreText: () => given.areArgsText ?? true,
    random: () => 0.5,
    out: (text) => void (world.out += text),
    hasReader: () => given.hasReader?.() ?? true,
    err: (text) => void (world.err += text),
  };
}

/** An auth.json as `codex login` writes it, made up. */
export function authFile(
  email: string,
  options: { user?: string; workspace?: string; ttlSec?: number } = {},
): string {
  const user = options.user ?? `user-${email}`;
  const workspace = options.workspace ?? "acct-1";
  const exp = Math.floor(START / 1000) + (options.ttlSec ?? 864_000);
  const claims = { chatgpt_user_id: user, chatgpt_account_id: workspace, chatgpt_plan_type: "pro" };
  const idToken = jwt({ email, exp, "https://api.openai.com/auth": claims });
  return JSON.stringify({
    auth_mode: "chatgpt",
    OPENAI_API_KEY: null,
    tokens: {
      id_token: idToken,
      access_token: jwt({ exp }),
      refresh_token: `made-up-${email}`,
      account_id: workspace,
      oauth_provenance: { issuer: "http://127.0.0.1:9", client_id: "app_made_up" },
    },
    last_refresh: "2026-11-20T11:00:00Z",
  });
}

function jwt(claims: unknown): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part(claims)}.x`;
}
