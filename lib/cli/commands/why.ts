import { loadConfig } from "../../app/config/load.ts";
import { lookAtRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { boundSessions } from "../../app/pick/bound.ts";
import { faceIn, SCREEN_OPTIONS } from "../screen/face.ts";
import { pickRequestIn, POLICY, UNBOUND } from "../declaration/shared_options.ts";

const OPTIONS = {
  json: { about: "print an object instead of a table" },
  policy: POLICY,
  prefer: { value: "<alias>", about: "as if this session were preferred" },
  unbound: UNBOUND,
  ...SCREEN_OPTIONS,
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "why",
  usage: "[<alias>] [--json] [--policy <policy>] [--prefer <alias>] [--unbound] [--wide] [--color <when>]",
  summary: "what the choice rests on, and what would change it",
  help: [
    "Shows what the pick that would be made now rests on, session by session, and the smallest changes that would " +
    "lead to another: how much more or less left, or how many turns more or fewer. With an alias only what concerns " +
    "it.",
  ],
  options: OPTIONS,
  exclusive: [["json", "wide"], ["json", "color"]],
  examples: [],
  takes: { what: "session" },
  async run(host, { words: [alias], options }) {
    const layout = lookAtRoot(host);
    const { explain } = await import("../../app/pick/why.ts");
    const config = await loadConfig(host, layout);
    const request = pickRequestIn(options);
    const bound = request.isUnbound ? undefined : await boundSessions(host, layout, config);
    const nowMs = host.clock.now();
    const found = explain(layout, config, nowMs, { ...request, bound }, alias);
    const face = options.json ? undefined : faceIn(host, options);
    if (face === undefined) {
      const { whyJson, whyText } = await import("../view/why.ts");
      host.out(options.json ? whyJson(found) : await whyText(found));
    } else {
      const [{ whySheet }, { sheetText }] = await Promise.all([
        import("../screen/why.ts"),
        import("../screen/draw.ts"),
      ]);
      host.out(await sheetText(whySheet(found, config.sessions, nowMs, face), face));
    }
    return 0;
  },
};
