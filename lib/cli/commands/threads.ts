import { lookAtRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";

const OPTIONS = {
  json: { about: "print an object instead of a table" },
  cwd: { about: "only threads of this folder" },
  all: { about: "all threads, not only the newest, also archived ones and those of subagents" },
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "threads",
  usage: "[--cwd] [--all] [--json]",
  summary: "list the Codex threads of all sessions, the newest first",
  help: [
    "Lists the threads of all sessions and of your own Codex: where each lives, when it was last used, how its last " +
    "turn ended, its turns, its folder, and its name or first words. The beginning of an id, as it is shown, names a " +
    "thread.",
    "To go on with one, in the session that has it: agentlb -- resume <id>",
  ],
  options: OPTIONS,
  examples: ["agentlb threads --cwd", "agentlb -- exec resume --last continue"],
  async run(host, { options }) {
    const layout = lookAtRoot(host);
    const [{ listThreads }, { threadsJson, threadsTable }] = await Promise.all([
      import("../../app/thread/list.ts"),
      import("../view/thread/threads.ts"),
    ]);
    const list = listThreads(host, layout, { isHere: options.cwd ?? false, isAll: options.all ?? false });
    if (options.json) host.out(threadsJson(list));
    else if (list.threads.length > 0) host.out(await threadsTable(list, host.clock.now()));
    if (list.more > 0 && !options.json) host.err(`agentlb: ${list.more} more: agentlb threads --all\n`);
    if (list.threads.length === 0) host.err("agentlb: no threads\n");
    return 0;
  },
};
