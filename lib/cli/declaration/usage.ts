import type { Command } from "./command.ts";

/** The command line of a command: `agentlb rm`. */
export function calledAs({ name }: Pick<Command, "name">): string {
  return name === "" ? "agentlb" : `agentlb ${name}`;
}

/** The usage of a command: `agentlb rm <alias-or-email> [--force]`. */
export function usageOf(command: Pick<Command, "name" | "usage">): string {
  return `${calledAs(command)} ${command.usage}`.trimEnd();
}
