import { Failure } from "../../core/text/failure.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { Command, CommandWith } from "../declaration/command.ts";
import { JSON_OPTION } from "../declaration/shared_options.ts";

const INIT_OPTIONS = {
  force: { about: "replace a config.toml that exists" },
  json: JSON_OPTION,
} as const;

const init: CommandWith<typeof INIT_OPTIONS> = {
  name: "config init",
  usage: "[--force] [--json]",
  summary: "write config.toml with its defaults",
  help: ["Writes config.toml with every setting, its default and what it does."],
  options: INIT_OPTIONS,
  examples: [],
  async run(host, { options }) {
    const layout = openRoot(host);
    const { initConfig } = await import("../../app/config/file.ts");
    const path = initConfig(layout, options.force ?? false);
    if (options.json) {
      const { configInitJson } = await import("../output/settings.ts");
      host.out(configInitJson(path));
    } else host.out(`${path}\n`);
    return 0;
  },
};

export const command: Command = {
  name: "config",
  usage: "init [--force] [--json]",
  help: ["Writes the settings to change."],
  options: {},
  examples: [],
  commands: [init],
  run() {
    throw new Failure("usage", "usage: agentlb config init", { verbatim: true });
  },
};
