import { printable } from "../../core/text/printable.ts";
import type { End } from "../../app/codex/run.ts";
import type { SkillRequest, SkillWork } from "../../app/skill/install.ts";
import type { Host } from "../../io/host.ts";
import type { Arguments, Command, CommandWith } from "../declaration/command.ts";
import type { Given } from "../declaration/option.ts";
import { JSON_OPTION } from "../declaration/shared_options.ts";

const PLACE_OPTIONS = {
  to: {
    value: "<dir>",
    about:
      "the folder of skills; else .codex/skills or .agents/skills where .codex or .agents is here, else " +
      "~/.codex/skills; of ai-team-workflow the folder deps in there",
  },
} as const;
const DRY_OPTIONS = {
  "dry-run": { about: "only say what would be done" },
  json: JSON_OPTION,
} as const;
const INSTALL_OPTIONS = {
  ...PLACE_OPTIONS,
  copy: { about: "copy this program into the skill; that is the default" },
  link: {
    about:
      "link it, so that the skill changes when the program does; the default for a compiled program below " +
      "~/.codex, which callers copy for each worker",
  },
  ...DRY_OPTIONS,
} as const;
const REMOVE_OPTIONS = {
  to: { value: "<dir>", about: "the folder of skills; else the same as for the install" },
  ...DRY_OPTIONS,
} as const;
const POOL: Arguments = { what: "skill", oneOf: ["cap", "clb"], isNeeded: true };

const install: CommandWith<typeof INSTALL_OPTIONS> = {
  name: "skill install",
  usage: "cap | clb [--to <dir>] [--copy | --link] [--dry-run] [--json]",
  summary: "install cap or clb as a Codex skill",
  help: [
    "Puts codex-account-pool (cap) or codex-load-balancer (clb) into a folder of skills, with this program in it. What " +
    "it replaces is kept, and settings and counts stay. A newer program takes the place of an older one.",
  ],
  options: INSTALL_OPTIONS,
  exclusive: [["copy", "link"]],
  examples: [],
  takes: POOL,
  async run(host, { words, options }) {
    const request = skillRequestIn(words, options);
    const { installSkill } = await import("../../app/skill/install.ts");
    const work = await installSkill(host, {
      ...request,
      how: (["link", "copy"] as const).find((each) => options[each]),
    });
    return await tell(host, "install", request, work, options.json);
  },
};

const remove: CommandWith<typeof REMOVE_OPTIONS> = {
  name: "skill remove",
  usage: "cap | clb [--to <dir>] [--dry-run] [--json]",
  summary: "put back what was there before",
  help: [
    "Makes the folder of the skill what it was before the first install. What you changed since stays, and is named.",
  ],
  options: REMOVE_OPTIONS,
  examples: [],
  takes: POOL,
  async run(host, { words, options }) {
    const request = skillRequestIn(words, options);
    const { removeSkill } = await import("../../app/skill/install.ts");
    return await tell(host, "remove", request, await removeSkill(host, request), options.json);
  },
};

export const command: Command = {
  name: "skill",
  usage: "install | remove",
  help: [
    "Installs cap or clb as a Codex skill. tmux workflows ask it which home and auth file each worker gets.",
  ],
  options: {},
  examples: [],
  commands: [install, remove],
  async run(host, call, commands) {
    const { pageOf } = await import("../declaration/help.ts");
    host.out(await pageOf(call.command, commands));
    return 0;
  },
};

function skillRequestIn([pool]: readonly string[], options: Given<typeof REMOVE_OPTIONS>): SkillRequest {
  return { pool: pool === "clb" ? "clb" : "cap", to: options.to, isDry: options["dry-run"] ?? false };
}

async function tell(
  host: Host,
  verb: "install" | "remove",
  request: SkillRequest,
  work: SkillWork,
  isJson = false,
): Promise<End> {
  for (const note of work.notes) host.err(`agentlb: note: ${printable(note, 4096)}\n`);
  if (isJson) {
    const { skillJson } = await import("../output/skill.ts");
    host.out(skillJson(verb, request, work));
  } else {
    const { skillText } = await import("../view/skill.ts");
    host.out(skillText(verb, request.isDry, work));
  }
  return 0;
}
