import { EXIT } from "../../core/text/failure.ts";
import { loadConfig } from "../../app/config/load.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { JSON_OPTION, UNBOUND } from "../declaration/shared_options.ts";
import { LEFT_OPTION, wishIn } from "./wait.ts";

const OPTIONS = { left: LEFT_OPTION, unbound: UNBOUND, json: JSON_OPTION } as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "guard",
  usage: "[<alias>] [--left <percent>] [--unbound] [--json]",
  summary: "look once whether a session has something left",
  help: [
    "For cron and CI: prints one line and ends with 0 when the session, or any that costs no money, may be picked and " +
    "has at least so much left, else with 4. It waits for nothing but limits that are being read, as a pick does.",
  ],
  options: OPTIONS,
  examples: ["agentlb guard --left 30 && agentlb -- exec 'nightly review'"],
  takes: { what: "session" },
  async run(host, { words: [alias], options }) {
    const layout = openRoot(host);
    const config = await loadConfig(host, layout);
    const wish = await wishIn(host, layout, config, alias, options);
    const [{ lookForLeft }, { leftJson, leftLine }] = await Promise.all([
      import("../../app/pick/await_left.ts"),
      import("../view/left.ts"),
    ]);
    const found = await lookForLeft(host, layout, config, wish);
    host.out(
      options.json
        ? leftJson("agentlb.guard/1", found, wish)
        : `${leftLine(found, wish, host.clock.now())}\n`,
    );
    return found.answer === "yes" ? 0 : EXIT.nothingToPick;
  },
};
