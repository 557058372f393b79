import { programOf } from "../core/programs.ts";
import type { End } from "../app/run.ts";
import type { Host } from "../io/host.ts";

/** Runs the program that was meant; the others are not even loaded. */
export async function start(
  host: Host,
  startedBy: { readonly name: string; readonly folder: string },
): Promise<End> {
  const { program, args } = programOf(startedBy.name, host.args);
  if (program === "agentlb") {
    const { main } = await import("./main.ts");
    return await main(host);
  }
  const { main } = await import("./pool/main.ts");
  return await main({ ...host, args }, program, startedBy.folder);
}
