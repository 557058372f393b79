import { errnoOf, EXIT, Failure, wordsOf } from "../../core/text/failure.ts";
import { type Flavour, FLAVOURS } from "../../core/pool/flavour.ts";
import type { Origin } from "../../core/pool/origin.ts";
import { printable } from "../../core/text/printable.ts";
import type { End } from "../../app/codex/run.ts";
import type { Host } from "../../io/host.ts";
import { parseArguments } from "./arguments.ts";
import { runPool } from "./program.ts";

/** Runs `cap` or `clb`, installed in `folder`, and returns the exit code. The only place that prints failures. */
export async function main(host: Host, name: keyof typeof FLAVOURS, folder: string): Promise<End> {
  const flavour = FLAVOURS[name];
  try {
    if (!host.argsAreText()) throw new Failure("failed", "an argument is not valid UTF-8");
    // The shim passes its own folder.
    const [first, shimFolder, ...rest] = host.args;
    const isShim = first === "--from" && shimFolder !== undefined;
    const from: Origin = isShim ? { by: "shim", folder: shimFolder } : { by: "program", folder };
    return await answer(host, flavour, from, isShim ? rest : host.args);
  } catch (thrown) {
    if (!(thrown instanceof Failure) && errnoOf(thrown) === undefined) throw thrown;
    const failure = thrown instanceof Failure ? thrown : new Failure("failed", wordsOf(thrown));
    const text = failure.message.split("\n").map((line) => printable(line, 4096)).join("\n");
    host.err(`${failure.verbatim ? "" : "❌ "}${text}\n`);
    if (failure.hint !== undefined) host.err(`   ${printable(failure.hint, 4096)}\n`);
    return EXIT[failure.code];
  }
}

async function answer(host: Host, flavour: Flavour, from: Origin, args: readonly string[]): Promise<End> {
  const [first, ...rest] = args;
  if (first === "completion" || first === "complete") {
    const { poolAnswer, poolScript } = await import("./completion.ts");
    host.out(first === "completion" ? poolScript(flavour.name, rest) : poolAnswer(flavour.name, rest));
    return 0;
  }
  const request = parseArguments(flavour, args, host.env.COLUMNS);
  if (request.do === "run") return await runPool(host, flavour, from, request.command, request.options);
  host.out(request.text);
  return 0;
}
