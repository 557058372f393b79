import type { Config } from "../../core/config/config.ts";
import type { Policy } from "../../core/pick/policy.ts";
import type { Sort } from "../../core/pick/report/row_order.ts";
import type { Layout } from "../../core/system/layout.ts";
import { printable } from "../../core/text/printable.ts";
import { faceFrom } from "../../core/text/screen/face.ts";
import { formatMoment } from "../../core/text/time.ts";
import { reportHere, supervisorLine } from "../../app/pick/report_here.ts";
import { watchSessions } from "../../app/pick/watch.ts";
import type { Host } from "../../io/host.ts";
import { frameOf } from "./draw.ts";
import type { ScreenOptions } from "./face.ts";
import { statusSheet } from "./status.ts";

/** `agentlb status --watch`: the sheet of status, drawn in place until the user ends it. Throws Failure. */
export async function watchStatus(
  host: Host,
  layout: Layout,
  config: Config,
  options: ScreenOptions & { readonly policy?: Policy; readonly sort?: Sort },
): Promise<number | NodeJS.Signals> {
  return await watchSessions(host, layout, async () => {
    const found = await reportHere(host, layout, config, options);
    const face = faceFrom(host.env, host.screenSize, options.color);
    const sheet = statusSheet(found, face, host, options.sort);
    const problems = found.problem === undefined ? [] : [`not readable: ${printable(found.problem)}`];
    const closing = [...sheet.closing, ...problems, ...await supervisorLine(host, found)];
    const title = `agentlb status, ${formatMoment(found.atMs, found.atMs)}; q ends it`;
    return await frameOf({ ...sheet, closing }, title, face);
  });
}
