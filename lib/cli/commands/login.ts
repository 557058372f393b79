import { loadConfig } from "../../app/config/load.ts";
import { homeOf } from "../../core/system/layout.ts";
import { accountIn } from "../../app/codex/account_file.ts";
import { aliasFor, openRoot } from "../../app/session/sessions.ts";
import type { Host } from "../../io/host.ts";
import type { CommandWith } from "../declaration/command.ts";
import { JSON_OPTION, RUN_OPTIONS } from "../declaration/shared_options.ts";

const OPTIONS = {
  force: { about: "don't ask when the new login is another account; log in also where none is needed" },
  "login-cmd": RUN_OPTIONS["login-cmd"],
  json: JSON_OPTION,
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "login",
  usage: "<alias> [--force] [--login-cmd <command>] [--json]",
  summary: "log in again, or to another account",
  help: [
    "Logs in again. A login that works stays in place until the new one has succeeded. Where the model provider of the " +
    "session needs no OpenAI login, it says so and does nothing.",
  ],
  options: OPTIONS,
  examples: ['agentlb login work --login-cmd "codex login --device-auth"'],
  takes: { what: "session", isNeeded: true },
  async run(host, { words: [target = ""], options }) {
    const layout = openRoot(host);
    const { logInAgain } = await import("../../app/login/login.ts");
    // Its email may be another afterwards.
    const alias = aliasFor(layout, target);
    const at = options.json ? withoutOutput(host) : host;
    const provider = await logInAgain(at, layout, await loadConfig(host, layout), alias, {
      force: options.force ?? false,
      loginCmd: options["login-cmd"] ?? "",
    });
    if (options.json) {
      const home = homeOf(layout, alias);
      const { loginJson } = await import("../output/session.ts");
      host.out(loginJson(alias, home, accountIn(home), provider));
    }
    return 0;
  },
};

/** The same host; what it runs in the terminal writes to stderr only. */
function withoutOutput(host: Host): Host {
  const foreground: Host["foreground"] = (launch) => host.foreground({ ...launch, stdout: "stderr" });
  return Object.create(host, { foreground: { value: foreground } }) as Host;
}
