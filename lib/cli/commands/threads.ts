import type { Layout } from "../../core/system/layout.ts";
import type { Face } from "../../core/text/screen/face.ts";
import { loadConfig } from "../../app/config/load.ts";
import { lookAtRoot } from "../../app/session/sessions.ts";
import type { Listed } from "../../app/thread/list.ts";
import type { Host } from "../../io/host.ts";
import type { CommandWith } from "../declaration/command.ts";
import { faceIn, SCREEN_OPTIONS } from "../screen/face.ts";

const OPTIONS = {
  json: { about: "print an object instead of a table" },
  cwd: { about: "only threads of this folder" },
  all: { about: "all threads, not only the newest, also archived ones and those of subagents" },
  ...SCREEN_OPTIONS,
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "threads",
  usage: "[--cwd] [--all] [--json] [--wide] [--color <when>]",
  summary: "list the Codex threads of all sessions, the newest first",
  help: [
    "Lists the threads of all sessions and of your own Codex: where each lives, when it was last used, how its last " +
    "turn ended, its turns, its folder, and its name or first words. The beginning of an id, as it is shown, names a " +
    "thread.",
    "To go on with one, in the session that has it: agentlb -- resume <id>",
  ],
  options: OPTIONS,
  exclusive: [["json", "wide"], ["json", "color"]],
  examples: ["agentlb threads --cwd", "agentlb -- exec resume --last continue"],
  async run(host, { options }) {
    const layout = lookAtRoot(host);
    const [{ listThreads }, { threadsJson, threadsTable }] = await Promise.all([
      import("../../app/thread/list.ts"),
      import("../view/thread/threads.ts"),
    ]);
    const face = options.json ? undefined : faceIn(host, options);
    const list = listThreads(host, layout, { isHere: options.cwd ?? false, isAll: options.all ?? false });
    if (options.json) host.out(threadsJson(list));
    else if (list.threads.length > 0) {
      host.out(
        await (face === undefined
          ? threadsTable(list, host.clock.now())
          : threadsScreen(host, layout, list, face)),
      );
    }
    if (list.more > 0 && !options.json) host.err(`agentlb: ${list.more} more: agentlb threads --all\n`);
    if (list.threads.length === 0) host.err("agentlb: no threads\n");
    return 0;
  },
};

/** The threads on a terminal, with the session that a new one would get. */
async function threadsScreen(host: Host, layout: Layout, list: Listed, face: Face): Promise<string> {
  const [{ reportHere }, { threadsSheet }, { sheetText }] = await Promise.all([
    import("../../app/pick/report_here.ts"),
    import("../screen/threads.ts"),
    import("../screen/draw.ts"),
  ]);
  const found = await reportHere(host, layout, await loadConfig(host, layout), {});
  return await sheetText(threadsSheet(list, found, host.clock.now()), face);
}
