import { Failure } from "../../core/text/failure.ts";
import type { Host } from "../../io/host.ts";
import { printLine } from "./line.ts";

/**
 * Prints the line of a prompt for its usual command lines, without what parses all others: a prompt asks for it again and
 * again. Undefined = the parser has to look at it.
 */
export async function quickLine(host: Host): Promise<number | undefined> {
  const [, option, format, ...more] = host.args;
  const isUsual = option === undefined ||
    (option === "--format" && format !== undefined && !format.startsWith("-") && more.length === 0);
  if (!isUsual || !host.argsAreText()) return undefined;
  try {
    return await printLine(host, format);
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
