import { errnoOf, EXIT, Failure, isForbidden, wordsOf } from "../core/text/failure.ts";
import { printable } from "../core/text/printable.ts";
import { VERSION } from "../core/text/version.ts";
import type { End } from "../app/codex/run.ts";
import type { Host } from "../io/host.ts";
import { asksForJson, readCall } from "./arguments.ts";
import { COMMANDS } from "./commands/all.ts";

/**
 * Runs the program and returns the end of the process. The only place that prints failures; with `--json` each is an
 * object on stdout, too.
 */
export async function main(host: Host): Promise<End> {
  try {
    if (!host.argsAreText()) throw new Failure("usage", "An argument is not valid UTF-8");
    return await carryOut(host);
  } catch (thrown) {
    if (asksForJson(host.args) && !isForbidden(thrown)) await printJson(host, thrown);
    if (thrown instanceof Failure) {
      const { message, hint } = thrown;
      host.err(thrown.verbatim ? `${message}\n` : `agentlb: error: ${oneLine(message)}\n`);
      if (hint !== undefined) host.err(`agentlb: hint: ${oneLine(hint)}\n`);
      return EXIT[thrown.code];
    }
    if (!isFromSystem(thrown)) throw thrown;
    host.err(`agentlb: error: ${oneLine(wordsOf(thrown))}\n`);
    return EXIT.failed;
  }
}

async function printJson(host: Host, thrown: unknown): Promise<void> {
  const { printFailure } = await import("./output/failure.ts");
  const code = thrown instanceof Failure ? thrown.code : isFromSystem(thrown) ? "failed" : "bug";
  printFailure(host, thrown, code);
}

/** Tells whether the system refused something; any other error that is no failure is a bug. */
function isFromSystem(thrown: unknown): boolean {
  return errnoOf(thrown) !== undefined && thrown instanceof Error;
}

/** Runs the command; a request for help or the version touches no file. */
async function carryOut(host: Host): Promise<End> {
  const call = await readCall(host.args, COMMANDS);
  const { command, options } = call;
  if (options.help) {
    const { pageOf } = await import("./declaration/help.ts");
    host.out(await pageOf(command, COMMANDS));
    return 0;
  }
  if (options.version) {
    host.out(`agentlb ${VERSION}\n`);
    return 0;
  }
  if (!command.settles) await settleMoves(host);
  return await command.run(host, call, COMMANDS);
}

/** Finishes or undoes what a killed `rm`, `restore` or `rename` left; when that is not possible, the command runs all the same. */
async function settleMoves(host: Host): Promise<void> {
  const { unsettledRoot } = await import("../app/session/sessions.ts");
  const layout = unsettledRoot(host);
  if (layout === undefined) return;
  const { settle } = await import("../app/moving/move.ts");
  try {
    await settle(host, layout);
  } catch (thrown) {
    host.err(
      `agentlb: warning: Cannot finish what an interrupted command left: ${oneLine(wordsOf(thrown))}\n`,
    );
  }
}

/** A message as one safe line: what it quotes from outside makes no line of its own. */
function oneLine(text: string): string {
  return printable(text, 4096);
}
