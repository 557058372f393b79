import type { Setup } from "../../app/setup/outcome.ts";
import type { InitOutput } from "../output/setup.ts";

/** The output of `agentlb init --json`. */
export function setupJson({ sessions }: Setup): string {
  const output: InitOutput = {
    schema: "agentlb.init/1",
    sessions: sessions.map(({ alias, home, result, account: { email, plan }, twins }) => ({
      alias,
      home,
      result,
      ...(email === undefined ? {} : { email }),
      ...(plan === undefined ? {} : { plan }),
      ...(twins.length === 0 ? {} : { sameAccountAs: twins }),
    })),
  };
  return `${JSON.stringify(output, undefined, 2)}\n`;
}
