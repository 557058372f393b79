import { checkFormat, type Glimpse, PLACEHOLDERS, statusLine } from "../../core/pick/statusline.ts";
import { type Config, defaultConfig } from "../../core/config/config.ts";
import type { Layout } from "../../core/system/layout.ts";
import { loadConfig } from "../../app/config/load.ts";
import { glimpse } from "../../app/pick/glimpse.ts";
import { pathsOf } from "../../app/session/sessions.ts";
import type { Host } from "../../io/host.ts";
import type { CommandWith } from "../declaration/command.ts";
import { JSON_OPTION } from "../declaration/shared_options.ts";

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
    if (format !== undefined) checkFormat(format);
    const found = await glimpseSafely(host);
    if (json) {
      const { statuslineJson } = await import("../view/statusline.ts");
      host.out(statuslineJson(found));
    } else host.out(`${found === undefined ? "" : statusLine(found, host.clock.now(), format)}\n`);
    return 0;
  },
};

/** What there is to show; nothing, whatever is wrong: a prompt must not break. */
async function glimpseSafely(host: Host): Promise<Glimpse | undefined> {
  try {
    const layout = pathsOf(host);
    return await glimpse(host, layout, await settingsFor(layout));
  } catch {
    return undefined;
  }
}

/** Settings with an error count as not there, and nothing is said of them. */
async function settingsFor(layout: Layout): Promise<Config> {
  try {
    return await loadConfig({ err() {} }, layout);
  } catch {
    return defaultConfig();
  }
}
