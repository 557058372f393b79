import { COMPLETED_SHELLS, completedShell, readRequest } from "../../core/completion/request.ts";
import type { CommandWith } from "../declaration/command.ts";

const OPTIONS = {
  for: { value: "<shell>", oneOf: COMPLETED_SHELLS, about: "answer as the script of this shell reads it" },
  breaks: { value: "<characters>", about: "what parts words in bash" },
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "complete",
  usage: "[--for <shell>] [--breaks <characters>] -- <words>...",
  summary: "print the words that may stand for the last one (for the scripts of `agentlb completion`)",
  isHidden: true,
  help: [
    "Prints the words that may stand in place of the last one, one a line, with a tab and what it is. The scripts that " +
    "`agentlb completion` prints ask it. It only reads, starts nothing, and is silent where nothing fits.",
  ],
  options: OPTIONS,
  examples: ["agentlb complete -- new w"],
  takesRest: true,
  async run(host, { options, passthrough }, commands) {
    const { answerTo } = await import("../completion/answer.ts");
    const asked = () => readRequest(completedShell(options.for), options.breaks ?? "", passthrough);
    host.out(await answerTo(host, asked, commands));
    return 0;
  },
};
