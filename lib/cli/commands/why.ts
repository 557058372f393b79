import { loadConfig } from "../../app/config/load.ts";
import { lookAtRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { boundSessions } from "../../app/pick/bound.ts";
import { pickRequestIn, POLICY, UNBOUND } from "../declaration/shared_options.ts";

const OPTIONS = {
  json: { about: "print an object instead of a table" },
  policy: POLICY,
  prefer: { value: "<alias>", about: "as if this session were preferred" },
  unbound: UNBOUND,
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "why",
  usage: "[<alias>] [--json] [--policy <policy>] [--prefer <alias>] [--unbound]",
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
    const request = pickRequestIn(options);
    const bound = request.isUnbound ? undefined : await boundSessions(host, layout, config);
    const found = explain(layout, config, host.clock.now(), { ...request, bound }, alias);
    host.out(options.json ? whyJson(found) : await whyText(found));
    return 0;
  },
};
