import { escaped } from "../../core/text/json.ts";
import { Failure } from "../../core/text/failure.ts";
import { hasConfig, loadConfig } from "../../app/config/load.ts";
import { lookAtRoot, openRoot } from "../../app/session/sessions.ts";
import type { Command, CommandWith } from "../declaration/command.ts";
import { JSON_OPTION } from "../declaration/shared_options.ts";
import { faceFrom } from "../../core/text/screen/face.ts";
import type { Host } from "../../io/host.ts";
import type { ConfigPathOutput } from "../output/settings.ts";
import type { Screen } from "../view/upkeep/settings.ts";

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

const JSON_ONLY = { json: JSON_OPTION } as const;

const show: CommandWith<typeof JSON_ONLY> = {
  name: "config show",
  usage: "[--json]",
  summary: "show every setting, its value and where that comes from",
  help: [
    "Shows every setting as it counts now: its value, and the line of config.toml, the variable or the default that it " +
    "comes from.",
  ],
  options: JSON_ONLY,
  examples: [],
  async run(host, { options: { json } }) {
    const layout = lookAtRoot(host);
    await loadConfig(host, layout); // tells what is wrong with the file
    const [{ allSettings }, { settingsJson, settingsText }] = await Promise.all([
      import("../../app/config/settings.ts"),
      import("../view/upkeep/settings.ts"),
    ]);
    const all = allSettings(host, layout);
    host.out(json ? settingsJson(layout.config, all) : settingsText(all, await screenOf(host)));
    return 0;
  },
};

/** The terminal to write on; undefined in a pipe. */
async function screenOf(host: Host): Promise<Screen | undefined> {
  if (!host.isTerminal.output) return undefined;
  const { textWidth } = await import("../../app/pick/report.ts");
  return { face: faceFrom(host.env, host.screenSize), width: await textWidth() };
}

const get: CommandWith<typeof JSON_ONLY> = {
  name: "config get",
  usage: "<key> [--json]",
  summary: "print the value of one setting",
  help: ["Prints the value of one setting as it counts now, and nothing else: a list as one text a line."],
  options: JSON_ONLY,
  examples: ["agentlb config get sessions.policy", "agentlb config get alias.work.reserve"],
  takes: { what: "setting", isNeeded: true },
  async run(host, { words: [name = ""], options: { json } }) {
    const layout = lookAtRoot(host);
    await loadConfig(host, layout);
    const [{ oneSetting }, { settingJson, settingText }] = await Promise.all([
      import("../../app/config/settings.ts"),
      import("../view/upkeep/settings.ts"),
    ]);
    const setting = oneSetting(host, layout, name);
    host.out(json ? settingJson(layout.config, setting) : settingText(setting));
    return 0;
  },
};

const set: CommandWith<typeof JSON_ONLY> = {
  name: "config set",
  usage: "<key> <value>... [--json]",
  summary: "change one setting in config.toml",
  help: [
    "Changes one key in config.toml, or adds it; comments and order stay, and the file as it was is kept as " +
    "config.toml.prev. A value that the key does not take is refused. A list is given as words, an empty one as ''; a " +
    "value that begins with - comes after --.",
  ],
  options: JSON_ONLY,
  examples: [
    "agentlb config set sessions.policy adaptive",
    "agentlb config set runner.pass_env OPENAI_API_KEY CODEX_API_KEY",
    "agentlb config set alias.work.priority -- -1",
  ],
  takes: { what: "setting", most: 1000, isNeeded: true },
  takesRest: true,
  async run(host, { words: [name = "", ...typed], options: { json }, passthrough }) {
    const values = [...typed, ...passthrough];
    if (values.length === 0) {
      throw new Failure("usage", "usage: agentlb config set <key> <value>...", { verbatim: true });
    }
    const layout = openRoot(host);
    const [{ changeSetting }, { changedJson, changedText }] = await Promise.all([
      import("../../app/config/settings.ts"),
      import("../view/upkeep/settings.ts"),
    ]);
    const changed = await changeSetting(host, layout, name, values);
    host.out(json ? changedJson(layout.config, changed) : changedText(changed));
    return 0;
  },
};

const path: CommandWith<typeof JSON_ONLY> = {
  name: "config path",
  usage: "[--json]",
  summary: "print the path of config.toml",
  help: ["Prints the path of config.toml, whether or not there is one."],
  options: JSON_ONLY,
  examples: ['"$EDITOR" "$(agentlb config path)"'],
  run(host, { options: { json } }) {
    const layout = lookAtRoot(host);
    const { config: file } = layout;
    const output = {
      schema: "agentlb.config-path/1",
      file,
      exists: hasConfig(layout),
    } satisfies ConfigPathOutput;
    host.out(json ? `${escaped(JSON.stringify(output, undefined, 2))}\n` : `${file}\n`);
    return Promise.resolve(0);
  },
};

export const command: Command = {
  name: "config",
  usage: "show | get <key> | set <key> <value>... | path | init [--force]",
  help: ["Shows and changes the settings."],
  options: {},
  examples: [],
  commands: [show, get, set, path, init],
  run() {
    throw new Failure("usage", "usage: agentlb config init", { verbatim: true });
  },
};
