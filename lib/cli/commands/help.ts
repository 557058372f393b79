import type { Command } from "../declaration/command.ts";

export const command: Command = {
  name: "help",
  usage: "[<command>]",
  summary: "print the help of a command",
  help: ["Prints the help of a command."],
  options: {},
  examples: ["agentlb help supervisor stop"],
  takes: { what: "command", most: 2 },
  async run(host, { words }, commands) {
    const [{ pageOf }, { commandAt }] = await Promise.all([
      import("../declaration/help.ts"),
      import("../declaration/misuse.ts"),
    ]);
    host.out(await pageOf(await commandAt(words, commands), commands));
    return 0;
  },
};
