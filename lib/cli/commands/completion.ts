import { COMPLETED_SHELLS, completedShell } from "../../core/completion/request.ts";
import type { Command } from "../declaration/command.ts";

export const command: Command = {
  name: "completion",
  usage: COMPLETED_SHELLS.join(" | "),
  summary: "print the script that completes command lines in this shell",
  help: [
    "Prints the script with which a shell completes the command lines of agentlb: commands, options, aliases, emails, " +
    "threads. What exists is looked up at each key press. The same for the other programs: cap completion <shell>, " +
    "clb completion <shell>.",
  ],
  options: {},
  examples: [
    'eval "$(agentlb completion bash)"',
    'eval "$(agentlb completion zsh)"',
    "agentlb completion fish | source",
    "agentlb completion powershell | Out-String | Invoke-Expression",
  ],
  takes: { what: "shell", oneOf: COMPLETED_SHELLS, isNeeded: true },
  async run(host, { words: [word] }) {
    const { completionScript } = await import("../../core/completion/script.ts");
    host.out(completionScript(completedShell(word)!, "agentlb"));
    return 0;
  },
};
