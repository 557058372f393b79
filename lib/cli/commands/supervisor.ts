import { EXIT, Failure } from "../../core/text/failure.ts";
import type { End } from "../../app/codex/run.ts";
import { lookAtRoot, openRoot } from "../../app/session/sessions.ts";
import type { Host } from "../../io/host.ts";
import type { Command, CommandWith } from "../declaration/command.ts";
import type { Given } from "../declaration/option.ts";
import { JSON_OPTION } from "../declaration/shared_options.ts";

const DONE_OPTIONS = { json: JSON_OPTION } as const;
const START_OPTIONS = {
  background: { about: "the only way to start it", isNeeded: true },
  ...DONE_OPTIONS,
} as const;

const start: CommandWith<typeof START_OPTIONS> = {
  name: "supervisor start",
  usage: "--background [--json]",
  summary: "keep limits fresh (picking starts it by itself)",
  help: [],
  options: START_OPTIONS,
  examples: [],
  run: async (host, { options }) => await supervise(host, "start", options),
};

const restart: CommandWith<typeof DONE_OPTIONS> = {
  name: "supervisor restart",
  usage: "[--json]",
  summary: "end it and start it",
  help: [],
  options: DONE_OPTIONS,
  examples: [],
  run: async (host, { options }) => await supervise(host, "restart", options),
};

const STATUS_OPTIONS = { json: { about: "print an object instead of lines" } } as const;

const status: CommandWith<typeof STATUS_OPTIONS> = {
  name: "supervisor status",
  usage: "[--json]",
  summary: "whether it runs, since when, from where, with which codex",
  help: [
    "Shows whether the supervisor of this folder runs, since when, from where it was started, which codex it runs, and " +
    "what keeps it from reading limits. Starts nothing.",
  ],
  options: STATUS_OPTIONS,
  examples: [],
  async run(host, { options: { json } }) {
    const layout = lookAtRoot(host);
    const [{ supervisorReport }, { supervisorJson, supervisorText }] = await Promise.all([
      import("../../app/daemon/report.ts"),
      import("../view/supervisor.ts"),
    ]);
    const found = await supervisorReport(host, layout);
    host.out(json ? supervisorJson(found) : supervisorText(found, host.clock.now()));
    return 0;
  },
};

const LOGS_OPTIONS = {
  follow: { about: "go on with every new line until Ctrl-C" },
  lines: { value: "<number>", about: "only the last lines, 50 without this" },
  json: { about: "print the lines as they are, one object each" },
} as const;

const logs: CommandWith<typeof LOGS_OPTIONS> = {
  name: "supervisor logs",
  usage: "[--follow] [--lines <number>] [--json]",
  summary: "print the supervisor's log",
  help: ["Prints the end of supervisor.log, and what is left of the one before it. Starts nothing."],
  options: LOGS_OPTIONS,
  examples: ["agentlb supervisor logs --follow"],
  async run(host, { options: { follow, lines = "50", json } }) {
    if (!/^\d{1,9}$/.test(lines)) throw new Failure("usage", `--lines takes a whole number, not '${lines}'`);
    const layout = lookAtRoot(host);
    const [{ readLog }, { logLine }, { escaped }] = await Promise.all([
      import("../../app/daemon/log.ts"),
      import("../view/upkeep/log.ts"),
      import("../../core/text/json.ts"),
    ]);
    let isAny = false;
    await readLog(host, layout, { most: Number(lines), isFollowed: follow ?? false }, (found) => {
      isAny ||= found.length > 0;
      host.out(found.map((line) => `${json ? escaped(line) : logLine(line)}\n`).join(""));
      return host.hasReader();
    });
    if (!isAny && lines !== "0") host.err("agentlb: the supervisor has written no log here\n");
    return 0;
  },
};

const stop: CommandWith<typeof DONE_OPTIONS> = {
  name: "supervisor stop",
  usage: "[--json]",
  summary: "end it; the renewal of a login is finished first",
  help: [],
  options: DONE_OPTIONS,
  examples: [],
  run: async (host, { options }) => await supervise(host, "stop", options),
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
  usage: "start --background | restart | status | logs | stop",
  help: [
    "Keeps the limits of all sessions fresh in status.json, in the background. Picking a session starts it.",
  ],
  options: {},
  examples: [],
  commands: [start, restart, status, logs, stop, daemon],
  async run(host, call, commands) {
    const { pageOf } = await import("../declaration/help.ts");
    host.out(await pageOf(call.command, commands));
    return 0;
  },
};

async function supervise(
  host: Host,
  verb: "start" | "restart" | "stop",
  { json }: Given<typeof DONE_OPTIONS>,
): Promise<End> {
  const layout = openRoot(host);
  const { superviseCommand } = await import("../../app/daemon/daemon.ts");
  const done = await superviseCommand(host, layout, verb);
  if (json) {
    const [{ livingDaemon }, { superviseJson }] = await Promise.all([
      import("../../app/daemon/living_daemon.ts"),
      import("../output/supervisor.ts"),
    ]);
    host.out(superviseJson(verb, done, livingDaemon(layout)?.pid));
  } else for (const line of done.lines) host.out(`${line}\n`);
  return done.isDone ? 0 : EXIT.failed;
}
