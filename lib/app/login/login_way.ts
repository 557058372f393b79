import type { Config } from "../../core/config/config.ts";
import { Failure } from "../../core/text/failure.ts";
import { has, shortVersion } from "../../core/codex/versions.ts";
import type { Layout } from "../../core/system/layout.ts";
import { debugQuote } from "../../core/shell/quote.ts";
import { plainName } from "../../core/shell/path_lookup.ts";
import { splitWords } from "../../core/shell/split_words.ts";
import { fingerprintOf } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { CodexVersions } from "../codex/codex_version.ts";
import { findProgram } from "../codex/find_program.ts";

/** How a user wants to log in. */
export interface LoginWish {
  /** The login command; empty = as configured. */
  readonly command: string;
  /** Logs in with a code for a browser on any device. */
  readonly isDevice: boolean;
}

/** A login command that is ready to run. */
export interface LoginWay {
  /** The command as a user would type it, for messages. */
  readonly text: string;
  readonly words: readonly string[];
  /** True when it opens a browser, or names a page for one. */
  readonly usesBrowser: boolean;
}

const DEVICE = "--device-auth";

/** The login command of a wish. Throws Failure for one that can't be run so; nothing is started but `codex --version`. */
export async function loginWay(
  host: Host,
  layout: Pick<Layout, "state" | "codexVersions"> | undefined,
  config: Config,
  { command, isDevice }: LoginWish,
): Promise<LoginWay> {
  const text = command === "" ? config.runner.loginCommand : command;
  const split = splitWords(text, host.platform);
  if (!("words" in split) || split.words.length === 0) {
    const problem = "problem" in split ? split.problem : "it is empty";
    throw new Failure("usage", `Cannot split the login command ${debugQuote(text)} into words: ${problem}`);
  }
  const { words } = split;
  const isCodex = plainName(words[0]!, host) === "codex" && words[1] === "login";
  const usesBrowser = isCodex && !words.some((word) => word.startsWith("--with-"));
  if (!isDevice || words.includes(DEVICE)) return { text, words, usesBrowser };
  if (!usesBrowser) {
    throw new Failure("usage", `Cannot use ${DEVICE} with the login command ${debugQuote(text)}`, {
      hint: `it is an option of codex login: add it to that command, or leave out ${DEVICE}`,
    });
  }
  await checkDevice(host, layout, words[0]!);
  return { text: `${text} ${DEVICE}`, words: [...words, DEVICE], usesBrowser };
}

/** Throws Failure for a Codex that is known to lack this login. */
async function checkDevice(
  host: Host,
  layout: Pick<Layout, "state" | "codexVersions"> | undefined,
  name: string,
): Promise<void> {
  const path = findProgram(name, host);
  const fingerprint = path === undefined ? undefined : fingerprintOf(path);
  if (path === undefined || fingerprint === undefined) return; // the login says so
  const version = await new CodexVersions(host, layout).learn({ path, fingerprint });
  if (version === undefined || has(version, "deviceLogin")) return;
  throw new Failure("failed", `codex ${shortVersion(version)} has no login with ${DEVICE}`, {
    hint:
      `log in without ${DEVICE}, or install a newer Codex, for instance: npm install -g @openai/codex@latest`,
  });
}
