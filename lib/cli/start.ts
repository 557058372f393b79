import { EXIT, isForbidden } from "../core/text/failure.ts";
import { type Program, programOf } from "../core/system/which_program.ts";
import { printable } from "../core/text/printable.ts";
import type { End } from "../app/codex/run.ts";
import type { Host } from "../io/host.ts";

/** Runs the program that was meant; the others are not even loaded. */
export async function start(
  host: Host,
  startedBy: { readonly name: string; readonly folder: string },
): Promise<End> {
  const { program, args } = programOf(startedBy.name, host.args);
  try {
    if (program === "agentlb") {
      const { main } = await import("./main.ts");
      return await main(host);
    }
    const { main } = await import("./pool/main.ts");
    return await main({ ...host, args }, program, startedBy.folder);
  } catch (thrown) {
    if (!isForbidden(thrown)) throw thrown;
    for (const line of forbidden(program, thrown.message)) host.err(`${printable(line, 4096)}\n`);
    return EXIT.failed;
  }
}

/** Deno's words for a permission that it was started without, as ours. */
function forbidden(program: Program, message: string): string[] {
  const [, access, option] = /^Requires (.+), run again with the (--[\w-]+) flag$/s.exec(message) ?? [];
  if (access === undefined) return [`${program}: error: Not allowed: ${message}`];
  return [`${program}: error: Not allowed: ${access}`, `${program}: hint: run it with: deno run ${option} …`];
}
