import { loadConfig } from "../../app/config/load.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { faceIn, SCREEN_OPTIONS } from "../screen/face.ts";

const OPTIONS = {
  scenario: { value: "<name>", about: "one scenario instead of all" },
  seed: { value: "<n>", about: "random seed (default 1)" },
  seeds: { value: "<n>,<n>…", about: "means over several seeds" },
  "seeds-from": {
    value: "<hex>",
    about: 'means over 20 seeds: the first four bytes each of SHA-256("<hex> 0") to ("<hex> 19")',
  },
  history: { about: "the recorded use of your accounts instead of made-up work" },
  json: { about: "print an object, with the figures of each seed" },
  markdown: { about: "print a line per scenario: of bound, avoidable blocks, and those compared" },
  ...SCREEN_OPTIONS,
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "simulate",
  usage: "[--scenario <name> | --history] [--json] [options]",
  summary: "try the policies on made-up work, or on that of the past",
  help: [
    "Runs made-up work under every policy, with accounts whose windows open, fill and reset as real ones do, and with " +
    "sessions that stay where they are until a turn is blocked. Every pick is made by what makes the real ones. It " +
    "looks at no session and starts nothing; the same seed gives the same answer everywhere.",
    "Beside the policies there are: round-robin; predecessor, the documented score without seeing turns and resets; " +
    "documented, that score alone, which picks exhausted accounts as well.",
  ],
  options: OPTIONS,
  exclusive: [
    ["json", "markdown", "wide"],
    ["json", "color"],
    ["history", "scenario"],
    ["history", "seed", "seeds", "seeds-from"],
  ],
  examples: ["agentlb simulate --scenario light --seeds 1,2,3"],
  sections: [{
    title: "columns",
    lines: [
      ["SERVED", "percent of the work that was asked for"],
      ["OF BOUND", "percent of the upper bound (perfect foresight)"],
      ["BLOCKED", "turns cut short by a full window"],
      ["AVOIDABLE", "those of them that another account could have finished at that moment"],
      ["OF DOCUMENTED", "avoidable ones, compared with those of the documented score"],
      ["SWITCHES", "sessions begun anew on another account after a block"],
    ],
  }],
  async run(host, { options }) {
    const layout = openRoot(host);
    const { simulationText } = await import("../view/simulation.ts");
    const face = faceIn(host, options);
    const draw = face === undefined
      ? undefined
      : (await import("../screen/simulation.ts")).simulationScreen.bind(undefined, face);
    host.out(await simulationText(layout, await loadConfig(host, layout), options, draw));
    return 0;
  },
};
