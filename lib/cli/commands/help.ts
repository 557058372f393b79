import type { Command } from "../command.ts";

export const command: Command = {
  name: "help",
  usage: "[<command>]",
  summary: "print the help of a command",
  help: ["Prints the help of a command."],
  options: {},
  examples: ["agentlb help supervisor stop"],
  takes: { what: "command", most: 2 },
  async run(host, { words }, commands) {
    const [{ pageOf }, { commandAt }] = await Promise.all([import("../help.ts"), import("../misuse.ts")]);
    host.out(await pageOf(await commandAt(words, commands), commands));
    return 0;
  },
};
