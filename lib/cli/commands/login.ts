import { loadConfig } from "../../app/config/load.ts";
import { homeOf } from "../../core/system/layout.ts";
import { accountIn } from "../../app/codex/account_file.ts";
import { aliasFor, openRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { JSON_OPTION, LOGIN_EXCLUSIVE, LOGIN_OPTIONS, loginWishIn } from "../declaration/shared_options.ts";

const OPTIONS = {
  force: { about: "don't ask when the new login is another account; log in also where none is needed" },
  ...LOGIN_OPTIONS,
  json: JSON_OPTION,
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "login",
  usage: "<alias> [--force] [--device-auth | --login-cmd <command>] [--json]",
  summary: "log in again, or to another account",
  help: [
    "Logs in again. A login that works stays in place until the new one has succeeded. Where the model provider of the " +
    "session needs no OpenAI login, it says so and does nothing.",
  ],
  options: OPTIONS,
  exclusive: LOGIN_EXCLUSIVE,
  examples: ["agentlb login work --device-auth"],
  takes: { what: "session", isNeeded: true },
  async run(host, { words: [target = ""], options }) {
    const layout = openRoot(host);
    const [{ logInAgain }, { withoutOutput }] = await Promise.all([
      import("../../app/login/login.ts"),
      import("../../app/login/without_output.ts"),
    ]);
    // Its email may be another afterwards.
    const alias = aliasFor(layout, target);
    const at = options.json ? withoutOutput(host) : host;
    const provider = await logInAgain(at, layout, await loadConfig(host, layout), alias, {
      force: options.force ?? false,
      ...loginWishIn(options),
    });
    if (options.json) {
      const home = homeOf(layout, alias);
      const { loginJson } = await import("../output/session.ts");
      host.out(loginJson(alias, home, accountIn(home), provider));
    }
    return 0;
  },
};
