import type { Script } from "../../../rig/fake_codex.ts";
import type { Sandbox } from "../../../rig/sandbox.ts";
import { login } from "./login.ts";

/** Adds a session that is logged in, and whose fake app-server answers these used percents of five hours and a week. */
export function addSession(
  user: Sandbox,
  alias: string,
  [short, week]: readonly [number, number],
  script: Script = {},
): string {
  const window = (usedPercent: number, windowDurationMins: number) => ({
    usedPercent,
    windowDurationMins,
    resetsAt: 4_102_444_800,
  });
  const rateLimits = { limitId: "codex", primary: window(short, 300), secondary: window(week, 10_080) };
  const appServer = { limits: { result: { rateLimits } } };
  return user.addAlias(alias, { authFile: login(alias), script: { appServer, ...script } });
}
