import { loadConfig } from "../../app/config/load.ts";
import { lookAtRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { pickRequestIn, POLICY } from "../declaration/shared_options.ts";

const OPTIONS = {
  json: { about: "print an object instead of a table" },
  policy: POLICY,
  prefer: { value: "<alias>", about: "as if this session were preferred" },
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "why",
  usage: "[<alias>] [--json] [--policy <policy>] [--prefer <alias>]",
  summary: "what the choice rests on, and what would change it",
  help: [
    "Shows what the pick that would be made now rests on, session by session, and the smallest changes that would " +
    "lead to another: how much more or less left, or how many turns more or fewer. With an alias only what concerns " +
    "it.",
  ],
  options: OPTIONS,
  examples: [],
  takes: { what: "session" },
  async run(host, { words: [alias], options }) {
    const layout = lookAtRoot(host);
    const [{ explain }, { whyJson, whyText }] = await Promise.all([
      import("../../app/pick/why.ts"),
      import("../view/why.ts"),
    ]);
    const config = await loadConfig(host, layout);
    const found = explain(layout, config, host.clock.now(), pickRequestIn(options), alias);
    host.out(options.json ? whyJson(found) : await whyText(found));
    return 0;
  },
};
