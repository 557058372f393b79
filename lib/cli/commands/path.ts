import { escaped } from "../../core/text/json.ts";
import { homeOf } from "../../core/system/layout.ts";
import { Failure } from "../../core/text/failure.ts";
import { knownAlias, lookAtRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { JSON_OPTION } from "../declaration/shared_options.ts";
import type { PathOutput } from "../output/handling.ts";

const OPTIONS = { json: JSON_OPTION } as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "path",
  usage: "<alias-or-email> [--json]",
  summary: "print the home of a session, for a shell",
  help: ["Prints the path of a session's home, one line and nothing else. Starts and counts nothing."],
  options: OPTIONS,
  examples: ['cd "$(agentlb path work)"', 'CODEX_HOME="$(agentlb path work)" codex login status'],
  takes: { what: "session", isNeeded: true },
  run(host, { words: [target = ""], options: { json } }) {
    const layout = lookAtRoot(host);
    const alias = knownAlias(host, layout, target);
    const home = homeOf(layout, alias);
    const output = { schema: "agentlb.path/1", alias, home } satisfies PathOutput;
    if (json) host.out(`${escaped(JSON.stringify(output, undefined, 2))}\n`);
    else if (/[\n\r]/.test(home)) {
      throw new Failure("failed", `Cannot print the home of "${alias}" on one line`, {
        hint: "with --json it is quoted",
      });
    } else host.out(`${home}\n`);
    return Promise.resolve(0);
  },
};
