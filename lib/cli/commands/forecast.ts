import { loadConfig } from "../../app/config/load.ts";
import { boundSessions } from "../../app/pick/bound.ts";
import { lookAtRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { faceIn, SCREEN_OPTIONS } from "../screen/face.ts";

const OPTIONS = { json: { about: "print an object instead of a table" }, ...SCREEN_OPTIONS } as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "forecast",
  usage: "[--json] [--wide] [--color <when>]",
  summary: "when each account runs dry, and when it comes back",
  help: [
    "Shows when each account runs dry if it is used as it was in the last hours (short windows) or days (long ones), " +
    "the interval that holds the true time with a probability of 80 %, and when its windows reset. It rests on what " +
    "the supervisor has recorded; until that reaches back some hours there is no forecast.",
  ],
  options: OPTIONS,
  exclusive: [["json", "wide"], ["json", "color"]],
  examples: [],
  async run(host, { options }) {
    const layout = lookAtRoot(host);
    const config = await loadConfig(host, layout);
    const { forecast } = await import("../../app/pick/forecast.ts");
    const nowMs = host.clock.now();
    const found = forecast(layout, config, nowMs, await boundSessions(host, layout, config));
    const face = options.json ? undefined : faceIn(host, options);
    if (face === undefined) {
      const { forecastJson, forecastText } = await import("../view/forecast.ts");
      host.out(options.json ? forecastJson(found) : await forecastText(found));
    } else {
      const [{ forecastSheet }, { sheetText }] = await Promise.all([
        import("../screen/forecast.ts"),
        import("../screen/draw.ts"),
      ]);
      host.out(await sheetText(forecastSheet(found, nowMs, face), face));
    }
    return 0;
  },
};
