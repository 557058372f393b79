import { POLICIES } from "../../core/pick/policy.ts";
import { SHELLS } from "../../core/shell/quote.ts";
import type { PickRequest } from "../../app/pick/survey.ts";
import type { Given, Option, Options } from "./option.ts";

/** Options of what runs a session. */
export const RUN_OPTIONS = {
  cmd: { value: "<command>", about: "run this instead of runner.default_command" },
  "login-cmd": { value: "<command>", about: "log in with this instead of runner.login_command" },
  "print-command": { about: "print the command for a shell's eval; run nothing" },
  shell: { value: "<shell>", oneOf: SHELLS, about: "print it for sh, fish or powershell" },
} as const satisfies Options;

/** Options that every command accepts, before it and after it. */
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

/** Options of what picks the session that has the most left. */
export const PICK_OPTIONS = {
  policy: POLICY,
  prefer: { value: "<alias>", about: "this session whenever it may be picked" },
  "no-exhausted": { about: "exit with 4 rather than take a session that has nothing left" },
} as const satisfies Options;

/** The switch of what prints a table or a line otherwise. */
export const JSON_OPTION = { about: "print an object instead" } as const satisfies Option;

/** What the options of a pick request. */
export function pickRequestIn(options: Given<typeof PICK_OPTIONS>): PickRequest {
  const { policy, prefer } = options;
  return {
    ...(policy === undefined ? {} : { policy }),
    ...(prefer === undefined ? {} : { prefer }),
    ...(options["no-exhausted"] ? { noExhausted: true } : {}),
  };
}
