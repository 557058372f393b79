import { EXIT, Failure, isForbidden } from "../core/text/failure.ts";
import { lackOf, type Program, programOf } from "../core/system/which_program.ts";
import { printable } from "../core/text/printable.ts";
import type { End } from "../app/codex/run.ts";
import type { Host } from "../io/host.ts";

/**
 * Runs the program of this name and loads no other. On a runtime that is too old by its `versions`, another runtime runs
 * it if there is one; otherwise only the reason is printed.
 */
export async function start(
  host: Host,
  startedBy: { readonly name: string; readonly folder: string },
  versions: Readonly<Record<string, string | undefined>>,
): Promise<End> {
  const { program, args } = programOf(startedBy.name, host.args);
  const lack = lackOf(versions);
  if (lack !== undefined) return await refuse(host, program, args, lack);
  try {
    if (program === "agentlb") {
      if (host.args[0] === "statusline") {
        const end = await (await import("./prompt/quick.ts")).quickLine(host);
        if (end !== undefined) return end;
      }
      const { main } = await import("./main.ts");
      return await main(host);
    }
    const { main } = await import("./pool/main.ts");
    return await main(withArgs(host, args), program, startedBy.folder);
  } catch (thrown) {
    if (!isForbidden(thrown)) throw thrown;
    const failure = forbidden(thrown.message);
    const { message, hint } = failure;
    host.err(`${program}: error: ${printable(message, 4096)}\n`);
    if (hint !== undefined) host.err(`${program}: hint: ${printable(hint, 4096)}\n`);
    if (program === "agentlb") await printJson(host, failure);
    return EXIT.failed;
  }
}

/** Prints a failure of agentlb as an object, too, where `--json` was given. */
async function printJson(host: Host, failure: Failure): Promise<void> {
  const { asksForJson } = await import("./arguments.ts");
  if (!asksForJson(host.args)) return;
  const { printFailure } = await import("./output/failure.ts");
  printFailure(host, failure, failure.code);
}

/** The same host with other arguments; its lazy lookups stay lazy. */
function withArgs(host: Host, args: readonly string[]): Host {
  return Object.create(host, { args: { value: args } }) as Host;
}

/** Runs the shim again on another runtime that it knows; without one prints the reason why the program does not run. */
async function refuse(host: Host, program: Program, args: readonly string[], lack: string): Promise<End> {
  const others = args[0] === "--from" ? host.env.AGENTLB_ELSE : undefined;
  if (others && program !== "agentlb") {
    const { selfEnvironment } = await import("../core/shell/launch.ts");
    const words = [`${args[1]}/${program}`, "--else", others, ...args.slice(2)];
    const exit = await host.foreground({ file: "/bin/sh", args: words, env: selfEnvironment(host) });
    if ("signal" in exit) return exit.signal;
    if ("code" in exit) return exit.code;
  }
  host.err(`${program}: ${lack}\n`);
  return EXIT.failed;
}

/** The failure for Deno's error on a missing permission. */
function forbidden(message: string): Failure {
  const [, access, option] = /^Requires (.+), run again with the (--[\w-]+) flag$/s.exec(message) ?? [];
  if (access === undefined) return new Failure("failed", `Not allowed: ${message}`);
  return new Failure("failed", `Not allowed: ${access}`, { hint: `run it with: deno run ${option} …` });
}
