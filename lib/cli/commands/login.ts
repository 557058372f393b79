import { loadConfig } from "../../app/config/load.ts";
import { openRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import { DEVICE_AUTH, LOGIN_EXCLUSIVE, loginWishIn, RUN_OPTIONS } from "../declaration/shared_options.ts";

const OPTIONS = {
  force: { about: "don't ask when the new login is another account; log in also where none is needed" },
  "device-auth": DEVICE_AUTH,
  "login-cmd": RUN_OPTIONS["login-cmd"],
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "login",
  usage: "<alias> [--force] [--device-auth | --login-cmd <command>]",
  summary: "log in again, or to another account",
  help: [
    "Logs in again. A login that works stays in place until the new one has succeeded. Where the model provider of the " +
    "session needs no OpenAI login, it says so and does nothing.",
  ],
  options: OPTIONS,
  exclusive: LOGIN_EXCLUSIVE,
  examples: ["agentlb login work --device-auth"],
  takes: { what: "session", isNeeded: true },
  async run(host, { words: [alias = ""], options }) {
    const layout = openRoot(host);
    const { logInAgain } = await import("../../app/login/login.ts");
    await logInAgain(host, layout, await loadConfig(host, layout), alias, {
      force: options.force ?? false,
      ...loginWishIn(options),
    });
    return 0;
  },
};
