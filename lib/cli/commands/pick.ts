import { awaitRenewal } from "../../app/codex/await_renewal.ts";
import { loadConfig } from "../../app/config/load.ts";
import { openRoot, pathsOf } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { pickAndTell } from "./run_session.ts";
import { JSON_OPTION, PICK_OPTIONS, pickRequestIn } from "../declaration/shared_options.ts";

const OPTIONS = {
  json: JSON_OPTION,
  peek: { about: "only tell which one; it counts as nothing" },
  ...PICK_OPTIONS,
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "pick",
  usage: "[--json] [--peek] [options]",
  summary: "print the best session's alias and home; run nothing",
  help: [
    'Picks as `agentlb` does and prints "<alias><tab><home>"; runs nothing. The session counts as busy for a minute, ' +
    "or until a Codex is started in it.",
    "With --peek it only tells which one it would be by what is known now: nothing is counted, started, waited for or " +
    "written.",
  ],
  options: OPTIONS,
  examples: ["agentlb pick --json --no-exhausted", "agentlb pick --peek"],
  async run(host, { options }) {
    const isPeek = options.peek ?? false;
    const layout = isPeek ? pathsOf(host) : openRoot(host);
    const config = await loadConfig(host, layout);
    const request = pickRequestIn(options);
    const picked = await pickAndTell(host, layout, config, "best", { request, isPeek });
    if (picked.isRenewing && !isPeek) await awaitRenewal(host, layout, picked.alias);
    const { pickText } = await import("../view/status.ts");
    host.out(pickText(picked, options.json ?? false));
    return 0;
  },
};
