import type { Report } from "../../core/pick/report/report.ts";
import { type Sort, sortRows, SORTS } from "../../core/pick/report/row_order.ts";
import { printable } from "../../core/text/printable.ts";
import type { Face } from "../../core/text/screen/face.ts";
import { loadConfig } from "../../app/config/load.ts";
import { lookAtRoot } from "../../app/session/sessions.ts";
import type { Host } from "../../io/host.ts";
import type { CommandWith } from "../declaration/command.ts";
import { POLICY } from "../declaration/shared_options.ts";
import { faceIn, SCREEN_OPTIONS } from "../screen/face.ts";

const OPTIONS = {
  json: { about: "print an object instead of a table" },
  policy: POLICY,
  sort: {
    value: "<order>",
    oneOf: SORTS,
    about: `${SORTS.join(", ")}: most left, name, soonest reset, most active first`,
  },
  watch: { about: "draw it anew every two seconds and at every change; q ends it" },
  ...SCREEN_OPTIONS,
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "status",
  usage: "[--json] [--policy <policy>] [--sort <order>] [--watch] [--wide] [--color <when>]",
  summary: "show all sessions and which one would be picked",
  help: [
    "Shows all sessions, what each has left, and the one that would be picked. Starts nothing.",
    "On a terminal: one line for each session, the best first, * before the one that would be picked, as many columns " +
    "as fit. ACTIVE 2+1: two turns under way, and one session started that has no turn yet. In a pipe, and with " +
    "--wide: the whole table, by name.",
  ],
  options: OPTIONS,
  exclusive: [["json", "watch", "wide"], ["json", "sort"], ["json", "color"]],
  examples: ["agentlb status --sort left"],
  async run(host, { options }) {
    const layout = lookAtRoot(host);
    const config = await loadConfig(host, layout);
    if (options.watch) {
      const { watchStatus } = await import("../screen/watch.ts");
      return await watchStatus(host, layout, config, options);
    }
    const face = options.json ? undefined : faceIn(host, options);
    const [{ reportHere, supervisorLine }, view] = await Promise.all([
      import("../../app/pick/report_here.ts"),
      face === undefined ? import("../view/status.ts") : undefined,
    ]);
    const found = await reportHere(host, layout, config, options);
    if (found.problem !== undefined) {
      host.err(`session selection report: unavailable (${printable(found.problem)})\n`);
    }
    if (options.json) host.out(view!.statusJson(found));
    else if (found.rows.length > 0 || found.problem === undefined) {
      host.out(
        await (face === undefined
          ? view!.statusTable(sorted(found, options.sort))
          : statusScreen(host, found, face, options.sort)),
      );
    }
    const lines = await supervisorLine(host, found);
    host.err((face === undefined ? lines : await fitting(lines, face)).map((line) => `${line}\n`).join(""));
    return 0;
  },
};

/** The same lines, none longer than the terminal is wide. */
async function fitting(lines: readonly string[], { columns }: Face): Promise<string[]> {
  const { wrap } = await import("../../core/text/screen/shorten.ts");
  return lines.flatMap((line) => wrap(line, columns, (text) => text.length));
}

/** The sheet for a terminal. */
async function statusScreen(host: Host, found: Report, face: Face, sort: Sort | undefined): Promise<string> {
  const [{ statusSheet }, { sheetText }] = await Promise.all([
    import("../screen/status.ts"),
    import("../screen/draw.ts"),
  ]);
  return await sheetText(statusSheet(found, face, host, sort), face);
}

/** The table for pipes is by name unless another order is asked for. */
function sorted(found: Report, sort: Sort | undefined): Report {
  return sort === undefined ? found : { ...found, rows: sortRows(found.rows, found.selected, sort) };
}
