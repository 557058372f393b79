import { printable } from "../../core/text/printable.ts";
import type { Layout } from "../../core/system/layout.ts";
import { loadConfig } from "../../app/config/load.ts";
import { boundSessions } from "../../app/pick/bound.ts";
import { lookAtRoot } from "../../app/session/sessions.ts";
import type { Host } from "../../io/host.ts";
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
    const layout = lookAtRoot(host);
    const config = await loadConfig(host, layout);
    const [{ report }, { statusJson, statusTable }] = await Promise.all([
      import("../../app/pick/report.ts"),
      import("../view/status.ts"),
    ]);
    const bound = await boundSessions(host, layout, config);
    const request = { ...(policy === undefined ? {} : { policy }), bound };
    const found = report(layout, config, host.clock.now(), request);
    if (found.problem !== undefined) {
      host.err(`session selection report: unavailable (${printable(found.problem)})\n`);
    }
    const where = found.supervisorPid === undefined ? await whereIsIt(host, layout) : undefined;
    if (json) host.out(statusJson({ ...found, runsElsewhere: where !== undefined }));
    else if (found.rows.length > 0 || found.problem === undefined) host.out(await statusTable(found));
    if (found.supervisorPid === undefined) {
      const start = "the supervisor is not running; start it with: agentlb supervisor start --background";
      host.err(`agentlb: ${where ?? start}\n`);
    }
    return 0;
  },
};

/** The words for a supervisor that is not visible from here; undefined when none runs. */
async function whereIsIt(host: Host, layout: Layout): Promise<string | undefined> {
  const { ELSEWHERE, whereabouts } = await import("../../app/daemon/whereabouts.ts");
  return (await whereabouts(host, layout)).at === "elsewhere" ? ELSEWHERE : undefined;
}
