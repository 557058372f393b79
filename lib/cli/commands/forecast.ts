import { loadConfig } from "../../app/config/load.ts";
import { lookAtRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";

const OPTIONS = { json: { about: "print an object instead of a table" } } as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "forecast",
  usage: "[--json]",
  summary: "when each account runs dry, and when it comes back",
  help: [
    "Shows when each account runs dry if it is used as it was in the last hours (short windows) or days (long ones), " +
    "the interval that holds the true time with a probability of 80 %, and when its windows reset. It rests on what " +
    "the supervisor has recorded; until that reaches back some hours there is no forecast.",
  ],
  options: OPTIONS,
  examples: [],
  async run(host, { options }) {
    const layout = lookAtRoot(host);
    const [{ forecast }, { forecastJson, forecastText }] = await Promise.all([
      import("../../app/pick/forecast.ts"),
      import("../view/forecast.ts"),
    ]);
    const found = forecast(layout, await loadConfig(host, layout), host.clock.now());
    host.out(options.json ? forecastJson(found) : await forecastText(found));
    return 0;
  },
};
