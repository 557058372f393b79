import type { Config } from "../../core/config/config.ts";
import { Failure, wordsOf } from "../../core/text/failure.ts";
import { codexEnvironment, type Launch } from "../../core/shell/launch.ts";
import { isBatchFile, isPath } from "../../core/shell/path_lookup.ts";
import { type Layout, shareRecordOf } from "../../core/system/layout.ts";
import { splitWords } from "../../core/shell/split_words.ts";
import { exists } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import type { Exit } from "../../io/process/spawn.ts";
import { findProgram } from "./find_program.ts";
import { awaitRenewal } from "./await_renewal.ts";

/** The result of a run: an exit code, or the signal that ended the command. */
export type End = number | NodeJS.Signals;

/** The argv to run: `cmd`, else the configured command with its arguments, then the passed-through arguments. */
export function commandOf(
  { platform }: Pick<Host, "platform">,
  config: Config,
  cmd: string,
  passthrough: readonly string[],
): readonly string[] {
  const { defaultCommand, defaultCommandArgs } = config.runner;
  const words = cmd === ""
    ? [...split(defaultCommand, platform), ...defaultCommandArgs]
    : split(cmd, platform);
  if (words.length === 0 || words[0] === "") throw new Failure("failed", "empty command", { verbatim: true });
  return [...words, ...passthrough];
}

/** The launch of a command in a home. Throws Failure if there is no such program. */
export async function launchIn(
  host: Host,
  config: Config,
  home: string,
  words: readonly string[],
): Promise<Launch> {
  await refreshSettings(host, home);
  const [name = "", ...args] = words;
  const env = codexEnvironment(host, home, config.runner.passEnv);
  const program = programOf(host, name);
  if (!isBatchFile(program, host)) return { file: program, args, env };
  const { behindBatch } = await import("./batch_file.ts");
  const { file, before } = behindBatch(program, host);
  return { file, args: [...before, ...args], env };
}

/** Makes the settings of a home that shares some anew when they have changed; all others pay one look. */
export async function refreshSettings(
  host: Pick<Host, "clock" | "random" | "err">,
  home: string,
): Promise<void> {
  if (!exists(shareRecordOf(home))) return;
  const { refreshShared } = await import("../sharing/refresh.ts");
  await refreshShared(host, home);
}

/** The path of a program. Throws Failure if it is missing. */
export function programOf(host: Pick<Host, "env" | "cwd" | "platform">, name: string): string {
  const file = findProgram(name, host);
  if (file !== undefined) return file;
  const message = isPath(name, host) ? "no such program" : "not found on PATH";
  throw new Failure("failed", `Cannot start "${name}": ${message}`, {
    hint: "install it, or name another with --cmd or runner.default_command in config.toml",
  });
}

/**
 * Runs a command in the picked home: replaces this process where possible, or with `stays` remains its parent, to act
 * after its end.
 */
export async function runPicked(
  host: Host,
  layout: Layout,
  config: Config,
  picked: { readonly alias: string; readonly home: string; readonly isRenewing: boolean },
  words: readonly string[],
  { stays = false }: { readonly stays?: boolean } = {},
): Promise<End> {
  const launch = await launchIn(host, config, picked.home, words);
  if (picked.isRenewing) await awaitRenewal(host, layout, picked.alias);
  const run = stays ? host.attend : host.become;
  const end = async (started?: (pid: number) => void) => endOf(await run(launch, started), words[0] ?? "");
  if (host.system.processes !== undefined) return await end();
  const { noteRun } = await import("./run_record.ts");
  const record = noteRun(layout, picked.home);
  try {
    return await end((pid) => record.handOver(pid));
  } finally {
    record.remove();
  }
}

/** The end of a run of `name`. Throws Failure when it could not be started. */
export function endOf(exit: Exit, name: string): End {
  if ("code" in exit) return exit.code;
  if ("signal" in exit) return exit.signal;
  throw new Failure("failed", `Cannot start "${name}": ${wordsOf(exit.error)}`, { cause: exit.error });
}

function split(text: string, platform: string): readonly string[] {
  const split = splitWords(text, platform);
  if ("words" in split) return split.words;
  throw new Failure("usage", `Cannot split the command \`${text}\` into words: ${split.problem}`);
}
