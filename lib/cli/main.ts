import { errnoOf, EXIT, Failure, wordsOf } from "../core/text/failure.ts";
import { printable } from "../core/text/printable.ts";
import type { End } from "../app/codex/run.ts";
import type { Host } from "../io/host.ts";
import { agentlb } from "./agentlb.ts";
import { parseRequest } from "./args.ts";

/** Runs the program and says how the process is to end. Failures become words here, and only here. */
export async function main(host: Host): Promise<End> {
  try {
    if (!host.argsAreText()) throw new Failure("usage", "An argument is not valid UTF-8");
    return await agentlb(host, parseRequest(host.args));
  } catch (thrown) {
    if (thrown instanceof Failure) {
      const { message, hint } = thrown;
      host.err(thrown.verbatim ? `${message}\n` : `agentlb: error: ${lines(message)}\n`);
      if (hint !== undefined) host.err(`agentlb: hint: ${lines(hint)}\n`);
      return EXIT[thrown.code];
    }
    if (errnoOf(thrown) === undefined || !(thrown instanceof Error)) throw thrown;
    host.err(`agentlb: error: ${lines(wordsOf(thrown))}\n`);
    return EXIT.failed;
  }
}

/** What came from outside may not steer the terminal; our own line breaks stay. */
function lines(text: string): string {
  return text.split("\n").map((line) => printable(line, 4096)).join("\n");
}
