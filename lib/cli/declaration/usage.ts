import type { Command } from "./command.ts";

/** How a command is called: `agentlb rm`. */
export function calledAs({ name }: Pick<Command, "name">): string {
  return name === "" ? "agentlb" : `agentlb ${name}`;
}

/** What can be typed: `agentlb rm <alias-or-email> [--force]`. */
export function usageOf(command: Pick<Command, "name" | "usage">): string {
  return `${calledAs(command)} ${command.usage}`.trimEnd();
}
