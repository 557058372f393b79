import type { Commands, LoadCommand } from "../declaration/command.ts";

/** Every command, in the order of the help: its first word, and its loader or the command that it is another name of. */
export const COMMANDS: Commands = new Map<string, string | LoadCommand>([
  ["", () => import("./best.ts")],
  ["new", () => import("./new.ts")],
  ["rr", () => import("./rr.ts")],
  ["last", () => import("./last.ts")],
  ["pick", () => import("./pick.ts")],
  ["status", () => import("./status.ts")],
  ["list", "status"],
  ["ls", "status"],
  ["login", () => import("./login.ts")],
  ["threads", () => import("./threads.ts")],
  ["rm", () => import("./rm.ts")],
  ["pause", () => import("./pause.ts")],
  ["unpause", () => import("./unpause.ts")],
  ["bind", () => import("./bind.ts")],
  ["clear", () => import("./clear.ts")],
  ["why", () => import("./why.ts")],
  ["forecast", () => import("./forecast.ts")],
  ["simulate", () => import("./simulate.ts")],
  ["doctor", () => import("./doctor.ts")],
  ["supervisor", () => import("./supervisor.ts")],
  ["config", () => import("./config.ts")],
  ["skill", () => import("./skill.ts")],
  ["help", () => import("./help.ts")],
]);
