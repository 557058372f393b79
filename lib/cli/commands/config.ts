import { Failure } from "../../core/text/failure.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { Command, CommandWith } from "../declaration/command.ts";

const INIT_OPTIONS = { force: { about: "replace a config.toml that exists" } } as const;

const init: CommandWith<typeof INIT_OPTIONS> = {
  name: "config init",
  usage: "[--force]",
  summary: "write config.toml with its defaults",
  help: ["Writes config.toml with every setting, its default and what it does."],
  options: INIT_OPTIONS,
  examples: [],
  async run(host, { options }) {
    const layout = openRoot(host);
    const { initConfig } = await import("../../app/config/file.ts");
    host.out(`${initConfig(layout, options.force ?? false)}\n`);
    return 0;
  },
};

export const command: Command = {
  name: "config",
  usage: "init [--force]",
  help: ["Writes the settings to change."],
  options: {},
  examples: [],
  commands: [init],
  run() {
    throw new Failure("usage", "usage: agentlb config init", { verbatim: true });
  },
};
