import { EXIT } from "../../core/text/failure.ts";
import { hasFault } from "../../core/doctor/finding.ts";
import { pathsOf } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";

const OPTIONS = { json: { about: "print an object instead of lines" } } as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "doctor",
  usage: "[--json]",
  summary: "what is wrong here, and what to do about it",
  help: [
    "Looks at Codex, the supervisor, the folders, the settings, the sessions and the pools of cap and clb, and says what " +
    "is wrong and what to do about it. Changes nothing. Exits 1 when there is something to mend.",
  ],
  options: OPTIONS,
  examples: [],
  async run(host, { options: { json } }) {
    const [{ examine }, { doctorJson, doctorText }] = await Promise.all([
      import("../../app/doctor/doctor.ts"),
      import("../view/doctor.ts"),
    ]);
    const found = await examine(host, pathsOf(host));
    host.out(json ? doctorJson(found) : doctorText(found));
    return hasFault(found) ? EXIT.failed : 0;
  },
};
