import { printable } from "../../core/text/printable.ts";
import { loadConfig } from "../../app/config/load.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { POLICY } from "../declaration/shared_options.ts";

const OPTIONS = {
  json: { about: "print an object instead of a table" },
  policy: POLICY,
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "status",
  usage: "[--json] [--policy <policy>]",
  summary: "show all sessions and which one would be picked",
  help: ["Shows all sessions, what each has left, and the one that would be picked. Starts nothing."],
  options: OPTIONS,
  examples: [],
  async run(host, { options: { json, policy } }) {
    const layout = openRoot(host);
    const config = await loadConfig(host, layout);
    const [{ report }, { statusJson, statusTable }] = await Promise.all([
      import("../../app/pick/report.ts"),
      import("../view/status.ts"),
    ]);
    const found = report(layout, config, host.clock.now(), policy === undefined ? {} : { policy });
    if (found.problem !== undefined) {
      host.err(`session selection report: unavailable (${printable(found.problem)})\n`);
    }
    if (json) host.out(statusJson(found));
    else if (found.problem === undefined) host.out(await statusTable(found));
    if (found.supervisorPid === undefined) {
      host.err(
        "agentlb: the supervisor is not running; start it with: agentlb supervisor start --background\n",
      );
    }
    return 0;
  },
};
