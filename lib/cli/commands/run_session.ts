import { basename } from "node:path";
import type { Config } from "../../core/config/config.ts";
import { printedCommand, usualShell } from "../../core/shell/quote.ts";
import type { Layout } from "../../core/system/layout.ts";
import { isSupervisorDisabled } from "../../core/system/timing.ts";
import type { OnLimit } from "../../core/session/on_limit.ts";
import { wordsOf } from "../../core/text/failure.ts";
import { printable } from "../../core/text/printable.ts";
import { awaitRenewal } from "../../app/codex/await_renewal.ts";
import { commandOf, type End, programOf, refreshSettings, runPicked } from "../../app/codex/run.ts";
import type { Route } from "../../app/thread/route.ts";
import { boundSessions, checkBound, hasBindings } from "../../app/pick/bound.ts";
import { livingDaemon } from "../../app/daemon/living_daemon.ts";
import type { How, Picked } from "../../app/pick/choose.ts";
import { pick, type PickOptions } from "../../app/pick/pick.ts";
import type { PickRequest } from "../../app/pick/survey.ts";
import type { Host } from "../../io/host.ts";
import type { Call } from "../declaration/command.ts";
import type { START_OPTIONS } from "../declaration/shared_options.ts";
import { cautionLine, moneyLine, pickedLine, refusedLine, type Verb } from "../view/lines.ts";

type RunCall = Pick<Call<typeof START_OPTIONS>, "options" | "passthrough">;

/**
 * Picks a session and runs the configured or given command in it, or prints the command. `prepare` makes a named
 * session once it is certain that the command may run in it.
 */
export async function runSession(
  host: Host,
  layout: Layout,
  config: Config,
  how: How,
  call: RunCall,
  request: PickRequest = {},
  prepare?: () => Promise<void>,
): Promise<End> {
  const { cmd = "", json, shell = usualShell(host.platform), "print-command": isPrinted = false } =
    call.options;
  const typed = commandOf(host, config, cmd, call.passthrough);
  const bound = request.isUnbound
    ? undefined
    : await boundSessions(host, layout, config, await folderOf(layout, config, typed));
  const alias = typeof how === "object" ? how.alias : undefined;
  if (alias !== undefined) checkBound(bound, alias);
  const ownWords = typed.length - call.passthrough.length;
  const isCodex = typed.slice(0, ownWords).some((word) => /^codex/.test(basename(word)));
  const onLimit = call.options["on-limit"] ?? (isCodex ? config.runner.onLimit : "off");
  // Few command lines go on with a thread, and the others need not load what finds it.
  const route = typed.includes("resume") || typed.includes("fork")
    ? (await import("../../app/thread/route.ts"))
      .routeOf(host, layout, typed, { ownWords, isUsual: cmd === "", alias, bound })
    : undefined;
  const words = route?.words ?? typed;
  if (prepare !== undefined) {
    checkStartable(host, words, call);
    await prepare();
  }
  const check = () => checkStartable(host, words, call);
  const where = bound === undefined ? { isUnbound: true } : { bound };
  const options = { request: { ...request, ...where }, isRunHere: !isPrinted, check };
  const picked = route === undefined
    ? await pickAndTell(host, layout, config, how, options)
    : await pickAndTell(host, layout, config, { alias: route.alias }, options, await threadLineOf(route));
  if (!isPrinted) return await runAndTell(host, layout, config, picked, words, onLimit);
  if (picked.isRenewing) await awaitRenewal(host, layout, picked.alias);
  await refreshSettings(host, picked.home);
  const text = await printedCommand(shell, picked.home, words);
  if (json) {
    const { commandJson } = await import("../output/pick.ts");
    host.out(commandJson({ alias: picked.alias, home: picked.home, argv: words, shell, text }));
  } else host.out(`${text}\n`);
  return 0;
}

/**
 * Runs these words in a session, as a run of it counts; `starts` is called just before. Throws Failure when the program
 * is missing or the folder is bound to others.
 */
export async function runIn(
  host: Host,
  layout: Layout,
  config: Config,
  alias: string,
  words: readonly string[],
  isUnbound: boolean,
  starts: () => void = () => {},
): Promise<End> {
  const bound = isUnbound ? undefined : await boundSessions(host, layout, config);
  const check = () => void programOf(host, words[0] ?? "");
  const request = bound === undefined ? { isUnbound: true } : { bound };
  const picked = await pickAndTell(host, layout, config, { alias }, { request, isRunHere: true, check });
  starts();
  const isCodex = /^codex/.test(basename(words[0] ?? ""));
  return await runAndTell(host, layout, config, picked, words, isCodex ? config.runner.onLimit : "off");
}

/**
 * Runs a command in the picked home. Unless that is off, tells after its end when a used-up limit ended it; with "wait"
 * goes on with the last thread that it ended, after the reset.
 */
async function runAndTell(
  host: Host,
  layout: Layout,
  config: Config,
  picked: Picked,
  words: readonly string[],
  onLimit: OnLimit,
): Promise<End> {
  if (onLimit === "off") return await runPicked(host, layout, config, picked, words);
  const { cwd } = host;
  const sinceMs = host.clock.now();
  const end = await runPicked(host, layout, config, picked, words, { stays: true });
  // Ctrl-C was meant for Codex, and some people press it more than once.
  const mayDie = host.outliveKeys();
  // An exec that a limit ended has failed; the others need not be looked at, which takes time where threads are many.
  const isDone = end === 0 && words.includes("exec");
  const last = isDone ? undefined : await tellLimit(host, layout, config, picked, cwd, sinceMs);
  if (last !== undefined && onLimit === "wait") {
    mayDie();
    const [{ threadToContinue }, { goOnAndTell }] = await Promise.all([
      import("../../app/thread/continued.ts"),
      import("./go_on.ts"),
    ]);
    // Its session was picked by the rules of its folder.
    const thread = await threadToContinue(host, layout, config, last.id, true);
    return await goOnAndTell(host, layout, config, thread, {
      waits: true,
      word: last.isLast ? "--last" : last.id,
    });
  }
  host.endAs(end);
  // Where that is not possible, a signal of ours must end this process.
  mayDie();
  return end;
}

/** Tells when a used-up limit ended a run, and returns the last thread to go on with; nothing may fail here. */
async function tellLimit(
  host: Host,
  layout: Layout,
  config: Config,
  picked: Picked,
  cwd: string,
  sinceMs: number,
): Promise<{ readonly id: string; readonly isLast: boolean } | undefined> {
  try {
    const { toldAfter } = await import("../../app/thread/told.ts");
    const told = toldAfter(layout, picked, cwd, sinceMs, host.clock.now);
    if (told === undefined) return undefined;
    const [{ isContinueOff }, { toldLine }] = await Promise.all([
      import("../../app/thread/continue.ts"),
      import("../view/thread/told.ts"),
    ]);
    const isOff = isContinueOff(host, config);
    host.err(`agentlb: ${toldLine(told, host.clock.now(), isOff)}\n`);
    const [last] = told.threads;
    return isOff || last === undefined ? undefined : { id: last.id, isLast: told.isLast };
  } catch (error) {
    host.err(`agentlb: warning: Cannot look for a used-up limit: ${printable(wordsOf(error))}\n`);
    return undefined;
  }
}

/** The folder in which the work is done, when Codex is told another one than this. */
async function folderOf(
  layout: Layout,
  config: Config,
  words: readonly string[],
): Promise<string | undefined> {
  if (!words.some((word) => /^(-C|--cd(=|$))/.test(word)) || !hasBindings(layout, config)) {
    return undefined;
  }
  return (await import("../../core/thread/request.ts")).folderIn(words.slice(1));
}

/** The line on the thread that a command goes on with, once its session is picked. */
async function threadLineOf({ thread }: Route): Promise<(picked: Picked, nowMs: number) => string> {
  const { threadLine } = await import("../view/thread/threads.ts");
  return (picked, nowMs) => threadLine(thread, picked, nowMs);
}

/** Fails when the program does not exist, before anything is recorded or made. */
export function checkStartable(host: Host, words: readonly string[], { options }: RunCall): void {
  if (!options["print-command"]) programOf(host, words[0] ?? "");
}

/** Picks a session and prints notes and warnings about it on stderr; `lineOf` replaces the line on the pick itself. */
export async function pickAndTell(
  host: Host,
  layout: Layout,
  config: Config,
  how: How,
  options: PickOptions,
  lineOf?: (picked: Picked, nowMs: number) => string,
): Promise<Picked> {
  const picked = await pick(host, layout, config, how, options);
  const verb = options.isPeek ? "would use" : "using";
  const line = lineOf?.(picked, host.clock.now()) ?? wordsFor(host, layout, picked, verb);
  host.err(`agentlb: ${line}\n`);
  const caution = cautionLine(picked);
  if (caution !== undefined) host.err(`agentlb: note: ${caution}\n`);
  const money = moneyLine(picked);
  if (money !== undefined) host.err(`agentlb: note: ${money}\n`);
  if (picked.leavesProcesses) {
    host.err(
      `agentlb: note: codex leaves background processes behind in ${
        printable(picked.home)
      }; to prevent it, put ` +
        `daemon_auto_start = false under [features] of its config.toml\n`,
    );
  }
  return picked;
}

function wordsFor(host: Host, layout: Layout, picked: Picked, verb: Verb): string {
  if (picked.ground.on !== "fallback") return pickedLine(picked, host.clock.now(), verb);
  const running = livingDaemon(layout) === undefined ? "not running" : "running";
  const supervision = isSupervisorDisabled(host.env) ? "disabled" : running;
  return refusedLine(picked.alias, picked.ground.refused, supervision, verb);
}
