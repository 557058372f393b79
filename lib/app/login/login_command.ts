import type { Config } from "../../core/config/config.ts";
import { Failure, wordsOf } from "../../core/text/failure.ts";
import { codexEnvironment, type Launch } from "../../core/shell/launch.ts";
import { type Layout, loginLockOf } from "../../core/system/layout.ts";
import { debugQuote } from "../../core/shell/quote.ts";
import { printable } from "../../core/text/printable.ts";
import { exists } from "../../io/files/read.ts";
import { authFileOf } from "../../core/system/layout.ts";
import type { Host } from "../../io/host.ts";
import { type HeldLock, tryLock } from "../../io/lock/lock.ts";
import { defaultCommandSettings, namedCodex, shortAnswer } from "../codex/codex_program.ts";
import { findProgram } from "../codex/find_program.ts";
import { behindBatch } from "../codex/batch_file.ts";
import { launchIn } from "../codex/run.ts";
import { isLogin } from "../../core/codex/account.ts";
import { accountIn } from "../codex/account_file.ts";
import { ownProviderOf } from "../codex/login_watch.ts";
import type { LoginWay } from "./login_way.ts";

const STATUS_MS = 15_000;
const PATIENCE_MS = 10 * 60_000;
const LOOK_MS = 200;

/** The model provider that the default command uses in a home in place of a login; undefined when it uses the login. */
export function providerIn(host: Host, config: Config, home: string): string | undefined {
  return ownProviderOf(home, isLogin(accountIn(home)) ? {} : defaultCommandSettings(config, host));
}

/** True when the auth file of a home holds a login that Codex accepts, or when Codex needs none there. */
export function isReady(host: Host, config: Config, home: string): boolean {
  return isLogin(accountIn(home)) || providerIn(host, config, home) !== undefined;
}

/** True when a home has no login and needs one: neither in its auth file nor, by Codex's own answer, elsewhere. */
export async function needsLogin(host: Host, config: Config, home: string): Promise<boolean> {
  if (isReady(host, config, home)) return false;
  const answer = await loginStatus(host, config, home);
  return answer === undefined ? !exists(authFileOf(home)) : answer === "none";
}

/** The answer of `codex login status` for a home, offline; undefined without a codex program. */
export async function loginStatus(
  host: Host,
  config: Config,
  home: string,
): Promise<"some" | "none" | "unclear" | undefined> {
  const file = findProgram(namedCodex(config, host), host);
  if (file === undefined) return undefined;
  const env = codexEnvironment(host, home, []);
  const { file: started, before } = behindBatch(file, host);
  const launch = { file: started, args: [...before, "login", "status"], env };
  const answer = await shortAnswer(host, launch, STATUS_MS);
  if ("problem" in answer) {
    host.err(`agentlb: warning: ${printable(file)} login status: ${answer.problem}\n`);
    return "unclear";
  }
  if (answer.code === 0) return "some";
  return answer.code === 1 && answer.stderr.includes("Not logged in") ? "none" : "unclear";
}

/** Runs a login command in a home, on our terminal. Throws the login failure. */
export async function runLogin(
  host: Host,
  config: Config,
  { text, words }: Pick<LoginWay, "text" | "words">,
  home: string,
): Promise<void> {
  const exit = await host.foreground(await launchOf(host, config, home, words));
  if ("code" in exit && exit.code === 0) return;
  if ("error" in exit) throw new Failure("loginFailed", wordsOf(exit.error), { cause: exit.error });
  const detail = "code" in exit ? ` (exit ${exit.code})` : "";
  const message = `login command failed: ${debugQuote(text)}${detail}`;
  // A shell tells the signal of its command by an exit code.
  const isInterrupted = "signal" in exit ? exit.signal === "SIGINT" : exit.code === 130;
  throw isInterrupted
    ? new LoginInterrupted(message)
    : new Failure("loginFailed", message, { verbatim: true });
}

/** A login that the user ended with Ctrl-C. */
export class LoginInterrupted extends Failure {
  constructor(message: string) {
    super("loginFailed", message, { verbatim: true });
  }
}

/** Runs `action` under the login lock of this alias; prints a note when it has to wait for it. */
export async function underLoginLock<T>(
  host: Host,
  layout: Layout,
  alias: string,
  action: () => Promise<T>,
): Promise<T> {
  const lock = await loginLock(host, layout, alias);
  try {
    return await action();
  } finally {
    lock.release();
  }
}

async function loginLock({ clock, err }: Host, layout: Layout, alias: string): Promise<HeldLock> {
  const path = loginLockOf(layout, alias);
  const deadline = clock.monotonic() + PATIENCE_MS;
  for (let isFirst = true;; isFirst = false) {
    const lock = await tryLock(path);
    if (lock) return lock;
    if (isFirst) err(`agentlb: waiting for another agentlb that is logging in to "${printable(alias)}"\n`);
    if (clock.monotonic() >= deadline) {
      throw new Failure(
        "failed",
        `Cannot log in to "${alias}": another agentlb has been at it for 10 minutes`,
        {
          hint: `finish that login, or end it; it holds ${path}`,
        },
      );
    }
    await clock.sleep(LOOK_MS);
  }
}

async function launchOf(host: Host, config: Config, home: string, words: readonly string[]): Promise<Launch> {
  try {
    return await launchIn(host, config, home, words);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure("loginFailed", error.message, {
      cause: error,
      hint: "install it, or name another with --login-cmd or runner.login_command in config.toml",
    });
  }
}
