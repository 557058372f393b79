import { POLICIES } from "../../core/pick/policy.ts";
import { ON_LIMIT } from "../../core/session/on_limit.ts";
import { SHELLS } from "../../core/shell/quote.ts";
import type { LoginWish } from "../../app/login/login_way.ts";
import type { PickRequest } from "../../app/pick/survey.ts";
import type { Given, Option, Options } from "./option.ts";

/** The options of commands that run a session. */
export const RUN_OPTIONS = {
  cmd: { value: "<command>", about: "run this instead of runner.default_command" },
  "login-cmd": { value: "<command>", about: "log in with this instead of runner.login_command" },
  "print-command": { about: "print the command for a shell's eval; run nothing" },
  shell: { value: "<shell>", oneOf: SHELLS, about: "print it for sh, fish or powershell" },
} as const satisfies Options;

/** The options of commands that run a session in this terminal. */
export const START_OPTIONS = {
  ...RUN_OPTIONS,
  json: { about: "with --print-command: print it as an object" },
  "on-limit": {
    value: "<what>",
    oneOf: ON_LIMIT,
    about: `${ON_LIMIT.join(", ")}: at a used-up limit, instead of runner.on_limit`,
  },
} as const satisfies Options;

/** The groups of those of which one at most may be given. */
export const START_EXCLUSIVE = [["on-limit", "print-command"]] as const;

/** The ways to log in. */
export const LOGIN_OPTIONS = {
  "device-auth": { about: "log in with a code that you type into a browser on any device" },
  "login-cmd": RUN_OPTIONS["login-cmd"],
} as const satisfies Options;

/** Of these, one at most may be given. */
export const LOGIN_EXCLUSIVE = [["device-auth", "login-cmd"]] as const;

/** The options that every command accepts, before and after its name. */
export const EVERYWHERE = {
  ...RUN_OPTIONS,
  help: { short: "h", about: "print this help" },
  version: { short: "V", about: "print the version" },
} as const satisfies Options;

export const POLICY = {
  value: "<policy>",
  oneOf: POLICIES,
  about: `${POLICIES.join(", ")}: instead of sessions.policy`,
} as const satisfies Option;

/** The switch of commands that pick or run a session. */
export const UNBOUND = {
  about: "leave aside that this folder is bound to sessions",
} as const satisfies Option;

/** The options of commands that pick the best session. */
export const PICK_OPTIONS = {
  policy: POLICY,
  prefer: { value: "<alias>", about: "this session whenever it may be picked" },
  "no-exhausted": { about: "exit with 4 rather than take a session that has nothing left" },
  unbound: UNBOUND,
} as const satisfies Options;

/** The switch of commands that print a table or a line by default. */
export const JSON_OPTION = { about: "print an object instead" } as const satisfies Option;

/** The wish for a login in the options of a command line. */
export function loginWishIn(
  options: { readonly "device-auth"?: true; readonly "login-cmd"?: string },
): LoginWish {
  return { command: options["login-cmd"] ?? "", isDevice: options["device-auth"] ?? false };
}

/** The pick request in the options of a command line. */
export function pickRequestIn(options: Partial<Given<typeof PICK_OPTIONS>>): PickRequest {
  const { policy, prefer, unbound } = options;
  return {
    ...(policy === undefined ? {} : { policy }),
    ...(prefer === undefined ? {} : { prefer }),
    ...(options["no-exhausted"] ? { noExhausted: true } : {}),
    ...(unbound ? { isUnbound: true } : {}),
  };
}
