import { isAbsolute, join } from "node:path";
import { EXIT } from "../../core/text/failure.ts";
import { hasFault } from "../../core/doctor/finding.ts";
import { Failure } from "../../core/text/failure.ts";
import { pathsOf } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";

const OPTIONS = {
  fix: { about: "repair what can be repaired safely, and say what was done" },
  bundle: { about: "write a report for a bug report to a new file, without names, accounts and secrets" },
  json: { about: "print an object instead of lines" },
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "doctor",
  usage: "[<file>] [--fix] [--bundle] [--json]",
  summary: "what is wrong here, and what to do about it",
  help: [
    "Looks at Codex, the supervisor, the clock, the folders, the settings, the sessions and the pools of cap and clb, " +
    "and says what is wrong and what to do about it. Changes nothing without --fix. Exits 1 when there is something to " +
    "mend.",
    "--fix changes files below the root only, never through a link, and never a login; it ends no process.",
    "--bundle writes the report to <file>, or to a new one in this folder. Read it before you share it.",
  ],
  options: OPTIONS,
  examples: ["agentlb doctor --fix", "agentlb doctor --bundle report.txt"],
  takes: { what: "file" },
  async run(host, { words: [file], options: { fix, bundle, json } }) {
    if (file !== undefined && !bundle) {
      throw new Failure("usage", "A file is for the report of --bundle only", {
        hint: `run: agentlb doctor --bundle ${file}`,
      });
    }
    const [{ examine }, { homeSizes }, { doctorJson, doctorText }] = await Promise.all([
      import("../../app/doctor/doctor.ts"),
      import("../../app/doctor/disk.ts"),
      import("../view/doctor.ts"),
    ]);
    const layout = pathsOf(host);
    let findings = await examine(host, layout);
    let repairs;
    if (fix) {
      const { repairAll } = await import("../../app/doctor/repair.ts");
      repairs = await repairAll(host, layout, findings);
      findings = await examine(host, layout);
    }
    let written;
    if (bundle) {
      const { writeBundle } = await import("../../app/doctor/bundle.ts");
      const stamp = new Date(host.clock.now()).toISOString().replace(/[-:]|\.\d+/g, "");
      const name = file ?? `agentlb-report-${stamp}.txt`;
      written = isAbsolute(name) ? name : join(host.cwd, name);
      writeBundle(host, layout, findings, written);
    }
    const all = { findings, homes: homeSizes(layout), repairs, bundle: written };
    host.out(json ? doctorJson(all) : doctorText(all));
    return hasFault(findings) ? EXIT.failed : 0;
  },
};
