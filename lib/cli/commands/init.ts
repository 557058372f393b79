import { basename } from "node:path";
import { loadConfig } from "../../app/config/load.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { Setup } from "../../app/setup/outcome.ts";
import type { Config } from "../../core/config/config.ts";
import type { Layout } from "../../core/system/layout.ts";
import { EXIT, Failure } from "../../core/text/failure.ts";
import type { Host } from "../../io/host.ts";
import type { Commands, CommandWith } from "../declaration/command.ts";
import { JSON_OPTION, LOGIN_EXCLUSIVE, LOGIN_OPTIONS, loginWishIn } from "../declaration/shared_options.ts";

const OPTIONS = { ...LOGIN_OPTIONS, json: JSON_OPTION } as const;
const MOST = 50;

export const command: CommandWith<typeof OPTIONS> = {
  name: "init",
  usage: "[<alias>...] [--device-auth | --login-cmd <command>] [--json]",
  summary: "set up the first sessions, step by step",
  help: [
    "Says which Codex is found and what is logged in, asks for the names of sessions, and logs in to one after the other. " +
    "Your own ~/.codex stays as it is, nothing is overwritten, and every question can be skipped. A second run asks only " +
    "for what is missing. With names it asks for none, so that it works without a terminal too.",
  ],
  options: OPTIONS,
  exclusive: LOGIN_EXCLUSIVE,
  examples: ["agentlb init", "agentlb init personal work --device-auth"],
  takes: { what: "name", most: MOST },
  async run(host, { words, options }, commands) {
    const layout = openRoot(host);
    const config = await loadConfig(host, layout);
    const [{ setUp }, { withoutOutput }] = await Promise.all([
      import("../../app/setup/setup.ts"),
      import("../../app/login/without_output.ts"),
    ]);
    const at = options.json ? withoutOutput(host) : host;
    const setup = await setUp(at, layout, config, { names: words, ...loginWishIn(options) });
    if (options.json) {
      const { setupJson } = await import("../output/setup.ts");
      host.out(setupJson(setup));
    }
    if (setup.isLeft) {
      host.err("agentlb: stopped; what is logged in stays, and agentlb init goes on from there\n");
      return "SIGINT";
    }
    if (setup.isStopped) return EXIT.failed;
    if (!options.json) {
      if (setup.sessions.length > 0) await readLimits(host, layout, config);
      await tellNext(host, config, commands, setup.sessions);
    }
    return setup.sessions.some(({ result }) => result === "failed") ? EXIT.loginFailed : 0;
  },
};

/** Has the limits of the sessions read, so that the table shows them. */
async function readLimits(host: Host, layout: Layout, config: Config): Promise<void> {
  const [{ ensureSupervisor }, { awaitReadings }] = await Promise.all([
    import("../../app/daemon/ensure.ts"),
    import("../../app/pick/await_readings.ts"),
  ]);
  await ensureSupervisor(host, layout);
  await awaitReadings(host, layout, config);
}

/** What comes after the logins: offers of other commands, where this program has them, and the table of all sessions. */
async function tellNext(
  host: Host,
  config: Config,
  commands: Commands,
  sessions: Setup["sessions"],
): Promise<void> {
  const shell = basename(host.env.SHELL ?? "");
  for (const line of offersOf(commands, shell, await hasToShare(host, config))) {
    host.err(`agentlb: ${line}\n`);
  }
  if (sessions.length > 0) await runCommand(host, commands, "status");
  if (sessions.some(({ result }) => result === "loggedIn" || result === "present")) {
    host.err("agentlb: to run Codex in the best session, type: agentlb\n");
  }
}

/** True when the user's own Codex has something for all sessions, or the settings of that are wrong, which `share` tells. */
async function hasToShare(host: Host, config: Config): Promise<boolean> {
  const { partsOf, shareSource } = await import("../../app/sharing/source.ts");
  try {
    return partsOf(shareSource(host, config)).length > 0;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return true;
  }
}

/** The lines that offer what other commands set up. */
export function offersOf(commands: Commands, shell: string, hasToShare: boolean): string[] {
  const scripts: Readonly<Record<string, string>> = {
    bash: 'eval "$(agentlb completion bash)"',
    zsh: 'eval "$(agentlb completion zsh)"',
    fish: "agentlb completion fish | source",
  };
  return [
    ...commands.has("share") && hasToShare
      ? [
        "to use AGENTS.md, skills and settings of ~/.codex in all sessions, look at: agentlb share --dry-run",
      ]
      : [],
    ...commands.has("completion")
      ? [`for completions in your shell: ${scripts[shell] ?? "agentlb help completion"}`]
      : [],
  ];
}

/** Runs another command without arguments. */
async function runCommand(host: Host, commands: Commands, name: string): Promise<void> {
  const entry = commands.get(name);
  if (typeof entry !== "function") throw new Failure("failed", `There is no command '${name}'`);
  const { command } = await entry();
  await command.run(host, { command, words: [], options: {}, passthrough: [] }, commands);
}
