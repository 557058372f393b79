import { PLACEHOLDERS } from "../../core/pick/report/statusline.ts";
import type { CommandWith } from "../declaration/command.ts";
import { JSON_OPTION } from "../declaration/shared_options.ts";
import { glimpseSafely, printLine } from "../prompt/line.ts";

const OPTIONS = {
  format: { value: "<text>", about: "what the line shows, with placeholders in braces" },
  json: JSON_OPTION,
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "statusline",
  usage: "[--format <text>] [--json]",
  summary: "print one line for a prompt: this pane's session, and what it has left",
  help: [
    "Prints one line for tmux, starship, zsh or fish: the session of this pane by its CODEX_HOME, else, after a >, the " +
    "one that would be picked; what its short and its long window have left; when the tighter one resets; how many " +
    "sessions may be picked, of how many. It starts nothing, waits for nothing and writes nothing. With nothing to say " +
    "it prints an empty line; the exit code is 0.",
  ],
  options: OPTIONS,
  exclusive: [["format", "json"]],
  sections: [{
    title: "placeholders of --format",
    lines: Object.entries(PLACEHOLDERS).map(([name, about]) => [`{${name}}`, about] as const),
  }],
  examples: ["agentlb statusline --format '{mark}{alias} {left}'"],
  async run(host, { options: { format, json } }) {
    if (!json) return await printLine(host, format);
    const { statuslineJson } = await import("../view/statusline.ts");
    host.out(statuslineJson(await glimpseSafely(host)));
    return 0;
  },
};
