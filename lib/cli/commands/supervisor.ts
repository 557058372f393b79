import type { End } from "../../app/codex/run.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { Host } from "../../io/host.ts";
import type { Command, CommandWith } from "../declaration/command.ts";

const START_OPTIONS = { background: { about: "the only way to start it", isNeeded: true } } as const;

const start: CommandWith<typeof START_OPTIONS> = {
  name: "supervisor start",
  usage: "--background",
  summary: "keep limits fresh (picking starts it by itself)",
  help: [],
  options: START_OPTIONS,
  examples: [],
  run: async (host) => await supervise(host, "start"),
};

const restart: Command = {
  name: "supervisor restart",
  usage: "",
  summary: "end it and start it",
  help: [],
  options: {},
  examples: [],
  run: async (host) => await supervise(host, "restart"),
};

const stop: Command = {
  name: "supervisor stop",
  usage: "",
  summary: "end it; the renewal of a login is finished first",
  help: [],
  options: {},
  examples: [],
  run: async (host) => await supervise(host, "stop"),
};

const daemon: Command = {
  name: "supervisor daemon",
  usage: "",
  summary: "run the supervisor in the foreground (for service managers)",
  isHidden: true,
  help: [],
  options: {},
  examples: [],
  async run(host) {
    const layout = openRoot(host);
    const { runDaemon } = await import("../../app/supervisor/daemon_run.ts");
    await runDaemon(host, layout);
    return 0;
  },
};

export const command: Command = {
  name: "supervisor",
  usage: "start --background | restart | stop",
  help: [
    "Keeps the limits of all sessions fresh in status.json, in the background. Picking a session starts it.",
  ],
  options: {},
  examples: [],
  commands: [start, restart, stop, daemon],
  async run(host, call, commands) {
    const { pageOf } = await import("../declaration/help.ts");
    host.out(await pageOf(call.command, commands));
    return 0;
  },
};

async function supervise(host: Host, verb: "start" | "restart" | "stop"): Promise<End> {
  const layout = openRoot(host);
  const { superviseCommand } = await import("../../app/daemon/daemon.ts");
  for (const line of await superviseCommand(host, layout, verb)) host.out(`${line}\n`);
  return 0;
}
