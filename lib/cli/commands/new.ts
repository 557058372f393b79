import { loadConfig } from "../../app/config/load.ts";
import { aliasesOf, aliasFor, checkNewAlias, openRoot } from "../../app/session/sessions.ts";
import type { CommandWith } from "../declaration/command.ts";
import type { Option } from "../declaration/option.ts";
import { runSession } from "./run_session.ts";
import {
  LOGIN_EXCLUSIVE,
  LOGIN_OPTIONS,
  loginWishIn,
  PICK_OPTIONS,
  pickRequestIn,
  START_EXCLUSIVE,
  START_OPTIONS,
  UNBOUND,
} from "../declaration/shared_options.ts";

/** The options that need a pick, so they exclude an alias. */
const UNNAMED = {
  policy: { ...PICK_OPTIONS.policy, isForUnnamed: true },
  prefer: { ...PICK_OPTIONS.prefer, isForUnnamed: true },
  "no-exhausted": { ...PICK_OPTIONS["no-exhausted"], isForUnnamed: true },
} as const satisfies Record<Exclude<keyof typeof PICK_OPTIONS, "unbound">, Option>;
const OPTIONS = { ...START_OPTIONS, ...LOGIN_OPTIONS, ...UNNAMED, unbound: UNBOUND } as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "new",
  usage: "[<alias> | <email>] [options] [-- <args>...]",
  summary: "run this session, made if need be; without a name the one that has the most left",
  help: [
    "Runs the session of that alias or login. An alias that does not exist is made, and logged in to first. Without " +
    "a name, or with an empty one, it picks the session that has the most left.",
  ],
  options: OPTIONS,
  exclusive: [...START_EXCLUSIVE, ...LOGIN_EXCLUSIVE],
  examples: [
    "agentlb new work",
    "agentlb new work --device-auth",
    "agentlb new me@example.com -- --model gpt-5",
  ],
  takes: { what: "session" },
  runsSession: true,
  async run(host, call) {
    const layout = openRoot(host);
    const config = await loadConfig(host, layout);
    const { words: [target = ""], options } = call;
    const request = pickRequestIn(options);
    if (target === "") return await runSession(host, layout, config, "best", call, request);
    const alias = aliasFor(layout, target);
    if (alias === target) await checkNewAlias(host, alias, config.sessions.aliasPattern);
    if (!options["print-command"] && !aliasesOf(layout).includes(alias)) {
      const { askOnce } = await import("../../app/sharing/source.ts");
      if (!await askOnce(host, layout, config)) return "SIGINT";
    }
    return await runSession(host, layout, config, { alias }, call, request, async () => {
      const { makeSession, prepareSession, shareWithNew } = await import("../../app/login/create.ts");
      if (options["print-command"]) {
        if (await makeSession(host, layout, alias)) await shareWithNew(host, layout, config, alias);
        return;
      }
      await prepareSession(host, layout, config, alias, loginWishIn(options));
    });
  },
};
